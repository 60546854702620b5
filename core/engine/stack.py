"""A stack: many networks of one shape in one set of tensors, and their forward pass.

Axes, everywhere in the engine: (seeds, variants, samples, units). A member is one seed and
one variant; variants differ in activation, output, loss, learning rate and initializer.
All variants of a seed read the same batch, so the first layer is one wide matrix product,
(samples, inputs) by (inputs, variants * units); later layers are batched products.

This module knows the mathematics of one pass, nothing of epochs, data or reports.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core.catalog import ACTIVATIONS, OUTPUTS
from core.catalog.activation import SMALLEST
from core.engine import model
from core.engine.classes import FEW, softmax_and_cross_entropy
from core.engine.layout import initial
from core.engine.loop import loop
from core.engine.plan import Block
from core.engine.spans import Span, cut
from core.experiment import RunConfig

# Of so few inputs it takes less to transpose the kernel than what comes of one wide product.
_FEW_INPUTS = 16


@dataclass(frozen=True, slots=True)
class Group:
    """Variants that share one function: where they stand along the variants axis."""

    function: Callable[..., tf.Tensor]
    places: tuple[int, ...]


class Stack:
    """The functions of a block's variants over its weights: tensors in, tensors out."""

    def __init__(self, block: Block) -> None:
        configs = block.configs[: block.variants]
        self.block = block
        first, rest = initial(block)
        self.first = keras.Variable(first, dtype="float32")
        self.rest = keras.Variable(rest, dtype="float32")
        self.learned = block.shape.learns_slopes
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
        slopes = [model.live_slope(config) for config in configs]
        # Where f' itself says which units are live; without any, the intervals say it all.
        self._slopes = any(slopes) and groups(
            [
                config.activation if slope else ""
                for config, slope in zip(configs, slopes, strict=True)
            ],
            lambda place: _live(slopes[place]),
        )

    def load(self, block: Block) -> None:
        """Take the initial weights of ``block``, which differs in its draws at most."""
        first, rest = initial(block)
        self.first.assign(first)
        self.rest.assign(rest)

    def weights(self) -> tuple[tf.Tensor, tf.Tensor]:
        """``first`` and ``rest`` (see ``core.engine.layout``) as they are now."""
        return tf.convert_to_tensor(self.first), tf.convert_to_tensor(self.rest)

    def layers(self, first: tf.Tensor, rest: tf.Tensor) -> tuple[Span, ...]:
        """The layers of the weights ``first`` and ``rest`` (see ``core.engine.layout``)."""
        return cut(self.block.shape, first, rest)

    def forward(
        self, layers: Sequence[Span], x: tf.Tensor
    ) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
        """Every pre-activation z and every hidden activation f(z), from the input on.

        ``x`` is (seeds or 1, samples, inputs), each z (seeds, variants, samples, units). The last
        z belongs to the output layer.
        """
        pre: list[tf.Tensor] = []
        post: list[tf.Tensor] = []
        a = x
        for place, span in enumerate(layers):
            if span.run:
                a, zs, activations = loop(span, self._activate, a)
                pre += tf.unstack(zs)
                post += tf.unstack(activations)
                continue
            z = (tf.matmul(a, span.kernel) if place else _wide(a, span.kernel)) + span.bias
            pre.append(z)
            if place < len(layers) - 1:
                a = self._activate(z, span.slope)
                post.append(a)
        return pre, post

    def losses(self, last: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Loss of each sample (seeds, variants, samples), and the outputs.

        ``last`` is the output layer's z, ``targets`` (seeds or 1, samples, outputs).
        """
        spread = tf.broadcast_to(targets[:, None], tf.shape(last))
        outputs, losses = by_group(self._outputs, lambda both, *own: both(*own), last, spread)
        return losses, outputs

    def live(self, layers: Sequence[Span], pre: Sequence[tf.Tensor]) -> tf.Tensor:
        """Entries with f'(z) != 0 of all hidden layers: bool, their units side by side.

        ``pre`` are their z, (seeds, variants, samples, units).
        """
        # Truths are joined, a quarter of the bytes of what they are told from.
        if self.learned:
            slopes = self.slopes(layers)
            alive = [(z > 0) | tf.not_equal(own, 0) for z, own in zip(pre, slopes, strict=True)]
        else:
            alive = [(z > self._live_low) & (z < self._live_high) for z in pre]
        inside = tf.concat(alive, axis=-1)
        if not self._slopes:
            return inside
        z = tf.concat(pre, axis=-1)
        return by_group(self._slopes, lambda live, *parts: live(*parts), z, inside)

    def slopes(self, layers: Sequence[Span]) -> list[tf.Tensor]:
        """The learned slopes of each hidden layer; none but for prelu."""
        return [
            slope for span in layers if span.slope is not None for slope in span.each(span.slope)
        ]

    def _activate(self, z: tf.Tensor, slope: tf.Tensor | None = None) -> tf.Tensor:
        if slope is not None:
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
    parts: Sequence[Group],
    apply: Callable[..., Any],
    *tensors: tf.Tensor,
) -> Any:
    """``apply(function, *tensors)`` for each group's variants (axis 1), back in their order.

    It gives a tensor or several. Split rather than sliced: the gradient of eight slices is eight
    arrays of the full size and their sum, of a split it is one array.
    """
    if len(parts) == 1:
        return apply(parts[0].function, *tensors)
    order = [place for part in parts for place in part.places]
    if order == sorted(order):
        sizes = [len(part.places) for part in parts]
        taken = [tf.split(tensor, sizes, axis=1) for tensor in tensors]
    else:
        taken = [[tf.gather(tensor, part.places, axis=1) for part in parts] for tensor in tensors]
    done = [
        apply(part.function, *own)
        for part, own in zip(parts, zip(*taken, strict=True), strict=True)
    ]

    def joined(*each: tf.Tensor) -> tf.Tensor:
        whole = tf.concat(each, axis=1)
        return whole if order == sorted(order) else tf.gather(whole, np.argsort(order), axis=1)

    return tf.nest.map_structure(joined, *done)


def _activation(config: RunConfig) -> Callable[..., tf.Tensor]:
    chosen = model.activation(config)
    # Its mathematics alone: what Keras does around it takes longer than tracing it.
    function: Callable[..., tf.Tensor] = ACTIVATIONS[chosen.name].layer(*chosen.arguments).call
    return function


def _live_interval(config: RunConfig) -> tuple[float, float]:
    chosen = model.activation(config)
    return ACTIVATIONS[chosen.name].live_interval(*chosen.arguments)


def _live(slope: Callable[..., tf.Tensor] | None) -> Callable[..., tf.Tensor]:
    """From z and whether it is inside of the interval to whether f'(z) is not 0."""
    if slope is None:
        return lambda _, inside: inside
    return lambda z, _: tf.abs(slope(z)) >= SMALLEST


def _output_and_loss(config: RunConfig) -> Callable[..., tuple[tf.Tensor, tf.Tensor]]:
    if config.output == "softmax" and config.loss == "cross_entropy" and config.sizes[-1] <= FEW:
        return softmax_and_cross_entropy
    output, loss = OUTPUTS[config.output].keras, model.loss(config)

    def both(z: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        # Softmax keeps its logits on the tensor it returns, which the loss then reads: the
        # loss must see that very tensor, as it does in Keras's own fit.
        y = output(z)
        return y, loss(targets, y)  # type: ignore[operator]

    return both


def _wide(x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """All variants of a seed in one product; of few inputs one each, where they stand."""
    seeds, inputs, variants, units = kernel.shape
    if inputs <= _FEW_INPUTS:
        return tf.matmul(x[:, None], tf.transpose(kernel, (0, 2, 1, 3)))
    z = tf.matmul(x, tf.reshape(kernel, (seeds, inputs, variants * units)))
    return tf.transpose(tf.reshape(z, (seeds, tf.shape(x)[1], variants, units)), (0, 2, 1, 3))
