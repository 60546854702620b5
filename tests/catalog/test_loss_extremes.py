"""Losses of predictions that are quite wrong or quite right: finite, with gradients that teach."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import expit

from core.catalog import LOSSES, OUTPUTS, default_choice


@pytest.mark.parametrize("name", ["cross_entropy", "kl_divergence", "focal"])
@pytest.mark.parametrize("compiled", ["eager", "graph", "xla"])
def test_a_quite_wrong_sample_keeps_its_gradient_in_softmax_losses(
    name: str, compiled: str
) -> None:
    record = LOSSES[name]
    function = record.keras(*default_choice(record).arguments)

    def gradient(z: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(z)
            loss = function(tf.constant([[1.0, 0.0, 0.0]]), OUTPUTS["softmax"].keras(z))
        return loss, tape.gradient(loss, z)

    if compiled != "eager":
        gradient = tf.function(gradient, jit_compile=compiled == "xla")
    loss, slope = gradient(tf.constant([[-200.0, 0.0, 1.0]]))
    np.testing.assert_allclose(loss, 201.313, rtol=1e-5)
    np.testing.assert_allclose(slope[0], [-1, 1 - expit(1.0), expit(1.0)], rtol=1e-5)


@pytest.mark.parametrize("name", ["cross_entropy", "kl_divergence", "focal"])
def test_a_fit_learns_from_a_quite_wrong_sample(name: str) -> None:
    record = LOSSES[name]
    model = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(2), keras.layers.Activation("softmax")]
    )
    model.set_weights([np.array([[-50.0, 50.0]], np.float32), np.zeros(2, np.float32)])
    model.compile(
        optimizer=keras.optimizers.SGD(1.0),
        loss=record.keras(*default_choice(record).arguments),
    )
    model.fit(np.ones((1, 1)), np.array([[1.0, 0.0]]), epochs=1, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], [[-49.0, 49.0]], rtol=1e-5)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_focal_is_finite_with_its_gradient_where_the_sample_is_quite_right(gamma: float) -> None:
    z = tf.constant([[60.0, 0.0, 0.0], [200.0, 0.0, 0.0]])
    with tf.GradientTape() as tape:
        tape.watch(z)
        loss = LOSSES["focal"].keras(gamma)(
            tf.constant([[1.0, 0, 0]] * 2), OUTPUTS["softmax"].keras(z)
        )
    assert np.isfinite(loss).all()
    assert np.isfinite(tape.gradient(loss, z)).all()


def test_sigmoid_with_half_the_squared_error_has_a_gradient_of_at_most_4_in_27() -> None:
    # |a - y| a (1 - a) with y = 0 is a^2 (1 - a), largest at a = 2/3.
    z = np.linspace(-20, 20, 400_001)[:, None]
    a = OUTPUTS["sigmoid"].value(z)
    for y in (0.0, 1.0):
        slope = np.abs(LOSSES["mse"].gradient(np.full_like(a, y), a) / 2 * a * (1 - a))
        assert slope.max() == pytest.approx(4 / 27, abs=1e-9)
        assert slope.max() <= 4 / 27
        assert np.abs(a[slope.argmax()] - y) == pytest.approx(2 / 3, abs=1e-4)


def test_sigmoid_with_cross_entropy_has_a_gradient_that_does_not_fade() -> None:
    z = tf.constant([[-60.0, 0.0]])
    with tf.GradientTape() as tape:
        tape.watch(z)
        loss = LOSSES["binary_cross_entropy"].keras()(
            tf.constant([[1.0, 0.0]]), OUTPUTS["sigmoid"].keras(z)
        )
    np.testing.assert_allclose(tape.gradient(loss, z), [[-0.5, 0.25]], atol=1e-6)


@pytest.mark.parametrize("name", LOSSES)
def test_zeros_and_ones_give_finite_losses_without_warnings(name: str) -> None:
    record = LOSSES[name]
    params = default_choice(record).arguments
    t = np.eye(3, dtype=np.float32)
    for y in (t, 1 - t, t * 1e4, -t * 1e4):
        if record.outputs["classification"][0] != "linear" and np.abs(y).max() > 1:
            continue
        assert np.isfinite(record.value(t, y, *params)).all()
        assert np.isfinite(record.gradient(t, y, *params)).all()
