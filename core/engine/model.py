"""The ordinary Keras model of one config: the definition, the download and the oracle.

``build`` makes a ``keras.Sequential`` of Dense layers, each followed by its activation as a
layer of its own, so that the pre-activation z stands between the two.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core.catalog import ACTIVATIONS, LOSSES, OPTIMIZERS, OUTPUTS, SCHEDULES
from core.catalog.choice import Choice, parse
from core.engine.draws import initial_weights
from core.experiment import RunConfig
from core.language import N_


def build(config: RunConfig) -> keras.Sequential:
    """The untrained model of ``config``, with the initial weights of its seed.

    Input (samples, features); output (samples, classes) or, for regression, (samples, 1).
    """
    chosen = activation(config)
    regularizer = keras.regularizers.L1L2(config.l1, config.l2) if config.l1 or config.l2 else None
    layers: list[keras.Layer] = [keras.Input((config.sizes[0],))]
    for units in config.hidden:
        layers.append(keras.layers.Dense(units, kernel_regularizer=regularizer))
        layers.append(ACTIVATIONS[chosen.name].layer(*chosen.arguments))
    layers.append(keras.layers.Dense(config.sizes[-1], kernel_regularizer=regularizer))
    layers.append(keras.layers.Activation(OUTPUTS[config.output].keras))
    model = keras.Sequential(layers, name="kassei")
    set_dense_weights(
        model,
        initial_weights(
            config.seed, config.sizes, config.kernel_initializer, config.bias_initializer
        ),
    )
    return model


def compile_model(model: keras.Sequential, config: RunConfig, metrics: Sequence[object]) -> None:
    """Compile ``model`` with the loss, optimizer, schedule and clipping of ``config``."""
    model.compile(
        optimizer=optimizer(config, rate(config)), loss=loss(config), metrics=list(metrics)
    )


def dense_layers(model: keras.Sequential) -> list[keras.layers.Dense]:
    """The Dense layers from the input to the output."""
    return [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]


def set_dense_weights(
    model: keras.Sequential, weights: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]
) -> None:
    """Give each Dense layer its (kernel, bias)."""
    for layer, (kernel, bias) in zip(dense_layers(model), weights, strict=True):
        layer.set_weights([kernel, bias])


def activation(config: RunConfig) -> Choice:
    """The hidden activation of ``config`` with its parameters."""
    return parse(config.activation, ACTIVATIONS, N_("activation"))


def live_slope(config: RunConfig) -> Callable[..., Any] | None:
    """The function from z to f'(z) on tensors, where no interval tells which units are live."""
    chosen = activation(config)
    slope = ACTIVATIONS[chosen.name].slope_on_tensors
    return slope(*chosen.arguments) if slope else None


def loss(config: RunConfig) -> object:
    """The loss of ``config``: (targets, outputs) to one number a sample."""
    chosen = parse(config.loss, LOSSES, N_("loss"))
    return LOSSES[chosen.name].keras(*chosen.arguments)


def optimizer(
    config: RunConfig, learning_rate: object, *, clip: bool = True
) -> keras.optimizers.Optimizer:
    """Keras's optimizer of ``config`` at ``learning_rate`` (a number or a schedule)."""
    chosen = parse(config.optimizer, OPTIMIZERS, N_("optimizer"))
    return OPTIMIZERS[chosen.name].build(
        learning_rate, *chosen.arguments, global_clipnorm=config.clip_norm if clip else None
    )


def factors(config: RunConfig) -> NDArray[np.float32]:
    """What the schedule multiplies the learning rate with at each update, (updates,)."""
    chosen = parse(config.schedule, SCHEDULES, N_("schedule"))
    updates = max(1, config.epochs * config.updates_per_epoch)
    return np.asarray(SCHEDULES[chosen.name].factors(updates, *chosen.arguments), np.float32)


def rate(config: RunConfig) -> object:
    """The learning rate of ``config``: a number, or its schedule over all updates."""
    table = factors(config)
    if np.all(table == 1):
        return config.learning_rate
    return TableRate(np.float32(config.learning_rate) * table)


@keras.saving.register_keras_serializable("kassei")
class TableRate(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate read from a table, one entry an update; the last one after its end."""

    def __init__(self, table: Sequence[float] | NDArray[np.float32]) -> None:
        super().__init__()
        self.table = np.asarray(table, np.float32)

    def __call__(self, step: object) -> object:
        """The rate at update ``step`` (0, 1, …)."""
        last = self.table.shape[0] - 1
        place = keras.ops.minimum(keras.ops.cast(step, "int32"), last)
        return keras.ops.take(keras.ops.convert_to_tensor(self.table), place)

    def get_config(self) -> dict[str, object]:
        """The table as plain numbers, for a saved model."""
        return {"table": self.table.tolist()}
