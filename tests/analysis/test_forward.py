"""The NumPy forward pass against Keras's own, for every activation and output."""

import numpy as np
import pytest

from core.analysis.forward import network
from core.catalog import ACTIVATIONS
from core.engine.model import build
from core.errors import KasseiError
from core.experiment import RunConfig


def _config(**fields: object) -> RunConfig:
    usual = {"dataset": "moons", "hidden": [16, 9], "bias_initializer": "normal(0.5)"}
    return RunConfig(**usual | {"kernel_initializer": "normal(0.7)"} | fields)


CONFIGS = [
    *(_config(activation=name) for name in ACTIVATIONS),
    _config(activation="leaky_relu(0.3)", hidden=[5, 4, 3]),
    _config(hidden="none"),
    _config(dataset="blobs", output="sigmoid", loss="binary_cross_entropy"),
    _config(dataset="sine", activation="tanh"),
    _config(dataset="mnist", hidden=[64], kernel_initializer="glorot_uniform", activation="gelu"),
]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda c: f"{c.dataset}-{c.activation}-{c.output}")
def test_answers_equal_keras(config: RunConfig) -> None:
    model = build(config)
    if config.learns_slopes:
        # Slopes that differ between units, as training makes them.
        draw = np.random.default_rng(1)
        weights = [w if w.ndim == 2 else draw.random(w.shape, np.float32)
                   for w in model.get_weights()]  # fmt: skip
        model.set_weights(weights)
    x = np.random.default_rng(0).normal(size=(2300, config.sizes[0])).astype(np.float32)
    answer = network(config, model.get_weights()).predict(x)
    assert answer.dtype == np.float32
    np.testing.assert_allclose(answer, model(x).numpy(), rtol=1e-5, atol=1e-5)


def test_hidden_units_equal_keras() -> None:
    import keras

    config = _config(activation="prelu", hidden=[7, 5])
    model = build(config)
    x = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    seen = network(config, model.get_weights()).hidden(x)
    layers = keras.Model(model.inputs[0], [model.layers[1].output, model.layers[3].output])(x)
    assert [layer.shape for layer in seen] == [(50, 7), (50, 5)]
    for mine, theirs in zip(seen, layers, strict=True):
        np.testing.assert_allclose(mine, theirs.numpy(), rtol=1e-5, atol=1e-5)


def test_a_network_without_hidden_layers_has_no_hidden_units() -> None:
    config = _config(hidden="none")
    assert network(config, build(config).get_weights()).hidden(np.zeros((3, 2))) == ()


def test_no_samples_have_no_answers() -> None:
    config = _config(dataset="blobs")
    answer = network(config, build(config).get_weights()).predict(np.zeros((0, 2)))
    assert answer.shape == (0, 5)


def test_the_weights_of_another_network_are_refused() -> None:
    weights = build(_config()).get_weights()
    with pytest.raises(KasseiError, match=r"not those of its network 2-16-8-2\."):
        network(_config(hidden=[16, 8]), weights)
    with pytest.raises(KasseiError, match="not those"):
        network(_config(activation="prelu"), weights)


def test_weights_that_are_not_finite_answer_without_a_complaint() -> None:
    config = _config(activation="sigmoid")
    weights = [np.full_like(w, np.inf) for w in build(config).get_weights()]
    assert network(config, weights).predict(np.ones((2, 2))).shape == (2, 2)
