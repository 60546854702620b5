"""A stack: many networks of one shape in one set of tensors, and their forward pass.

Axes, everywhere in the engine: (seeds, variants, samples, units). A member is one seed and
one variant; variants differ in activation, output, loss, learning rate and initializer.
All variants of a seed read the same batch, so the first layer is one wide matrix product,
(samples, inputs) by (inputs, variants * units); later layers are batched products.

This module knows the mathematics of one pass, nothing of epochs, data or reports.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from core.catalog import ACTIVATIONS, OUTPUTS
from core.engine import model
from core.engine.draws import initial_weights
from core.engine.plan import Block
from core.experiment import RunConfig


@dataclass(frozen=True, slots=True)
class Group:
    """Variants that share one function: where they stand along the variants axis."""

    function: Callable[..., tf.Tensor]
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """The variables of a stack.

    ``kernels[0]`` is (seeds, inputs, variants, units), later ones (seeds, variants, inputs,
    units); biases, and the learned slopes of prelu, are (seeds, variants, 1, units).
    """

    kernels: tuple[keras.Variable, ...]
    biases: tuple[keras.Variable, ...]
    slopes: tuple[keras.Variable, ...]


def initial(block: Block) -> tuple[list[NDArray[np.float32]], ...]:
    """Initial kernels, biases and slopes of ``block``'s members, in the layout of Weights."""
    shape, hidden = block.shape, block.shape.hidden
    seeds, variants = block.seeds, block.variants
    lone = _drawn(block)
    kernels, biases = [], []
    for layer in range(len(hidden) + 1):
        kernel = np.stack([weights[layer][0] for weights in lone])
        kernel = kernel.reshape(seeds, variants, *kernel.shape[1:])
        # The wide layout of the first layer: variants beside units.
        kernels.append(np.swapaxes(kernel, 1, 2) if layer == 0 else kernel)
        biases.append(
            np.stack([weights[layer][1] for weights in lone]).reshape(seeds, variants, 1, -1)
        )
    slopes = []
    if shape.learns_slopes:
        starts = [model.activation(config).arguments[0] for config in block.configs]
        start = np.asarray(starts, np.float32).reshape(seeds, variants, 1, 1)
        slopes = [np.broadcast_to(start, (seeds, variants, 1, units)) for units in hidden]
    return kernels, biases, slopes


def _drawn(block: Block) -> list[list[tuple[NDArray[np.float32], NDArray[np.float32]]]]:
    """Initial weights of each member; those that share seed and initializers are drawn once."""
    drawn: dict[tuple[int, str, str], list[tuple[NDArray[np.float32], NDArray[np.float32]]]] = {}
    lone = []
    for config in block.configs:
        key = (config.seed, config.kernel_initializer, config.bias_initializer)
        if key not in drawn:
            drawn[key] = initial_weights(config.seed, config.sizes, *key[1:])
        lone.append(drawn[key])
    return lone


class Stack:
    """The functions of a block's variants over its weights: tensors in, tensors out."""

    def __init__(self, block: Block) -> None:
        configs = block.configs[: block.variants]
        self.block = block
        self.weights = Weights(
            *(
                tuple(keras.Variable(value, dtype="float32") for value in values)
                for values in initial(block)
            )
        )
        self.learned = bool(self.weights.slopes)
        self._activations = groups(
            [config.activation for config in configs], lambda place: _activation(configs[place])
        )
        self._outputs = groups(
            [f"{config.output} {config.loss}" for config in configs],
            lambda place: _output_and_loss(configs[place]),
        )
        intervals = [_live_interval(config) for config in configs]
        ends = np.asarray(intervals, np.float32).reshape(1, block.variants, 1, 2)
        self._live_low, self._live_high = ends[..., :1], ends[..., 1:]

    def load(self, block: Block) -> None:
        """Take the initial weights of ``block``, which differs in its seeds at most."""
        weights = (self.weights.kernels, self.weights.biases, self.weights.slopes)
        for variables, values in zip(weights, initial(block), strict=True):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)

    def forward(self, x: tf.Tensor) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
        """Every pre-activation z and every hidden activation f(z), from the input on.

        ``x`` is (seeds or 1, samples, inputs). The last z belongs to the output layer.
        """
        pre: list[tf.Tensor] = []
        post: list[tf.Tensor] = []
        for layer in range(len(self.weights.kernels)):
            z = self._wide(x) if layer == 0 else self._narrow(layer, post[-1])
            pre.append(z)
            if layer < len(self.weights.kernels) - 1:
                post.append(self._activate(layer, z))
        return pre, post

    def losses(self, last: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Loss of each sample (seeds, variants, samples), and the outputs.

        ``last`` is the output layer's z, ``targets`` (seeds or 1, samples, outputs).
        """
        spread = tf.broadcast_to(targets[:, None], tf.shape(last))

        def both(function: Callable[..., tf.Tensor], z: tf.Tensor, t: tf.Tensor) -> tf.Tensor:
            output, loss = function(z, t)
            return tf.concat([loss[..., None], output], axis=-1)

        parts = by_group(self._outputs, both, last, spread)
        return parts[..., 0], parts[..., 1:]

    def live(self, layer: int, z: tf.Tensor) -> tf.Tensor:
        """Units with f'(z) != 0 for some sample: (seeds, variants, units), bool."""
        inside = (z > self._live_low) & (z < self._live_high)
        if self.learned:
            inside = (z > 0) | tf.not_equal(tf.convert_to_tensor(self.weights.slopes[layer]), 0)
            inside = tf.broadcast_to(inside, tf.shape(z))
        return tf.reduce_any(inside, axis=2)

    def _wide(self, x: tf.Tensor) -> tf.Tensor:
        kernel = tf.convert_to_tensor(self.weights.kernels[0])
        seeds, inputs, variants, units = kernel.shape
        z = tf.matmul(x, tf.reshape(kernel, (seeds, inputs, variants * units)))
        z = tf.reshape(z, (seeds, tf.shape(x)[1], variants, units))
        return tf.transpose(z, (0, 2, 1, 3)) + tf.convert_to_tensor(self.weights.biases[0])

    def _narrow(self, layer: int, h: tf.Tensor) -> tf.Tensor:
        kernel = tf.convert_to_tensor(self.weights.kernels[layer])
        return tf.matmul(h, kernel) + tf.convert_to_tensor(self.weights.biases[layer])

    def _activate(self, layer: int, z: tf.Tensor) -> tf.Tensor:
        if self.learned:
            slope = tf.convert_to_tensor(self.weights.slopes[layer])
            return tf.nn.relu(z) - slope * tf.nn.relu(-z)
        return by_group(self._activations, lambda function, part: function(part), z)


def groups(
    names: Sequence[str], function: Callable[[int], Callable[..., tf.Tensor]]
) -> list[Group]:
    """One group for each distinct name, with the function of its first place."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(name, []).append(place)
    return [Group(function(found[0]), tuple(found)) for found in places.values()]


def by_group(
    parts: Sequence[Group], apply: Callable[..., tf.Tensor], *tensors: tf.Tensor
) -> tf.Tensor:
    """``apply(function, *tensors)`` for each group's variants (axis 1), back in their order."""
    if len(parts) == 1:
        return apply(parts[0].function, *tensors)
    done = [
        apply(part.function, *(_taken(tensor, part.places) for tensor in tensors)) for part in parts
    ]
    joined = tf.concat(done, axis=1)
    order = [place for part in parts for place in part.places]
    if order == sorted(order):
        return joined
    return tf.gather(joined, np.argsort(order), axis=1)


def _taken(tensor: tf.Tensor, places: tuple[int, ...]) -> tf.Tensor:
    # A slice costs XLA nothing, a gather a copy.
    if places[-1] - places[0] == len(places) - 1:
        return tensor[:, places[0] : places[-1] + 1]
    return tf.gather(tensor, places, axis=1)


def _activation(config: RunConfig) -> Callable[..., tf.Tensor]:
    chosen = model.activation(config)
    layer: Callable[..., tf.Tensor] = ACTIVATIONS[chosen.name].layer(*chosen.arguments)
    return layer


def _live_interval(config: RunConfig) -> tuple[float, float]:
    chosen = model.activation(config)
    return ACTIVATIONS[chosen.name].live_interval(*chosen.arguments)


def _output_and_loss(config: RunConfig) -> Callable[..., tuple[tf.Tensor, tf.Tensor]]:
    output, loss = OUTPUTS[config.output].keras, model.loss(config)

    def both(z: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        # Softmax keeps its logits on the tensor it returns, which the loss then reads: the
        # loss must see that very tensor, as it does in Keras's own fit.
        y = output(z)
        return y, loss(targets, y)  # type: ignore[operator]

    return both
