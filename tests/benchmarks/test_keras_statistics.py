"""The callback of the Keras peer records the table of layers, column by column."""

from typing import Any

import keras
import numpy as np
import pytest

from benchmarks.peers.keras_fit import network
from benchmarks.peers.keras_statistics import LayerStatistics
from core.catalog import ACTIVATIONS
from core.experiment import Experiment
from core.report import LAYER_COLUMNS
from data import load


@pytest.mark.parametrize("activation", ["relu", "leaky_relu(0.01)", "gelu"])
def test_the_keras_peers_columns_are_what_the_table_of_layers_says(activation: str) -> None:
    (config,) = Experiment(
        dataset="moons", train_samples=60, test_samples=20, activation=activation, hidden=[5]
    ).grid()
    d = load("moons", seed=0, train_samples=60, test_samples=20)
    keras.utils.set_random_seed(0)
    model = network(config)
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy")
    recorder = LayerStatistics(d.x_train, d.y_train, 16)
    model.fit(d.x_train, d.y_train, batch_size=16, epochs=2, callbacks=[recorder], verbose=0)
    assert [len(record) for record in recorder.records] == [1, 1, 1]
    last = recorder.records[-1][0]
    assert set(last) == {*LAYER_COLUMNS[4:], "histogram"}
    for name, value in _expected(model, recorder, activation).items():
        assert last[name] == pytest.approx(value, rel=1e-4, abs=1e-6), name
    counts, edges = last["histogram"]  # type: ignore[misc]
    assert (counts.sum(), len(counts), len(edges)) == (60 * 5, 64, 65)


def _expected(model: Any, recorder: LayerStatistics, activation: str) -> dict[str, float]:
    """The columns by the catalog's NumPy form, gradients by hand."""
    name, _, given = activation.partition("(")
    parameters = (float(given.rstrip(")")),) if given else ()
    record = ACTIVATIONS[name]
    x, y = (np.asarray(part) for part in recorder.probe)
    kernel, bias, out_kernel, out_bias = model.get_weights()
    z = x @ kernel + bias
    a, slope = record.value(z, *parameters), record.slope(z, *parameters)
    scores = np.exp(a @ out_kernel + out_bias)
    scores /= scores.sum(axis=1, keepdims=True)
    # Of cross-entropy by softmax: probabilities less the one-hot class.
    delta = ((scores - np.eye(2)[y]) @ out_kernel.T) * slope
    all_slopes = record.slope(recorder.x @ kernel + bias, *parameters)
    return {
        "pre_mean": z.mean(),
        "pre_std": z.std(),
        "mean": a.mean(),
        "std": a.std(),
        "second_moment": (a**2).mean(),
        "q05": np.percentile(a, 5),
        "q50": np.median(a),
        "zero_fraction": np.count_nonzero(a == 0) / a.size,
        "saturated_fraction": (abs(slope) <= 0.05 * record.steepest(*parameters)).mean(),
        "silent_fraction": (slope == 0).all(axis=0).mean(),
        "dead_fraction": (all_slopes == 0).all(axis=0).mean(),
        "delta_rms": np.sqrt((delta**2).mean()),
        "delta_mean_norm": np.linalg.norm(delta.mean(axis=0)),
        "gradient_norm": np.linalg.norm(x.T @ delta / len(x)),
        "weight_norm": np.linalg.norm(kernel),
        "update_ratio": np.linalg.norm(kernel - recorder.before[0]) / np.linalg.norm(kernel),
    }
