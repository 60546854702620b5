"""Statistics of a hidden layer from its arrays: NumPy, any number of runs at once.

Everything here is a plain function of arrays with a leading members axis; where they came
from (a stack, a lone Keras model) it does not know. The README has
the table of their definitions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.report import LayerReport

Array = NDArray[np.float32]

HISTOGRAM_BINS = 64
SATURATION = 0.05
# Below it float32 arithmetic may give 0 (subnormals are flushed): no gradient either way.
_SMALLEST = np.finfo(np.float32).tiny
_QUANTILES = np.array([0.01, 0.05, 0.25, 0.50, 0.75, 0.95, 0.99])


@dataclass(frozen=True, slots=True, eq=False)
class LayerArrays:
    """One hidden layer of several runs over the probe samples.

    ``pre`` = z, ``post`` = f(z), ``slope`` = f'(z), ``delta`` = d(loss of one sample)/dz, all
    (members, samples, units); ``steepest`` = max abs f', (members, 1 or units). Norms are
    (members,); ``dead`` = dead_fraction (members,).
    """

    pre: Array
    post: Array
    slope: Array
    steepest: Array
    delta: Array
    gradient_norm: Array
    weight_norm: Array
    update_norm: Array
    dead: Array


def layer_reports(layer: int, arrays: LayerArrays) -> list[LayerReport]:
    """The report of hidden layer ``layer`` (1 is the first) for each member."""
    z, a, delta = arrays.pre, arrays.post, arrays.delta
    members, _, units = z.shape
    flat = np.sort(a.reshape(members, -1), axis=1)
    with np.errstate(all="ignore"):
        # A run that is about to diverge overflows here; inf and NaN are its statistics.
        columns = {
            "pre_mean": z.mean(axis=(1, 2), dtype=np.float64),
            "pre_std": z.std(axis=(1, 2), dtype=np.float64),
            "mean": a.mean(axis=(1, 2), dtype=np.float64),
            "std": a.std(axis=(1, 2), dtype=np.float64),
            "second_moment": np.square(a, dtype=np.float64).mean(axis=(1, 2)),
            "zero_fraction": (a == 0).mean(axis=(1, 2)),
            "saturated_fraction": _saturated(arrays).mean(axis=(1, 2)),
            "silent_fraction": (np.abs(arrays.slope) < _SMALLEST).all(axis=1).mean(axis=1),
            "dead_fraction": arrays.dead,
            "delta_rms": np.sqrt(np.square(delta, dtype=np.float64).mean(axis=(1, 2))),
            "delta_mean_norm": np.linalg.norm(delta.mean(axis=1, dtype=np.float64), axis=1),
            "gradient_norm": arrays.gradient_norm,
            "weight_norm": arrays.weight_norm,
            "update_ratio": arrays.update_norm / arrays.weight_norm,
        }
        quantiles = _sorted_quantiles(flat)
        lows, highs, counts = _histograms(flat)
    names = ("q01", "q05", "q25", "q50", "q75", "q95", "q99")
    columns |= {name: quantiles[:, index] for index, name in enumerate(names)}
    plain = {name: np.asarray(values, np.float64).tolist() for name, values in columns.items()}
    return [
        LayerReport(
            layer=layer,
            units=units,
            histogram_low=float(lows[m]),
            histogram_high=float(highs[m]),
            histogram=tuple(counts[m]),
            **{name: values[m] for name, values in plain.items()},
        )
        for m in range(members)
    ]


def _saturated(arrays: LayerArrays) -> NDArray[np.bool_]:
    """abs(f'(z)) <= 0.05 max abs f'. Of a function that is flat everywhere, every entry."""
    bound = (SATURATION * arrays.steepest)[:, None, :]
    return np.asarray(np.abs(arrays.slope) <= bound)


def _sorted_quantiles(flat: Array) -> NDArray[np.float64]:
    """Quantiles of each row of sorted ``flat``, linear between order statistics (NumPy's own)."""
    place = _QUANTILES * (flat.shape[1] - 1)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, flat.shape[1] - 1)
    low, high = flat[:, below].astype(np.float64), flat[:, above].astype(np.float64)
    between = low + (high - low) * (place - below)
    # Equal neighbours need no arithmetic, which would make NaN of two infinities.
    return np.where(low == high, low, between)


def _histograms(
    flat: Array,
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[list[int]]]:
    """Counts of each row of sorted ``flat`` in equal bins from its least to its largest entry.

    Bins are half open but for the last, as NumPy's. A row that is constant has all of its
    entries in the first bin; one that is not finite has none counted.
    """
    lows, highs = flat[:, 0].astype(np.float64), flat[:, -1].astype(np.float64)
    shares = np.arange(1, HISTOGRAM_BINS) / HISTOGRAM_BINS
    counts = []
    for row, low, high in zip(flat, lows, highs, strict=True):
        if not (np.isfinite(low) and np.isfinite(high)):
            counts.append([0] * HISTOGRAM_BINS)
            continue
        if low == high:
            counts.append([row.size] + [0] * (HISTOGRAM_BINS - 1))
            continue
        inner = np.searchsorted(row, (low + (high - low) * shares).astype(row.dtype), "left")
        counts.append(np.diff(inner, prepend=0, append=row.size).tolist())
    return lows, highs, counts
