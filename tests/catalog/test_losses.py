"""Losses against Keras, automatic differentiation and closed forms."""

from math import log
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.catalog import LOSSES, OUTPUTS, Loss, default_choice

SAMPLES, CLASSES = 40, 5
CASES = [(record, default_choice(record).arguments) for record in LOSSES.values()] + [
    (LOSSES["huber"], (0.3,)),
    (LOSSES["focal"], (0.0,)),
    (LOSSES["focal"], (0.5,)),
]
each_case = pytest.mark.parametrize(
    ("record", "params"), CASES, ids=lambda value: getattr(value, "name", str(value))
)
KERAS = {
    "cross_entropy": keras.losses.categorical_crossentropy,
    "binary_cross_entropy": keras.losses.binary_crossentropy,
    "kl_divergence": keras.losses.kl_divergence,
    "hinge": keras.losses.hinge,
    "mse": keras.losses.mean_squared_error,
    "mae": keras.losses.mean_absolute_error,
    "log_cosh": keras.losses.log_cosh,
}


def keras_loss(name: str, params: tuple[float, ...], t: Any, y: Any) -> Any:
    if name == "huber":
        return keras.losses.huber(t, y, delta=params[0])
    if name == "focal":
        return keras.losses.categorical_focal_crossentropy(t, y, alpha=1.0, gamma=params[0])
    return KERAS[name](t, y)


def one_hot(rng: np.random.Generator, *leading: int) -> np.ndarray:
    return np.eye(CLASSES, dtype=np.float32)[rng.integers(CLASSES, size=leading)]


def sample(record: Loss) -> tuple[np.ndarray, np.ndarray, str]:
    """Targets and sums z before the output, (n, k), and the loss's default output."""
    rng = np.random.default_rng(4)
    z = rng.normal(0, 1.5, (SAMPLES, CLASSES)).astype(np.float32)
    return one_hot(rng, SAMPLES), z, record.outputs["classification"][0]


@each_case
def test_numpy_form_equals_keras(record: Loss, params: tuple[float, ...]) -> None:
    t, z, output = sample(record)
    y = OUTPUTS[output].value(z)
    expected = np.asarray(keras_loss(record.name, params, t, keras.ops.array(y)))
    # Keras replaces the zeros of kl_divergence's target by 1e-7, each worth up to 1.6e-6.
    bound = 1e-5 if record.name == "kl_divergence" else 1e-6
    np.testing.assert_allclose(record.value(t, y, *params), expected, rtol=1e-5, atol=bound)
    assert record.value(t, y, *params).shape == (SAMPLES,)


@each_case
def test_tensor_form_equals_the_numpy_form(record: Loss, params: tuple[float, ...]) -> None:
    t, z, output = sample(record)
    ours = record.keras(*params)(keras.ops.array(t), OUTPUTS[output].keras(keras.ops.array(z)))
    expected = record.value(t, OUTPUTS[output].value(z), *params)
    np.testing.assert_allclose(np.asarray(ours), expected, rtol=2e-5, atol=1e-6)


@each_case
def test_gradient_equals_automatic_differentiation_through_the_output(
    record: Loss, params: tuple[float, ...]
) -> None:
    t, z, output = sample(record)
    logits = tf.constant(z)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = record.keras(*params)(tf.constant(t), OUTPUTS[output].keras(logits))
    theirs = tape.gradient(loss, logits).numpy()

    y = OUTPUTS[output].value(z.astype(np.float64))
    by_output = record.gradient(t, y, *params)
    assert by_output.shape == y.shape
    if output == "softmax":
        ours = y * (by_output - (by_output * y).sum(axis=-1, keepdims=True))
    elif output == "sigmoid":
        ours = by_output * y * (1 - y)
    else:
        ours = by_output
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


@each_case
def test_gradient_equals_differences_of_the_value(record: Loss, params: tuple[float, ...]) -> None:
    t, z, output = sample(record)
    t = t.astype(np.float64)
    y = OUTPUTS[output].value(z.astype(np.float64))
    for unit in range(CLASSES):
        step = np.zeros(CLASSES)
        step[unit] = 1e-6
        slope = (record.value(t, y + step, *params) - record.value(t, y - step, *params)) / 2e-6
        np.testing.assert_allclose(
            record.gradient(t, y, *params)[:, unit], slope, rtol=1e-4, atol=1e-6
        )


@each_case
def test_member_axes_lead_and_one_target_serves_all_members(
    record: Loss, params: tuple[float, ...]
) -> None:
    rng = np.random.default_rng(8)
    seeds, members, batch = 2, 3, 6
    z = rng.normal(0, 2, (seeds, members, batch, CLASSES)).astype(np.float32)
    t = one_hot(rng, seeds, 1, batch)
    output = OUTPUTS[record.outputs["classification"][0]]
    function = record.keras(*params)
    together = np.asarray(function(keras.ops.array(t), output.keras(keras.ops.array(z))))
    assert together.shape == (seeds, members, batch)
    for seed in range(seeds):
        for member in range(members):
            lone = function(
                keras.ops.array(t[seed, 0]), output.keras(keras.ops.array(z[seed, member]))
            )
            np.testing.assert_allclose(together[seed, member], lone, rtol=1e-6, atol=1e-7)
    spread = np.broadcast_to(t, z.shape)
    np.testing.assert_allclose(
        together, record.value(spread, output.value(z), *params), rtol=2e-5, atol=2e-6
    )


@pytest.mark.parametrize("record", LOSSES.values(), ids=LOSSES)
def test_keras_fit_trains_and_reports_the_mean_loss(record: Loss) -> None:
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(24, 3)).astype(np.float32), one_hot(rng, 24)
    params, output = default_choice(record).arguments, OUTPUTS[record.outputs["classification"][0]]
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(CLASSES), keras.layers.Activation(output.keras)]
    )
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss=record.keras(*params))
    kernel, bias = model.get_weights()
    losses = model.fit(x, t, epochs=10, batch_size=24, verbose=0).history["loss"]
    before = record.value(t, output.value(x @ kernel + bias), *params).mean()
    assert losses[0] == pytest.approx(before, rel=1e-4)
    assert losses[-1] < losses[0]


def test_focal_of_0_is_cross_entropy() -> None:
    t, z, _ = sample(LOSSES["focal"])
    y = OUTPUTS["softmax"].value(z)
    np.testing.assert_allclose(
        LOSSES["focal"].value(t, y, 0.0), LOSSES["cross_entropy"].value(t, y), rtol=1e-6
    )


def test_softmax_with_cross_entropy_has_gradient_p_minus_t() -> None:
    t, z, _ = sample(LOSSES["cross_entropy"])
    p = OUTPUTS["softmax"].value(z.astype(np.float64))
    by_p = LOSSES["cross_entropy"].gradient(t, p)
    # The Jacobian of softmax is diag(p) - p p^T.
    jacobian = np.einsum("ni,ij->nij", p, np.eye(CLASSES)) - np.einsum("ni,nj->nij", p, p)
    np.testing.assert_allclose(np.einsum("nij,nj->ni", jacobian, by_p), p - t, atol=1e-6)

    logits = tf.constant(z)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = LOSSES["cross_entropy"].keras()(tf.constant(t), OUTPUTS["softmax"].keras(logits))
    np.testing.assert_allclose(tape.gradient(loss, logits), p - t, atol=1e-6)


def test_an_untrained_ten_class_cross_entropy_is_about_ln_10() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((2000, 784))
    w = rng.uniform(-1, 1, (784, 10)) * np.sqrt(6 / 794) * 0.1
    t = np.eye(10)[rng.integers(10, size=2000)]
    loss = LOSSES["cross_entropy"].value(t, OUTPUTS["softmax"].value(x @ w)).mean()
    assert loss == pytest.approx(log(10), rel=0.05)
    even = np.full((1, 10), 0.1)
    assert LOSSES["cross_entropy"].value(np.eye(10)[:1], even)[0] == pytest.approx(log(10))


def test_cross_entropy_less_kl_divergence_is_the_entropy_of_the_target() -> None:
    rng = np.random.default_rng(3)
    t = rng.dirichlet(np.ones(CLASSES), SAMPLES)
    z = rng.normal(0, 2, (SAMPLES, CLASSES))
    p = OUTPUTS["softmax"].value(z)
    entropy = -(t * np.log(t)).sum(axis=-1)
    difference = LOSSES["cross_entropy"].value(t, p) - LOSSES["kl_divergence"].value(t, p)
    np.testing.assert_allclose(difference, entropy, rtol=1e-9)

    tensors = [keras.ops.array(array, "float32") for array in (t, z)]
    on_tensors = [
        np.asarray(LOSSES[name].keras()(tensors[0], OUTPUTS["softmax"].keras(tensors[1])))
        for name in ("cross_entropy", "kl_divergence")
    ]
    np.testing.assert_allclose(on_tensors[0] - on_tensors[1], entropy, atol=1e-5)


def test_kl_divergence_of_a_one_hot_target_is_cross_entropy() -> None:
    t, z, _ = sample(LOSSES["kl_divergence"])
    p = OUTPUTS["softmax"].value(z)
    np.testing.assert_array_equal(
        LOSSES["kl_divergence"].value(t, p), LOSSES["cross_entropy"].value(t, p)
    )


@pytest.mark.parametrize("name", ["mse", "mae", "huber", "log_cosh"])
def test_losses_of_errors_serve_regression(name: str) -> None:
    record = LOSSES[name]
    params = default_choice(record).arguments
    t = np.array([[0.0], [1.0], [-3.0]], np.float32)
    y = np.array([[0.0], [1.5], [1000.0]], np.float32)
    ours = np.asarray(record.keras(*params)(keras.ops.array(t), keras.ops.array(y)))
    closed = {
        "mse": [0, 0.25, 1003.0**2],
        "mae": [0, 0.5, 1003],
        "huber": [0, 0.125, 1002.5],
        "log_cosh": [0, log(np.cosh(0.5)), 1003 - log(2)],
    }[name]
    np.testing.assert_allclose(ours, closed, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(record.value(t, y, *params), closed, rtol=1e-5, atol=1e-7)
