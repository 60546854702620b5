"""Initializers against the distributions of Keras and the identities of one shared draw."""

from math import sqrt

import keras
import numpy as np
import pytest
from scipy import stats

from core.catalog import BIAS_INITIALIZERS, KERNEL_INITIALIZERS, default_choice
from core.catalog.initializers import Initializer

SHAPES = [(60, 500), (500, 60)]
RANDOM = [
    record for record in KERNEL_INITIALIZERS.values() if record.name not in ("zeros", "orthogonal")
]
each_random = pytest.mark.parametrize("record", RANDOM, ids=lambda record: record.name)
each_shape = pytest.mark.parametrize("shape", SHAPES)


def uniform_draw(*shape: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).random(shape)


def drawn(record: Initializer, shape: tuple[int, int], seed: int = 1) -> np.ndarray:
    return record.draw(uniform_draw(*shape, seed=seed), *shape, *default_choice(record).arguments)


def of_keras(record: Initializer, shape: tuple[int, int], seed: int = 1) -> np.ndarray:
    return np.asarray(record.keras(*default_choice(record).arguments, seed=seed)(shape))


@each_random
@each_shape
def test_weights_have_the_distribution_of_keras(
    record: Initializer, shape: tuple[int, int]
) -> None:
    ours, theirs = drawn(record, shape), of_keras(record, shape)
    # 30,000 numbers each: a scale off by 3 % has a p-value below 1e-3.
    assert stats.ks_2samp(ours.ravel(), theirs.ravel()).pvalue > 0.01
    assert ours.std() == pytest.approx(theirs.std(), rel=0.02)
    assert abs(ours.mean()) < 4 * ours.std() / sqrt(ours.size)


@each_random
@each_shape
def test_weights_follow_the_exact_distribution(record: Initializer, shape: tuple[int, int]) -> None:
    fan_in, fan_out = shape
    scale = {"glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in, "lecun": 1 / fan_in}
    family, _, kind = record.name.partition("_")
    if record.name == "normal":
        exact = stats.norm(0, 0.05)
    elif record.name == "uniform":
        exact = stats.uniform(-0.05, 0.1)
    elif kind == "uniform":
        limit = sqrt(3 * scale[family])
        exact = stats.uniform(-limit, 2 * limit)
    else:
        exact = stats.truncnorm(-2, 2, 0, sqrt(scale[family]) / stats.truncnorm.std(-2, 2))
    weights = drawn(record, shape).astype(np.float64)
    assert stats.kstest(weights.ravel(), exact.cdf).pvalue > 0.01
    assert weights.std() == pytest.approx(exact.std(), rel=0.02)
    if record.name != "normal":
        low, high = exact.support()
        assert low - 1e-7 <= weights.min() < 0.99 * low
        assert 0.99 * high < weights.max() <= high + 1e-7


@pytest.mark.parametrize("name", KERNEL_INITIALIZERS)
def test_weights_are_float32_of_the_draws_shape(name: str) -> None:
    weights = drawn(KERNEL_INITIALIZERS[name], (5, 3))
    assert weights.shape == (5, 3) and weights.dtype == np.float32


@pytest.mark.parametrize("name", KERNEL_INITIALIZERS)
@pytest.mark.parametrize("shape", [(4, 7), (7, 4), (1, 1), (2, 1)])
def test_a_stack_of_draws_is_the_draws_one_by_one(name: str, shape: tuple[int, int]) -> None:
    record = KERNEL_INITIALIZERS[name]
    params = default_choice(record).arguments
    stack = uniform_draw(3, *shape)
    together = record.draw(stack, *shape, *params)
    apart = [record.draw(one, *shape, *params) for one in stack]
    np.testing.assert_allclose(together, apart, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_one_draw_serves_all_scales(kind: str) -> None:
    shape = (30, 50)
    lecun = drawn(KERNEL_INITIALIZERS[f"lecun_{kind}"], shape)
    he = drawn(KERNEL_INITIALIZERS[f"he_{kind}"], shape)
    glorot = drawn(KERNEL_INITIALIZERS[f"glorot_{kind}"], shape)
    np.testing.assert_allclose(he, lecun * sqrt(2), rtol=1e-6)
    np.testing.assert_allclose(glorot, lecun * sqrt(2 * 30 / 80), rtol=1e-6)


def test_one_draw_gives_uniform_and_normal_weights_of_one_order() -> None:
    draws = [drawn(record, (30, 50)).ravel() for record in RANDOM]
    for weights in draws:
        assert stats.spearmanr(weights, draws[0]).statistic == pytest.approx(1, abs=1e-6)


@each_shape
def test_orthogonal_keeps_lengths(shape: tuple[int, int]) -> None:
    w = drawn(KERNEL_INITIALIZERS["orthogonal"], shape).astype(np.float64)
    product = w.T @ w if shape[0] >= shape[1] else w @ w.T
    np.testing.assert_allclose(product, np.eye(min(shape)), atol=1e-6)


def test_orthogonal_equals_keras_on_the_same_normal_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from keras.src.initializers import random_initializers

    u = uniform_draw(8, 5)
    normal = stats.norm.ppf(u).astype(np.float32)
    monkeypatch.setattr(
        random_initializers.random, "normal", lambda *_, **__: keras.ops.array(normal)
    )
    theirs = np.asarray(keras.initializers.Orthogonal(gain=1.0, seed=0)((8, 5)))
    ours = KERNEL_INITIALIZERS["orthogonal"].draw(u, 8, 5)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_orthogonal_matrices_favour_no_sign_and_no_direction() -> None:
    record = KERNEL_INITIALIZERS["orthogonal"]
    corner = record.draw(uniform_draw(4000, 3, 3), 3, 3)[:, 0, 0]
    # A coordinate of a uniformly distributed unit vector in 3 dimensions is uniform (Archimedes).
    assert stats.kstest(corner, stats.uniform(-1, 2).cdf).pvalue > 0.01


def test_zeros_and_constants_ignore_the_draw() -> None:
    u = uniform_draw(4, 3)
    assert not KERNEL_INITIALIZERS["zeros"].draw(u, 4, 3).any()
    assert not BIAS_INITIALIZERS["zeros"].draw(u[0], 4, 3).any()
    assert (BIAS_INITIALIZERS["constant"].draw(u[0], 4, 3, 0.01) == np.float32(0.01)).all()
    assert not BIAS_INITIALIZERS["constant"].draw(u[0], 4, 3, 0.0).any()


@pytest.mark.parametrize("name", BIAS_INITIALIZERS)
def test_biases_are_one_number_a_unit_as_in_keras(name: str) -> None:
    record = BIAS_INITIALIZERS[name]
    params = default_choice(record).arguments
    bias = record.draw(uniform_draw(20_000), 10, 20_000, *params)
    theirs = np.asarray(record.keras(*params, seed=3)((20_000,)))
    assert bias.shape == (20_000,) and bias.dtype == np.float32
    assert bias.std() == pytest.approx(theirs.std(), rel=0.02)
    if bias.std():
        assert stats.ks_2samp(bias, theirs).pvalue > 0.01


@pytest.mark.parametrize(
    "record", [*RANDOM, KERNEL_INITIALIZERS["orthogonal"]], ids=lambda record: record.name
)
def test_keras_builder_is_the_initializer_of_that_name(record: Initializer) -> None:
    named = {"normal": "random_normal", "uniform": "random_uniform"}.get(record.name, record.name)
    cls = type(keras.initializers.get(named))
    theirs = np.asarray(cls(seed=7)((20, 30)))
    np.testing.assert_allclose(of_keras(record, (20, 30), seed=7), theirs, rtol=1e-6)


@pytest.mark.parametrize(("name", "second_moment"), [("he_normal", 1.0), ("lecun_normal", 0.125)])
def test_relu_layers_keep_their_signal_with_he_and_halve_it_with_lecun(
    name: str, second_moment: float
) -> None:
    a = np.random.default_rng(0).normal(size=(500, 400))
    for layer in range(3):
        w = drawn(KERNEL_INITIALIZERS[name], (400, 400), seed=layer)
        a = np.maximum(a @ w, 0)
    # E relu(z)^2 is half of E z^2; he doubles the variance to make up for it.
    assert np.mean(a**2) == pytest.approx(second_moment, rel=0.1)
