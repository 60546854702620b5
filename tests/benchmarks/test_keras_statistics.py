"""The callback of the Keras peer records what the project's own statistics are."""

from dataclasses import asdict

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.peers.keras_fit import network
from benchmarks.peers.keras_statistics import LayerStatistics
from core.catalog import ACTIVATIONS
from core.engine.statistics import LayerArrays, layer_reports
from core.experiment import Experiment
from data import load


@pytest.mark.parametrize("activation", ["relu", "leaky_relu(0.01)", "gelu"])
def test_a_layers_columns_are_those_of_the_engine(activation: str) -> None:
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
    (expected,) = layer_reports(1, _arrays(model, recorder, activation))
    for name, value in asdict(expected).items():
        if name in last and name != "histogram":
            assert last[name] == pytest.approx(value, rel=1e-4, abs=1e-6), name
    counts, edges = last["histogram"]  # type: ignore[misc]
    assert tuple(counts) == expected.histogram
    assert edges[0] == pytest.approx(expected.histogram_low)
    columns = {"pre_mean", "q01", "q99", "dead_fraction", "delta_rms", "update_ratio"}
    assert columns <= set(last)


def _arrays(model: keras.Model, recorder: LayerStatistics, activation: str) -> LayerArrays:
    """The layer's arrays by the catalog's NumPy form, its gradients by hand."""
    name, _, given = activation.partition("(")
    parameters = (float(given.rstrip(")")),) if given else ()
    record = ACTIVATIONS[name]
    x, y = (np.asarray(part) for part in recorder.probe)
    kernel, bias, out_kernel, out_bias = model.get_weights()
    z = x @ kernel + bias
    a = record.value(z, *parameters)
    scores = tf.nn.softmax(a @ out_kernel + out_bias).numpy()
    # Of cross-entropy by softmax: probabilities less the one-hot class.
    delta = ((scores - np.eye(2)[y]) @ out_kernel.T) * record.slope(z, *parameters)
    live = (np.abs(record.slope(recorder.x @ kernel + bias, *parameters)) > 0).any(axis=0)
    return LayerArrays(
        pre=z[None],
        post=a[None],
        slope=record.slope(z, *parameters)[None],
        steepest=np.atleast_2d(record.steepest(*parameters)),
        delta=delta[None],
        gradient_norm=np.atleast_1d(np.linalg.norm(x.T @ delta / len(x))),
        weight_norm=np.atleast_1d(np.linalg.norm(kernel)),
        update_norm=np.atleast_1d(np.linalg.norm(kernel - recorder.before[0])),
        dead=np.atleast_1d(1 - live.mean()),
    )
