"""Optimizers against short NumPy implementations, on a quadratic with a valley."""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import pytest

from core.catalog import OPTIMIZERS, default_choice

Vector = np.ndarray
CURVATURE = np.array([1.0, 10.0, 0.1])
START = np.array([1.0, -2.0, 3.0])
RATE, STEPS, EPSILON = 0.01, 25, 1e-7


def gradient(theta: Vector) -> Vector:
    return np.asarray(CURVATURE * theta)


def sgd(theta: Vector) -> Iterator[Vector]:
    while True:
        theta = theta - RATE * gradient(theta)
        yield theta


def momentum(theta: Vector) -> Iterator[Vector]:
    m = np.zeros_like(theta)
    while True:
        m = 0.9 * m - RATE * gradient(theta)
        theta = theta + m
        yield theta


def nesterov(theta: Vector) -> Iterator[Vector]:
    # Sutskever et al. 2013: the gradient at theta + mu m; Keras stores that point.
    m = np.zeros_like(theta)
    base = point = theta
    while True:
        m = 0.9 * m - RATE * gradient(point)
        base = base + m
        point = base + 0.9 * m
        yield point


def rmsprop(theta: Vector) -> Iterator[Vector]:
    v = np.zeros_like(theta)
    while True:
        g = gradient(theta)
        v = 0.9 * v + 0.1 * g**2
        theta = theta - RATE * g / np.sqrt(v + EPSILON)
        yield theta


def adagrad(theta: Vector) -> Iterator[Vector]:
    v = np.full_like(theta, 0.1)
    while True:
        g = gradient(theta)
        v = v + g**2
        theta = theta - RATE * g / np.sqrt(v + EPSILON)
        yield theta


def adam(theta: Vector, decay: float = 0.0) -> Iterator[Vector]:
    m, v, t = np.zeros_like(theta), np.zeros_like(theta), 0
    while True:
        t += 1
        g = gradient(theta)
        theta = theta * (1 - RATE * decay)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        # "Epsilon hat" of Kingma & Ba 2015, section 2: beside the uncorrected root.
        theta = theta - RATE * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + EPSILON)
        yield theta


def adamw(theta: Vector) -> Iterator[Vector]:
    return adam(theta, decay=0.004)


def nadam(theta: Vector) -> Iterator[Vector]:
    m, v, t, product = np.zeros_like(theta), np.zeros_like(theta), 0, 1.0
    while True:
        t += 1
        now, then = (0.9 * (1 - 0.5 * 0.96**s) for s in (t, t + 1))
        product *= now
        g = gradient(theta)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        ahead = then * m / (1 - product * then) + (1 - now) * g / (1 - product)
        theta = theta - RATE * ahead / (np.sqrt(v / (1 - 0.999**t)) + EPSILON)
        yield theta


def lion(theta: Vector) -> Iterator[Vector]:
    m = np.zeros_like(theta)
    while True:
        g = gradient(theta)
        theta = theta - RATE * np.sign(0.9 * m + 0.1 * g)
        m = 0.99 * m + 0.01 * g
        yield theta


ORACLES: dict[str, Callable[[Vector], Iterator[Vector]]] = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "rmsprop": rmsprop,
    "adagrad": adagrad,
    "adam": adam,
    "adamw": adamw,
    "nadam": nadam,
    "lion": lion,
}


def build(name: str, rate: float = RATE, **options: Any) -> Any:
    record = OPTIMIZERS[name]
    return record.build(rate, *default_choice(record).arguments, **options)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer_follows_its_numpy_form(name: str) -> None:
    optimizer = build(name)
    theta = keras.Variable(START, dtype="float64")
    expected = ORACLES[name](START)
    for _ in range(STEPS):
        optimizer.apply([keras.ops.convert_to_tensor(gradient(theta.numpy()))], [theta])
        # Keras keeps the rate in float32, and 1 - 0.999 with seven digits.
        np.testing.assert_allclose(theta.numpy(), next(expected), rtol=1e-5, atol=1e-6)


_COMMON = {
    "weight_decay": None,
    "clipnorm": None,
    "clipvalue": None,
    "global_clipnorm": None,
    "use_ema": False,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}
_SGD = {"momentum": 0.0, "nesterov": False}
_ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
PINNED: dict[str, dict[str, Any]] = {
    "sgd": _SGD,
    "momentum": {**_SGD, "momentum": 0.9},
    "nesterov": {"momentum": 0.9, "nesterov": True},
    "rmsprop": {"rho": 0.9, "momentum": 0.0, "epsilon": 1e-7, "centered": False},
    "adagrad": {"initial_accumulator_value": 0.1, "epsilon": 1e-7},
    "adam": {**_ADAM, "amsgrad": False},
    "adamw": {**_ADAM, "amsgrad": False, "weight_decay": 0.004},
    "nadam": _ADAM,
    "lion": {"beta_1": 0.9, "beta_2": 0.99},
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_hyperparameter_of_keras_is_known(name: str) -> None:
    config = build(name).get_config()
    rate = config.pop("learning_rate")
    del config["name"], config["ema_momentum"]  # without an average of weights it has no part
    assert rate == pytest.approx(RATE)
    assert config == {**_COMMON, **PINNED[name]}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_decay_is_what_keras_applies(name: str) -> None:
    record = OPTIMIZERS[name]
    params = default_choice(record).arguments
    assert record.decay(*params) == (build(name).weight_decay or 0)
    assert (record.decay(*params) == 0.004) == (name == "adamw")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_clipping_bounds_the_norm_of_all_gradients_together(name: str) -> None:
    assert build(name, global_clipnorm=0.5).global_clipnorm == 0.5


def test_clipped_sgd_takes_a_step_of_the_rate_times_the_norm() -> None:
    optimizer = build("sgd", global_clipnorm=0.5)
    one, other = keras.Variable([0.0, 0.0]), keras.Variable([0.0])
    optimizer.apply([keras.ops.array([3.0, 0.0]), keras.ops.array([4.0])], [one, other])
    np.testing.assert_allclose(one.numpy(), [-RATE * 0.5 * 0.6, 0], rtol=1e-6)
    np.testing.assert_allclose(other.numpy(), [-RATE * 0.5 * 0.8], rtol=1e-6)


def test_given_parameters_reach_keras() -> None:
    assert OPTIMIZERS["momentum"].build(RATE, 0.5).momentum == 0.5
    assert OPTIMIZERS["adam"].build(RATE, 0.8, 0.95).beta_2 == 0.95
    assert OPTIMIZERS["adamw"].build(RATE, 0.1).weight_decay == 0.1
    assert OPTIMIZERS["adagrad"].build(RATE, 0.0).initial_accumulator_value == 0.0


def test_rmsprops_first_step_is_too_large_by_the_root_that_its_text_names() -> None:
    optimizer = build("rmsprop")
    theta = keras.Variable([0.0])
    optimizer.apply([keras.ops.array([5.0])], [theta])
    assert -theta.numpy()[0] / RATE == pytest.approx(1 / np.sqrt(1 - 0.9), rel=1e-4)
