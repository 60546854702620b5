"""The record of an activation: its mathematics in NumPy, its words and its Keras layer.

It does not know which activations there are (``activations.py``), nor how a network
uses them. f is the activation, f' its slope, z a pre-activation: any real number.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.catalog.choice import Parameter, Written

Array = NDArray[Any]

# TensorFlow sets float32 numbers below this to zero.
SMALLEST = np.finfo(np.float32).tiny


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Activation:
    """One activation. Every callable takes the choice's parameters last.

    Attributes:
        name: the name in files, links and menus.
        title: how people write it.
        formula: f in LaTeX, parameters by name.
        slope_formula: f' in LaTeX.
        value: ``value(z, *params)`` is f, elementwise, in z's float dtype and shape.
        slope: ``slope(z, *params)`` is f', likewise; at a kink, and where float32 rounds
            to 0, what TensorFlow's gradient is there.
        layer: ``layer(*params)`` builds the Keras layer, every parameter pinned;
            elementwise and without state, unless ``learned``.
        steepest: ``steepest(*params)`` is the supremum of abs(f').
        bounds: ``bounds(*params)`` are f's infimum and supremum.
        strengths: what it does well, one marked sentence.
        weaknesses: what it does badly, one marked sentence.
        reference: authors, title, year.
        colour: its colour on every page, as ``#RRGGBB``.
        extrema: the points (z, f(z)) where f turns.
        centred: whether the mean of f(z) is 0 for z from N(0, 1).
        learned: whether the layer trains parameters of its own.
        slope_on_tensors: ``slope_on_tensors(*params)`` is the function from a tensor z to f'(z),
            where f' may be 0 anywhere: a unit is then live where it is not 0. None where
            ``live_interval`` tells the same for less.
    """

    name: str
    title: str
    formula: str
    slope_formula: str
    value: Callable[..., Array] = field(repr=False)
    slope: Callable[..., Array] = field(repr=False)
    layer: Callable[..., Any] = field(repr=False)
    steepest: Callable[..., float] = field(repr=False)
    bounds: Callable[..., tuple[float, float]] = field(repr=False)
    strengths: str
    weaknesses: str
    reference: str
    colour: str
    parameters: tuple[Parameter | Written, ...] = ()
    slope_on_tensors: Callable[..., Callable[[Any], Any]] | None = field(default=None, repr=False)
    extrema: tuple[tuple[float, float], ...] = ()
    centred: bool = False
    learned: bool = False

    def live_interval(self, *params: Any) -> tuple[float, float]:
        """The open interval of z outside of which f'(z) is 0 in float32.

        (inf, -inf) if f' is 0 everywhere. Zeros of f' between, where f turns, do not
        count: only there is a unit's gradient 0 without staying so.
        """
        return _live_interval(self, params)

    def flat(self, bound: float, *params: Any) -> tuple[tuple[float, float], ...]:
        """The half-open intervals [low, high) of z in which abs(f'(z)) <= bound, in float32.

        In order and apart from each other. One that is narrower than 0.005 (or, beyond
        abs(z) = 12, than 4 % of z) may be missed.
        """
        return _flat(self, float(bound), params)


@lru_cache(maxsize=256)
def _live_interval(activation: Activation, params: tuple[Any, ...]) -> tuple[float, float]:
    flat = _flat(activation, float(np.nextafter(SMALLEST, np.float32(0))), params)
    low = flat[0][1] if flat and flat[0][0] == -inf else -inf
    high = flat[-1][0] if flat and flat[-1][1] == inf else inf
    if low == inf:
        return inf, -inf
    # The last number that is flat on the left; on the right, the first one.
    return (low if low == -inf else float(np.nextafter(np.float32(low), np.float32(-inf)))), high


@lru_cache(maxsize=256)
def _flat(
    activation: Activation, bound: float, params: tuple[Any, ...]
) -> tuple[tuple[float, float], ...]:
    steps = np.geomspace(1e-3, 1e30, 2000, dtype=np.float32)
    near = np.linspace(-12, 12, 4801, dtype=np.float32)
    grid = np.unique(np.concatenate([-steps, near, steps]))

    def holds(z: Array) -> Array:
        return np.asarray(np.abs(activation.slope(z, *params)) <= np.float32(bound))

    found = holds(grid)
    turns = np.flatnonzero(found[1:] != found[:-1])
    edges = [_edge(holds, grid[turn], grid[turn + 1]) for turn in turns]
    if found[0]:
        edges.insert(0, -inf)
    if found[-1]:
        edges.append(inf)
    return tuple(zip(edges[::2], edges[1::2], strict=True))


def _edge(holds: Callable[[Array], Array], low: Any, high: Any) -> float:
    """The first float32 number from ``low`` to ``high`` where it holds as at ``high``."""
    at_high = holds(np.full(1, high))[0]
    while True:
        middle = np.float32((np.float64(low) + np.float64(high)) / 2)
        if middle in (low, high):
            return float(high)
        if holds(np.full(1, middle))[0] == at_high:
            high = middle
        else:
            low = middle


def named_layer(name: str) -> Any:
    """The Keras layer of the function ``name`` of ``keras.activations``, which has no parameters.

    Kept by its name, so that a downloaded model opens wherever Keras is.
    """
    import keras

    return keras.layers.Activation(keras.activations.get(name))
