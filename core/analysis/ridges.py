"""Distributions of activations from stored histograms, pooled over seeds on one grid a layer.

Histogram frames in, density frames out. A rectifier's exact zeros would hide all else behind one
spike: they are taken out of the density and told as a share.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.configurations import members, places

_POINTS = 97
# A configuration whose range is more than this many times the middle one's is cut off.
_WIDEST = 10.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Histograms:
    """Rows of one layer each: counts (rows, bins) in equal bins from low to high (rows,)."""

    run: NDArray[np.intp]
    layer: NDArray[np.intp]
    low: Floats
    high: Floats
    counts: Floats


def ridges(histograms: pd.DataFrame, layers: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """The density of activations that are not 0, by configuration and layer.

    Columns: configuration, layer, x, density (per unit of x; its integral is the share that is
    not 0 and lies on the grid), zeros (share of exact zeros), n (seeds).

    Args:
        histograms: run_id, epoch, layer, bin, low, high, count at one epoch.
        layers: the columns of ``core.report.LAYER_COLUMNS`` at that epoch.

    Each seed weighs alike. Within a bin its count is spread evenly. The grid of a layer holds
    1 to 99 % of every configuration, but none reaches further than ten times the middle range.
    """
    names, codes = members(runs)
    every = _packed(histograms, runs["run_id"])
    if not len(every.run):
        return pd.DataFrame(columns=["configuration", "layer", "x", "density", "zeros", "n"])
    zero = _zero_shares(layers, runs["run_id"], every)
    group = codes[every.run]
    parts: list[dict[str, NDArray[Any]]] = []
    for layer in np.unique(every.layer):
        own = np.flatnonzero(every.layer == layer)
        low, high, code = every.low[own], every.high[own], group[own]
        share = every.counts[own] / every.counts[own].sum(axis=1, keepdims=True)
        bins = share.shape[1]
        # The bin that holds 0 gives up the exact zeros.
        width = np.where(high > low, high - low, 1.0)
        at = np.clip(np.floor(-low / width * bins), 0, bins - 1).astype(int)
        rows = np.arange(len(own))
        share[rows, at] = np.maximum(share[rows, at] - zero[own], 0)
        sums = np.concatenate([np.zeros((len(own), 1)), np.cumsum(share, axis=1)], axis=1)
        grid = _grid(sums, low, high, code)
        reached = _cumulative(sums, low, high, grid)
        density = np.diff(reached, axis=1) / np.diff(grid)
        seeds = np.bincount(code, minlength=len(names))
        mean = np.zeros((len(names), density.shape[1]))
        np.add.at(mean, code, density)
        zeros = np.bincount(code, zero[own], minlength=len(names))
        shown = np.flatnonzero(seeds)
        middles = (grid[1:] + grid[:-1]) / 2
        parts.append(
            {
                "configuration": np.repeat(names[shown], len(middles)),
                "layer": np.full(len(shown) * len(middles), layer),
                "x": np.tile(middles, len(shown)),
                "density": (mean[shown] / seeds[shown, None]).ravel(),
                "zeros": np.repeat(zeros[shown] / seeds[shown], len(middles)),
                "n": np.repeat(seeds[shown], len(middles)),
            }
        )
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def _packed(histograms: pd.DataFrame, known: pd.Series) -> _Histograms:
    """Histogram rows as arrays, one row a layer; those that are empty or not finite left out."""
    run = places(histograms["run_id"], known)
    layer, bin_ = (histograms[name].to_numpy(dtype=np.intp) for name in ("layer", "bin"))
    bins = int(bin_.max(initial=0)) + 1
    # By run, epoch, layer and bin; (rows, bins) of indices.
    order = np.lexsort((bin_, layer, histograms["epoch"].to_numpy(), run)).reshape(-1, bins)
    counts = histograms["count"].to_numpy(dtype=float)[order]
    low = histograms["low"].to_numpy(dtype=float)[order[:, 0]]
    high = histograms["high"].to_numpy(dtype=float)[order[:, -1]]
    layer, run = layer[order[:, 0]], run[order[:, 0]]
    kept = (run >= 0) & np.isfinite(low) & np.isfinite(high) & (counts.sum(axis=1) > 0)
    return _Histograms(run[kept], layer[kept], low[kept], high[kept], counts[kept])


def _zero_shares(layers: pd.DataFrame, known: pd.Series, every: _Histograms) -> Floats:
    run = places(layers["run_id"], known)
    deep = int(max(every.layer.max(initial=0), layers["layer"].max() if len(layers) else 0)) + 1
    table = np.zeros((len(known), deep))
    kept = run >= 0
    table[run[kept], layers["layer"].to_numpy(dtype=int)[kept]] = np.nan_to_num(
        layers["zero_fraction"].to_numpy(dtype=float)[kept]
    )
    return np.asarray(table[every.run, every.layer])


def _grid(sums: Floats, low: Floats, high: Floats, code: NDArray[np.intp]) -> Floats:
    """Edges of a grid that holds what all configurations of a layer have."""
    bins = sums.shape[1] - 1
    total = sums[:, -1:]
    first = (sums < 0.01 * total).sum(axis=1) - 1
    last = (sums <= 0.99 * total).sum(axis=1)
    left = low + (high - low) * np.clip(first, 0, bins) / bins
    right = low + (high - low) * np.clip(last, 0, bins) / bins
    there, of = np.unique(code, return_inverse=True)
    n = np.bincount(of, minlength=len(there))
    left, right = np.bincount(of, left) / n, np.bincount(of, right) / n
    reach = _WIDEST * max(float(np.median(right - left)), 1e-12)
    middle = float(np.median((left + right) / 2))
    start = max(float(left.min()), middle - reach)
    end = min(float(right.max()), middle + reach)
    pad = 0.04 * (end - start) or 0.5
    return np.linspace(start - pad, end + pad, _POINTS + 1)


def _cumulative(sums: Floats, low: Floats, high: Floats, grid: Floats) -> Floats:
    """The share of each row that is at most each edge of ``grid``: (rows, edges)."""
    bins = sums.shape[1] - 1
    # A layer whose activations are all alike is a step.
    width = np.maximum(high - low, 1e-12 * np.maximum(np.abs(low), 1e-3))
    place = np.clip((grid[None, :] - low[:, None]) / width[:, None] * bins, 0, bins)
    below = np.minimum(place.astype(int), bins - 1)
    rows = np.arange(len(low))[:, None]
    return np.asarray(
        sums[rows, below] + (sums[rows, below + 1] - sums[rows, below]) * (place - below)
    )
