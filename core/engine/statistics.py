"""Statistics of a hidden layer from its arrays: NumPy, any number of runs at once.

Everything here is a plain function of arrays with a leading members axis; where they came
from (a stack, a lone Keras model) it does not know. The README has
the table of their definitions.
"""

from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from core.report import LAYER_STATISTICS, LayerReport

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]

HISTOGRAM_BINS = 64
# Numbers that are taken at once in float64: 2 MB. With less the caches serve better, but threads
# that make reports wait for the interpreter's lock after each call.
_AT_ONCE = 262_144
_FEW_SAMPLES = 8
_QUANTILES = np.array([0.01, 0.05, 0.25, 0.50, 0.75, 0.95, 0.99])


@dataclass(frozen=True, slots=True, eq=False)
class LayerArrays:
    """One hidden layer of several runs over the probe samples.

    ``pre`` = z, ``post`` = f(z), ``delta`` = d(loss of one sample)/dz, all (members, samples,
    units); likewise ``saturated`` and ``flat``, see ``core.engine.regions``. Norms are
    (members,); ``dead`` = dead_fraction (members,).
    """

    pre: Array
    post: Array
    delta: Array
    saturated: Flags
    flat: Flags
    gradient_norm: Array
    weight_norm: Array
    update_norm: Array
    dead: Array


def layer_reports(layer: int, arrays: LayerArrays) -> list[LayerReport]:
    """The report of hidden layer ``layer`` (1 is the first) for each member."""
    members, samples, units = arrays.pre.shape
    post = arrays.post.reshape(members, -1)
    flat = np.sort(post, axis=1)
    with np.errstate(all="ignore"):
        # A run that is about to diverge overflows here; inf and NaN are its statistics.
        pre_mean, pre_std, _ = _moments(arrays.pre.reshape(members, -1))
        mean, std, second_moment = _moments(post)
        mean_delta, square_delta = _signal(arrays.delta)
        columns = {
            "pre_mean": pre_mean,
            "pre_std": pre_std,
            "mean": mean,
            "std": std,
            "second_moment": second_moment,
            "zero_fraction": _counts(post == 0) / post.shape[1],
            "saturated_fraction": _counts(arrays.saturated) / (samples * units),
            "silent_fraction": _for_every_sample(arrays.flat).mean(axis=1),
            "dead_fraction": arrays.dead,
            "delta_rms": np.sqrt(square_delta),
            "delta_mean_norm": np.linalg.norm(mean_delta, axis=1),
            "gradient_norm": arrays.gradient_norm,
            "weight_norm": arrays.weight_norm,
            "update_ratio": arrays.update_norm / arrays.weight_norm,
        }
        quantiles = _sorted_quantiles(flat)
        lows, highs, counts = _histograms(flat)
    names = ("q01", "q05", "q25", "q50", "q75", "q95", "q99")
    columns |= {name: quantiles[:, index] for index, name in enumerate(names)}
    plain = {name: np.asarray(values, np.float64).tolist() for name, values in columns.items()}
    own = [plain[name] for name in LAYER_STATISTICS]
    ends = lows.tolist(), highs.tolist()
    return list(map(LayerReport, repeat(layer), repeat(units), *own, *ends, map(tuple, counts)))


def _moments(rows: Array) -> tuple[NDArray[np.float64], ...]:
    """Mean, standard deviation and mean square of each row, in float64.

    By sums of x - c and its square, c the row's first entry: a row of equal entries has a
    deviation of exactly 0. mean = c + s, variance = q - s^2, mean square = q + 2 c s + c^2.
    """
    first = rows[:, :1].astype(np.float64)
    start = np.where(np.isfinite(first), first, 0.0)
    sums, squares = np.empty((2, len(rows)))
    for part in _parts(len(rows), rows.shape[1]):
        shifted = np.subtract(rows[part], start[part], dtype=np.float64)
        np.add.reduce(shifted, axis=1, out=sums[part])
        np.einsum("ij,ij->i", shifted, shifted, out=squares[part])
    c, means, squares = start[:, 0], sums / rows.shape[1], squares / rows.shape[1]
    deviation = np.sqrt(np.maximum(0, squares - means**2))
    return c + means, deviation, squares + 2 * c * means + c**2


def _signal(delta: Array) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The mean of delta over samples, (members, units), and its mean square, (members,)."""
    members, samples, units = delta.shape
    means, squares = np.empty((members, units)), np.empty(members)
    for part in _parts(members, samples * units):
        exact = delta[part].astype(np.float64)
        flat = exact.reshape(len(exact), -1)
        # The sums that mean() takes, in a third of its time where units are few.
        means[part] = np.einsum("ijk->ik", exact) / samples
        squares[part] = np.einsum("ij,ij->i", flat, flat) / (samples * units)
    return means, squares


def _for_every_sample(flags: Flags) -> Flags:
    """Whether a unit's flags are set for all samples: (members, samples, units) by unit.

    In halves, laid on one another: along a middle axis NumPy goes by units, which may be few.
    """
    members, samples, units = flags.shape
    flat = flags.reshape(members, -1)
    while samples > _FEW_SAMPLES:
        half = -(-samples // 2)
        flat = flat[:, : half * units] & flat[:, (samples - half) * units :]
        samples = half
    return np.asarray(flat.reshape(members, samples, units).all(axis=1))


def _parts(rows: int, entries: int) -> list[slice]:
    """Slices of ``rows`` rows of so many entries that are small enough to be taken at once."""
    step = max(1, _AT_ONCE // max(1, entries))
    return [slice(start, start + step) for start in range(0, rows, step)]


def _counts(flags: Flags) -> NDArray[np.int64]:
    """How many flags of each member are set."""
    # Along an axis NumPy converts every flag to a number; member by member it is a call for each.
    bits = np.packbits(flags.reshape(len(flags), -1), axis=1)
    counts: NDArray[np.int64] = np.bitwise_count(bits).sum(axis=1, dtype=np.int64)
    return counts


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
    edges = (lows[:, None] + (highs - lows)[:, None] * shares).astype(flat.dtype)
    below = np.zeros((len(flat), HISTOGRAM_BINS + 1), np.int64)
    below[:, 1:-1] = _entries_below(flat, edges)
    below[:, -1] = flat.shape[1]
    counts = np.diff(below, axis=1)
    counts[lows == highs] = [flat.shape[1]] + [0] * (HISTOGRAM_BINS - 1)
    counts[~np.isfinite(lows) | ~np.isfinite(highs)] = 0
    return lows, highs, counts.tolist()


def _entries_below(flat: Array, edges: Array) -> NDArray[np.int64]:
    """How many entries of each row of sorted ``flat`` are below each of the row's ``edges``.

    By bisection of all rows at once (``np.searchsorted`` takes one): the place lies in ``left``
    entries from ``first`` on, of whose halves the comparison leaves one.
    """
    starts = np.arange(len(flat))[:, None] * flat.shape[1]
    first, left = np.repeat(starts, edges.shape[1], axis=1), flat.shape[1]
    while left > 1:
        half = left // 2
        first += half * (flat.take(first + (half - 1)) < edges)
        left -= half
    return first - starts + (flat.take(first) < edges)
