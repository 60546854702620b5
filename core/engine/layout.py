"""Where each weight of a block stands: two arrays that hold the networks of all members.

``first`` is the first kernel of all variants side by side, (seeds, inputs, variants, units):
one wide matrix product serves all variants of a seed. ``rest`` holds everything else of a
member one after another, (seeds, variants, entries), for an optimizer's update is elementwise:
where a weight stands is nothing to it, and two arrays need few calls. NumPy only.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.catalog import ACTIVATIONS
from core.catalog.choice import parse
from core.engine.draws import weights_of_seeds
from core.engine.plan import DEEP, Block
from core.experiment import RunConfig
from core.language import N_

Array = NDArray[np.float32]
Kind = Literal["kernel", "bias", "slope"]


@dataclass(frozen=True, slots=True)
class Part:
    """One array of a member within ``rest``: its kind, its layer (0 is the first), its shape."""

    kind: Kind
    layer: int
    shape: tuple[int, int]

    @property
    def entries(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)


def parts(config: RunConfig) -> tuple[Part, ...]:
    """What ``rest`` holds, in order: by layer its kernel (but for the first), bias and slopes.

    Kernels are (inputs, units); biases, and the learned slopes of prelu, (1, units).
    """
    return _parts(config.sizes, config.learns_slopes)


@lru_cache(maxsize=64)
def _parts(sizes: tuple[int, ...], learns_slopes: bool) -> tuple[Part, ...]:
    found = []
    for layer, (inputs, units) in enumerate(itertools.pairwise(sizes)):
        if layer:
            found.append(Part("kernel", layer, (inputs, units)))
        found.append(Part("bias", layer, (1, units)))
        if learns_slopes and layer < len(sizes) - 2:
            found.append(Part("slope", layer, (1, units)))
    return tuple(found)


def layers_together(config: RunConfig) -> tuple[range, ...]:
    """Layers that are computed as one, from the first (0) to the output's: in runs, or alone.

    A run is many consecutive layers with as many inputs as units, and the same in all: a loop
    of fewer than ``DEEP`` is traced no sooner than they are.
    """
    sizes, hidden = config.sizes, len(config.hidden)

    def width(layer: int) -> int:
        # The first layer has another kernel, the output's another function.
        square = 0 < layer < hidden and sizes[layer] == sizes[layer + 1]
        return sizes[layer] if square else -layer

    found: list[range] = []
    for _, alike in itertools.groupby(range(hidden + 1), width):
        layers = list(alike)
        step = len(layers) if len(layers) >= DEEP else 1
        found.extend(range(layer, layer + step) for layer in layers[::step])
    return tuple(found)


def initial(block: Block) -> tuple[Array, Array]:
    """``first`` and ``rest`` of ``block`` before training, in the shapes above."""
    shape, variants = block.shape, block.configs[: block.variants]
    inputs, units = shape.sizes[:2]
    first = np.empty((block.seeds, inputs, block.variants, units), np.float32)
    rest = np.empty((block.seeds, block.variants, sum(p.entries for p in parts(shape))), np.float32)
    # Variants that share initializers have the same draws.
    alike: dict[tuple[object, ...], list[int]] = {}
    for place, config in enumerate(variants):
        key = (config.kernel_initializer, config.bias_initializer, _slope(config))
        alike.setdefault(key, []).append(place)
    for places in alike.values():
        own_first, own_rest = _drawn(variants[places[0]], block.seed_numbers)
        first[:, :, places] = own_first[:, :, None]
        rest[:, places] = own_rest[:, None]
    return first, rest


def member(config: RunConfig, first: Array, rest: Array) -> tuple[Array, ...]:
    """One member's weights in the order of its Keras model.

    ``first`` (inputs, units) and ``rest`` (entries,) are the member's own.
    """
    own = rest.copy()
    return first.copy(), *(own[place].reshape(shape) for place, shape in _cuts(parts(config)))


@lru_cache(maxsize=64)
def _cuts(own: tuple[Part, ...]) -> tuple[tuple[slice, tuple[int, ...]], ...]:
    """Where each part stands in ``rest``, and the shape that it has in a Keras model."""
    ends = list(itertools.accumulate(part.entries for part in own))
    return tuple(
        (slice(end - part.entries, end), part.shape if part.kind == "kernel" else (part.entries,))
        for part, end in zip(own, ends, strict=True)
    )


def _drawn(config: RunConfig, seeds: Sequence[int]) -> tuple[Array, Array]:
    """The first kernel (seeds, inputs, units) and the rest (seeds, entries) as each seed draws."""
    weights = weights_of_seeds(
        seeds, config.sizes, config.kernel_initializer, config.bias_initializer
    )
    start = np.float32(_slope(config) or 0)
    rest = [
        weights[part.layer][0].reshape(len(seeds), -1)
        if part.kind == "kernel"
        else weights[part.layer][1]
        if part.kind == "bias"
        else np.full((len(seeds), part.entries), start)
        for part in parts(config)
    ]
    return weights[0][0], np.concatenate(rest, axis=1)


def _slope(config: RunConfig) -> float | None:
    """What learned slopes start from."""
    if not config.learns_slopes:
        return None
    return float(parse(config.activation, ACTIVATIONS, N_("activation")).arguments[0])
