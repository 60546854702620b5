"""What an activation's f and f' are like: curves, extrema, saturation, mean for normal inputs.

Records of the catalog in, frames and numbers out, all computed from f and f' themselves.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import pi, sqrt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.catalog import Activation, default_choice
from core.report import SATURATION

Array = NDArray[Any]

# Pre-activations of a layer that is set up well; f' is looked at on ten times as fine a grid.
_GRID = np.linspace(-10, 10, 8001)
# So near to a point of the grid lie the two sides of a kink.
_BESIDE = 1e-7
# Beyond the grid, where f' is 0 or has no bound as far as double precision tells.
_FAR = np.logspace(1, 16, 601)
_NOTHING, _NO_BOUND = 1e-6, 1e6


@dataclass(frozen=True, slots=True)
class Shape:
    """The numbers of one activation.

    Attributes:
        steepest, steepest_at: the supremum of f' and one z where it is reached, infinite where
            f' only tends to it.
        flattest, flattest_at: the infimum of f', likewise.
        low, high: infimum and supremum of f.
        mean: E f(z) for z from N(0, 1); 0 is centred.
        saturated: the share of z from N(0, 1) where abs(f') is at most 5 % of its greatest.
    """

    steepest: float
    steepest_at: float
    flattest: float
    flattest_at: float
    low: float
    high: float
    mean: float
    saturated: float


def arguments(record: Activation) -> tuple[Any, ...]:
    """The parameters that ``record`` is shown with: its defaults."""
    return default_choice(record).arguments


def curves(records: Iterable[Activation], reach: float, points: int = 321) -> pd.DataFrame:
    """Curves from -``reach`` to ``reach``: columns activation, z, value (f), slope (f')."""
    z = np.linspace(-reach, reach, points)
    parts = [
        pd.DataFrame(
            {
                "activation": record.title if record.name == "formula" else record.name,
                "z": z,
                "value": record.value(z, *arguments(record)),
                "slope": record.slope(z, *arguments(record)),
            }
        )
        for record in records
    ]
    frame = pd.concat(parts, ignore_index=True)
    # What is no number is a gap in the line.
    return frame.replace([np.inf, -np.inf], np.nan)


# A table has the numbers of every function, and they never change.
@lru_cache(maxsize=64)
def shape(record: Activation) -> Shape:
    """The numbers of ``record``; what is not finite on its grid from -10 to 10 does not count."""
    params = arguments(record)
    slope = record.slope(_GRID, *params)
    value = record.value(_GRID, *params)
    low, high = record.bounds(*params)
    steps = _without_points(record, slope)
    top, least = (_extreme(record, steps, find) for find in (np.nanargmax, np.nanargmin))
    weight = np.exp(-_GRID * _GRID / 2) / sqrt(2 * pi) * (_GRID[1] - _GRID[0])
    flat = np.abs(slope) <= SATURATION * record.steepest(*params)
    with np.errstate(all="ignore"):
        mean = float((value * weight).sum())
    return Shape(
        steepest=top[1],
        steepest_at=top[0],
        flattest=least[1],
        flattest_at=least[0],
        low=low,
        high=high,
        mean=mean,
        saturated=float((flat * weight).sum()),
    )


def _without_points(record: Activation, slope: Array) -> Array:
    """``slope`` on the grid, without values that f' has at a single point alone.

    At a kink TensorFlow's f' may be neither of its two sides, as that of PReLU is 0 there: no
    training meets it.
    """
    left, right = (record.slope(_GRID + side, *arguments(record)) for side in (-_BESIDE, _BESIDE))
    room = 1e-3 * record.steepest(*arguments(record))
    with np.errstate(all="ignore"):
        below = slope < np.fmin(left, right) - room
        above = slope > np.fmax(left, right) + room
    return np.where(below | above, np.nan, slope)


def _extreme(record: Activation, slope: Array, find: Any) -> tuple[float, float]:
    """(z, f') where ``find`` finds it; the middle of where it is reached, 0 if that is among.

    At an end of the grid what f' comes to beyond it counts.
    """
    finite = np.where(np.isfinite(slope), slope, np.nan)
    if np.isnan(finite).all():
        return float("nan"), float("nan")
    best = finite[find(finite)]
    at = _GRID[np.abs(finite - best) <= 1e-12 * max(1.0, abs(best))]
    z = float(at[np.argmin(np.abs(at))])
    if abs(z) < _GRID[-1]:
        return z, float(best)
    side = math.copysign(1, z)
    far = record.slope(side * _FAR, *arguments(record))
    best = far[find(far)]
    if abs(best) > _NO_BOUND:
        best = math.copysign(math.inf, best)
    return side * math.inf, 0.0 if abs(best) < _NOTHING else float(best)
