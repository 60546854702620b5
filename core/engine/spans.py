"""The layers of a stack as tensors cut from its weights, a run of many alike as one span."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import tensorflow as tf

from core.engine.layout import Part, layers_together, parts
from core.experiment import RunConfig


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """One dense layer, or a ``run`` of several.

    The kernel is (seeds, variants, inputs, units), of the first layer (seeds, inputs, variants,
    units); the bias, and the learned slope of prelu, (seeds, variants, 1, units). Those of a
    run have an axis of layers before these.
    """

    kernel: tf.Tensor
    bias: tf.Tensor
    slope: tf.Tensor | None = None
    run: bool = False

    @property
    def layers(self) -> int:
        """How many layers it is."""
        return int(self.kernel.shape[0]) if self.run else 1

    def each(self, tensor: tf.Tensor) -> list[tf.Tensor]:
        """``tensor``, which is the span's, layer by layer."""
        return list(tf.unstack(tensor)) if self.run else [tensor]

    def spread(self, samples: int) -> "Span":
        """A run with a bias for each sample: its gradient is that of the loop's z."""
        if not self.run:
            return self
        *axes, _, units = self.bias.shape
        return replace(self, bias=tf.broadcast_to(self.bias, (*axes, samples, units)))


def cut(config: RunConfig, first: tf.Tensor, rest: tf.Tensor) -> tuple[Span, ...]:
    """The layers of ``first`` and ``rest`` (see ``core.engine.layout``), from the input on."""
    of_layer: dict[int, list[Part]] = {}
    for part in parts(config):
        of_layer.setdefault(part.layer, []).append(part)
    planned = [(len(layers), of_layer[layers.start]) for layers in layers_together(config)]
    sizes: list[int] = []
    for count, own in planned:
        entries = [part.entries for part in own]
        sizes += entries if count == 1 else [count * sum(entries)]
    pieces = iter(tf.split(rest, sizes, axis=2))
    spans = []
    for count, own in planned:
        if count == 1:
            axes, tensors = rest.shape[:2], [next(pieces) for _ in own]
        else:
            axes, tensors = (count, *rest.shape[:2]), _layered(next(pieces), count, own)
        found = {
            part.kind: tf.reshape(tensor, (*axes, *part.shape))
            for part, tensor in zip(own, tensors, strict=True)
        }
        # The first layer's kernel is an array of its own.
        spans.append(Span(**{"kernel": first} | found, run=count > 1))
    return tuple(spans)


def _layered(piece: tf.Tensor, count: int, own: Sequence[Part]) -> list[tf.Tensor]:
    """The parts of ``count`` layers alike, each (layers, seeds, variants, entries)."""
    layered = tf.reshape(piece, (*piece.shape[:2], count, piece.shape[2] // count))
    return list(
        tf.split(tf.transpose(layered, (2, 0, 1, 3)), [part.entries for part in own], axis=3)
    )
