"""Layer statistics of trained runs against lone Keras models."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.catalog import ACTIVATIONS, LOSSES, OUTPUTS, parse
from core.engine import model
from core.engine.draws import probe_rows
from core.engine.samples import samples
from core.experiment import RunConfig

Array = np.ndarray

# Full batches: one update an epoch, so that the snapshots of two epochs lie an update apart.
CASES: list[dict[str, Any]] = [
    # A rate at which units die from one update to the next.
    {"activation": "relu", "bias_initializer": "constant(-1)", "learning_rate": 8},
    {"activation": "tanh", "loss": "mse", "output": "sigmoid"},
    {"activation": "relu6", "loss": "hinge", "kernel_initializer": "normal(1)"},
    {"activation": "gelu", "loss": "binary_cross_entropy"},
]


@pytest.fixture(scope="module")
def trained(config: Any, stacked: Any) -> list[tuple[RunConfig, Any]]:
    """Runs of three updates, with their histories, and one of prelu."""
    full = {"batch_size": 96, "train_samples": 96, "hidden": [12, 7], "learning_rate": 0.5}
    cases = [*CASES, {"activation": "prelu(0.3)"}]
    configs = [config(**full | case, seed=seed) for case in cases for seed in (3, 4)]
    return list(zip(configs, stacked(configs), strict=True))


def layers_of(config: RunConfig, weights: Any, x: Array) -> list[tuple[Array, Array]]:
    """(z, f'(z)) of each hidden layer of the lone Keras model with ``weights``."""
    network = model.build(config)
    network.set_weights(weights)
    outputs = [layer.output for layer in model.dense_layers(network)[:-1]]
    found = []
    for z, layer in zip(
        keras.Model(network.inputs, outputs)([x]), network.layers[1::2], strict=False
    ):
        with tf.GradientTape() as tape:
            tape.watch(z)
            a = layer(z)
        found.append((z.numpy(), tape.gradient(a, z).numpy()))
    return found


def test_dead_units_are_those_whose_slope_is_0_for_every_sample_as_seen(
    trained: list[tuple[RunConfig, Any]],
) -> None:
    last_moved = False
    for config, run in trained[::2]:
        x = samples(config, (config.seed,)).x_train[0]
        after = [
            [np.mean(~slope.any(axis=0)) for _, slope in layers_of(config, weights, x)]
            for weights in run.snapshots.values()
        ]
        # In between, the epoch's only update saw the weights of the epoch before.
        expected = [after[0], *after[: config.epochs - 1], after[config.epochs]]
        last_moved |= after[config.epochs - 1] != after[config.epochs]
        for report, dead in zip(run.epochs, expected, strict=True):
            assert [layer.dead_fraction for layer in report.layers] == pytest.approx(dead)
    assert last_moved, "the last update kills a unit, so that it matters when units are looked at"


def test_units_that_are_exactly_0_for_every_sample_are_dead_and_silent(
    config: Any, stacked: Any
) -> None:
    names = ("relu", "relu6", "prelu(0)", "tanh")
    configs = [config(activation=a, kernel_initializer="zeros", epochs=0) for a in names]
    *rectified, tanh = (run.epochs[0].layers for run in stacked(configs))
    for layers in rectified:
        assert [(layer.dead_fraction, layer.silent_fraction) for layer in layers] == [(1, 1)] * 2
    assert [(layer.dead_fraction, layer.silent_fraction) for layer in tanh] == [(0, 0)] * 2


def test_gradient_and_weight_norms_are_those_of_the_lone_model(
    trained: list[tuple[RunConfig, Any]],
) -> None:
    for config, run in trained[::2]:
        data = samples(config, (config.seed,))
        rows = probe_rows(config.seed, config.train_samples)
        network = model.build(config)
        network.set_weights(run.snapshots[2])
        kernels = [layer.kernel.value for layer in model.dense_layers(network)[:-1]]
        loss: Any = model.loss(config)
        with tf.GradientTape() as tape:
            mean = tf.reduce_mean(loss(data.y_train[0][rows], network(data.x_train[0][rows])))
        gradients = tape.gradient(mean, kernels)
        for layer, gradient, kernel in zip(run.epochs[2].layers, gradients, kernels, strict=True):
            expected = float(tf.norm(gradient))
            assert layer.gradient_norm == pytest.approx(expected, rel=1e-4, abs=1e-9)
            assert layer.weight_norm == pytest.approx(float(tf.norm(kernel)), rel=1e-5)


def test_update_ratio_is_the_last_change_over_the_weights(
    trained: list[tuple[RunConfig, Any]],
) -> None:
    for config, run in trained:
        step = 3 if config.activation.startswith("prelu") else 2
        for epoch in range(1, config.epochs + 1):
            now, before = (run.snapshots[at][::step] for at in (epoch, epoch - 1))
            for layer, new, old in zip(run.epochs[epoch].layers, now, before, strict=False):
                ratio = np.linalg.norm(new - old) / np.linalg.norm(new)
                assert layer.update_ratio == pytest.approx(ratio, rel=1e-4, abs=1e-7)
        assert all(np.isnan(layer.update_ratio) for layer in run.epochs[0].layers)


@pytest.mark.parametrize("case", CASES, ids=[str(case["activation"]) for case in CASES])
def test_delta_is_the_slope_of_one_sample_s_loss(
    case: dict[str, Any], trained: list[tuple[RunConfig, Any]]
) -> None:
    config, run = next((c, r) for c, r in trained if c.activation == case["activation"])
    data = samples(config, (config.seed,))
    x, y = data.x_train[0].astype(np.float64), data.y_train[0].astype(np.float64)
    weights = [np.asarray(w, np.float64) for w in run.snapshots[2]]
    chosen, loss = model.activation(config), parse(config.loss, LOSSES, "loss")
    activate = ACTIVATIONS[chosen.name].value

    def losses_from(layer: int, z: Array) -> Array:
        """Loss of each sample from the pre-activations of ``layer`` on."""
        for kernel, bias in zip(
            weights[2 * layer + 2 :: 2], weights[2 * layer + 3 :: 2], strict=True
        ):
            z = activate(z) @ kernel + bias
        output = OUTPUTS[config.output].value(z)
        return np.asarray(LOSSES[loss.name].value(y, output, *loss.arguments))

    z = x @ weights[0] + weights[1]
    for place, report in enumerate(run.epochs[2].layers):
        if place:
            z = activate(z) @ weights[2 * place] + weights[2 * place + 1]
        h = 1e-5
        delta = np.stack(
            [
                (losses_from(place, z + h * unit) - losses_from(place, z - h * unit)) / (2 * h)
                for unit in np.eye(report.units)
            ],
            axis=1,
        )
        assert report.delta_rms == pytest.approx(np.sqrt(np.mean(delta**2)), rel=1e-3)
        mean_norm = np.linalg.norm(delta.mean(axis=0))
        assert report.delta_mean_norm == pytest.approx(mean_norm, rel=2e-3, abs=1e-6)
        assert report.pre_mean == pytest.approx(z.mean(), rel=1e-4, abs=1e-5)


def test_prelu_is_silent_where_its_slope_on_the_left_is_0_and_a_unit_stays_there(
    config: Any, stacked: Any
) -> None:
    # The same initial weights: with a slope of 0 prelu is relu.
    fields = {"bias_initializer": "constant(-2.5)", "epochs": 0}
    names = ("prelu(0)", "prelu(0.01)", "prelu(0.2)", "relu")
    runs = stacked([config(**fields, activation=name) for name in names])
    zero, flat, level, relu = (run.epochs[0].layers[0] for run in runs)
    assert zero.silent_fraction == relu.silent_fraction > 0
    assert zero.dead_fraction == relu.dead_fraction > 0
    assert flat.silent_fraction == flat.dead_fraction == 0
    assert flat.saturated_fraction == relu.saturated_fraction > 0
    assert level.saturated_fraction == 0
