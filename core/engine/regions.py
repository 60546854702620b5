"""Where an activation f is saturated, and where it is flat: NumPy, any number of runs at once.

z is saturated where abs(f'(z)) <= SATURATION * max abs f', and flat where abs(f'(z)) < FLAT.
Of what the catalog knows these are intervals of z; a formula's f' is computed.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from core.catalog import ACTIVATIONS
from core.catalog.choice import parse
from core.language import N_
from core.report import SATURATION

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]

# Below it float32 arithmetic may give 0 (subnormals are flushed): no gradient either way.
FLAT = np.finfo(np.float32).tiny
# From each first number to below the second, in order.
_Intervals = Sequence[tuple[float, float]]


def regions(slope: Array, steepest: Array | float) -> tuple[Flags, Flags]:
    """Where f is saturated and where it is flat, from f'(z) and max abs f' (broadcast)."""
    size = np.abs(slope)
    return size <= np.float32(SATURATION) * np.asarray(steepest, np.float32), size < FLAT


def of_learned_slopes(z: Array, alpha: Array) -> tuple[Flags, Flags]:
    """``regions`` of prelu with the slopes ``alpha`` below 0 (broadcast to ``z``)."""
    return regions(np.where(z > 0, np.float32(1), alpha), np.maximum(1, np.abs(alpha)))


def of_variants(z: Array, names: tuple[str, ...]) -> tuple[Flags, Flags]:
    """``regions`` of z (seeds, variants, samples, units), each variant with its activation.

    NaN is in neither. All variants at once, in few calls: NumPy gives up the interpreter's lock
    in each, and threads that wait for it, a tenth of a millisecond and more, were slower
    together than one alone.
    """
    saturated, flat = (_within(z, ends) for ends in _ends(names))
    # Variants are sorted by activation.
    for name, own in groupby(range(len(names)), names.__getitem__):
        chosen, places = parse(name, ACTIVATIONS, N_("activation")), list(own)
        record = ACTIVATIONS[chosen.name]
        # A formula can be flat wherever it likes: each entry is asked.
        if record.slope_on_tensors:
            part = np.s_[:, places[0] : places[-1] + 1]
            slope = record.slope(z[part], *chosen.arguments)
            found = regions(slope, float(record.steepest(*chosen.arguments)))
            saturated[part], flat[part] = found
    return saturated, flat


@lru_cache(maxsize=64)
def _ends(names: tuple[str, ...]) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """The intervals of z in which activations are saturated, and those in which they are flat.

    Each interval (2, 1, variants, 1, 1): its least and its greatest number for each activation.
    For one that has fewer intervals it is empty, as are all of a formula's.
    """
    saturated, flat = list[_Intervals](), list[_Intervals]()
    for name in names:
        chosen = parse(name, ACTIVATIONS, N_("activation"))
        record = ACTIVATIONS[chosen.name]
        steepest = np.float32(record.steepest(*chosen.arguments))
        bounds = np.float32(SATURATION) * steepest, np.nextafter(FLAT, np.float32(0))
        for found, bound in zip((saturated, flat), bounds, strict=True):
            formula = record.slope_on_tensors is not None
            found.append(() if formula else record.flat(float(bound), *chosen.arguments))
    return _side_by_side(saturated), _side_by_side(flat)


def _side_by_side(found: Sequence[_Intervals]) -> tuple[Array, ...]:
    """The first interval of each, the second, and so on, from least to greatest number."""
    whole = np.empty((max(map(len, found)), 2, len(found)), np.float32)
    whole[:, 0], whole[:, 1] = np.inf, -np.inf
    for place, intervals in enumerate(found):
        for which, (low, high) in enumerate(intervals):
            # They are half-open, but for infinity.
            end = np.float32(high)
            last = end if high == np.inf else np.nextafter(end, np.float32(-np.inf))
            whole[which, :, place] = low, last
    return tuple(whole[:, :, None, :, None, None])


def _within(z: Array, ends: Sequence[Array]) -> Flags:
    """Whether z lies between the ends of one of the intervals."""
    inside = np.zeros(z.shape, bool)
    for low, high in ends:
        inside |= (z >= low) & (z <= high)
    return inside
