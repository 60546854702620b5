"""Networks so deep that layers alike are computed in a loop: as in Keras all the same."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from core.engine.layout import layers_together
from core.engine.loop import loop
from core.engine.spans import Span

# A run of layers between others.
HIDDEN = [9, *[6] * 17, 5, 5]
VARIANTS: list[dict[str, Any]] = [
    {"activation": "leaky_relu(0.2)", "kernel_initializer": "he_normal"},
    {"activation": "tanh", "loss": "mse", "bias_initializer": "normal(0.1)"},
    {"activation": "formula(sin(x) + relu(x - 0.5))"},
]


def test_many_consecutive_layers_of_one_width_are_a_run(config: Any) -> None:
    def cut(*hidden: int) -> list[tuple[int, int]]:
        found = layers_together(config(hidden=list(hidden)))
        return [(layers.start, len(layers)) for layers in found]

    assert cut(*HIDDEN) == [(0, 1), (1, 1), (2, 16), (18, 1), (19, 1), (20, 1)]
    # The 64 inputs of digits make no difference: the first layer is a kernel of its own.
    assert cut(*[64] * 16) == [(0, 1), (1, 15), (16, 1)]
    assert cut(*[10] * 15) == [(layer, 1) for layer in range(16)]
    assert cut() == [(0, 1)]


@pytest.mark.parametrize("xla", [False, True], ids=["plain", "xla"])
def test_a_deep_network_trains_in_a_loop_as_alone_in_keras(
    xla: bool, config: Any, stacked: Any, referred: Any, agree: Any
) -> None:
    # At larger rates kinks make of a rounding another network within some updates.
    fields = {"hidden": HIDDEN, "kernel_initializer": "orthogonal", "learning_rate": 0.003}
    fields |= {"epochs": 1, "train_samples": 64, "test_samples": 64}
    configs = [config(**fields | variant, seed=seed) for variant in VARIANTS for seed in (0, 7)]
    runs = stacked(configs, xla, xla_reports=xla)
    for place in (1, 4):
        agree(runs[place], referred(configs[place]), configs[place])
        # The gradient came through all layers, so all of it was compared.
        assert runs[place].epochs[1].layers[0].gradient_norm > 1e-6


def test_slopes_are_learned_in_a_loop(config: Any, stacked: Any, referred: Any, agree: Any) -> None:
    run = config(
        hidden=HIDDEN, activation="prelu(0.1)", epochs=1, train_samples=64, test_samples=64
    )
    agree(stacked([run])[0], referred(run), run)


@pytest.mark.parametrize("samples", [1, 8], ids=["a bias", "a bias for each sample"])
def test_the_loop_s_gradients_are_those_of_its_layers_one_by_one(samples: int) -> None:
    draw = np.random.default_rng(0).normal
    sizes = [(2, 3, 8, 4), (5, 2, 3, 4, 4), (5, 2, 3, samples, 4), (5, 2, 3, 1, 4)]
    a, *weights = (tf.constant(draw(size=size), tf.float32) for size in sizes)

    def activate(z: tf.Tensor, slope: tf.Tensor) -> tf.Tensor:
        return tf.nn.relu(z) - slope * tf.tanh(tf.nn.relu(-z))

    with tf.GradientTape(persistent=True) as tape:
        tape.watch([a, *weights])
        last, _, _ = loop(Span(*weights, run=True), activate, a)
        alone = a
        for kernel, bias, slope in zip(*weights, strict=True):
            alone = activate(tf.matmul(alone, kernel) + bias, slope)
        losses = tf.reduce_sum(tf.sin(last)), tf.reduce_sum(tf.sin(alone))
    np.testing.assert_allclose(last, alone, rtol=1e-5)
    of_loop, of_layers = (tape.gradient(loss, [a, *weights]) for loss in losses)
    for ours, theirs in zip(of_loop, of_layers, strict=True):
        assert np.abs(theirs).max() > 0.01
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4 * np.abs(theirs).max())
