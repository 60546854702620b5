"""What is wrong inside a network, if anything: verdicts from layer statistics, with their numbers.

A verdict is given where most seeds of a configuration show it. Frames in, frames out; the
thresholds are one record that a page can show and change.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.configurations import members, places
from core.report import ACTIVE, GIVEN_UP, Status

Floats = NDArray[np.float64]
# A verdict on one configuration: columns of the table by name, and the configuration's number.
_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where a verdict begins. Ratios are between layers, fractions 0 to 1.

    Attributes:
        vanishing: the last layer's signal over the first's (its delta_rms, or the first's spread
            of activations over the last's). Hochreiter 1991; Glorot & Bengio 2010, figure 7.
        exploding: the same the other way round. Pascanu, Mikolov & Bengio 2013; He et al. 2015
            choose the scale of weights so that neither happens.
        saturated: share of a layer's activations where f' is at most 5 % of its greatest value
            and f is not exactly 0 (those zeros are ``dying``'s). Glorot & Bengio 2010, figure 2.
        dying: share of a layer's units whose f' is 0 for every training sample.
            Maas, Hannun & Ng 2013; Lu et al. 2019.
        off_centre: abs(mean) over standard deviation of a layer's activations. LeCun et al.
            1998, 4.3: a mean away from 0 slows learning.
    """

    vanishing: float = 100.0
    exploding: float = 100.0
    saturated: float = 0.5
    dying: float = 0.1
    off_centre: float = 0.5


class Verdict(StrEnum):
    """Verdicts, the gravest first."""

    EXPLODING = "exploding"
    VANISHING = "vanishing"
    DYING = "dying"
    SATURATED = "saturated"
    OFF_CENTRE = "off_centre"
    HEALTHY = "healthy"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class _Measure:
    """A number of each run, the layer that it belongs to, and the verdict where it is large."""

    verdict: Verdict
    threshold: Callable[[Thresholds], float]
    values: Floats
    layers: NDArray[np.intp]
    forward: bool = False
    ratio: bool = False


def diagnose(layers: pd.DataFrame, runs: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """One row for each verdict on each configuration, the gravest first.

    Columns: configuration, verdict, n (seeds with statistics), seeds (those that show it), layer
    (where most), last (the last hidden layer), forward (of activations rather than of the
    backpropagated signal), value over the seeds that show it (geometric mean of ratios, mean of
    fractions), least, most (of these seeds); and of its runs how many diverged, are waiting for
    their end, or were stopped.

    Args:
        layers: the columns of ``core.report.LAYER_COLUMNS`` at one epoch.

    A configuration with none of them is healthy: its row holds the ratio of signals, first layer
    to last. One without finite statistics is unknown.
    """
    names, group = members(runs)
    place = places(layers["run_id"], runs["run_id"])
    tables = {name: _by_run(layers, place, len(runs), name) for name in _USED}
    known = np.isfinite(tables["delta_rms"]).any(axis=1)
    last = np.isfinite(tables["delta_rms"]).sum(axis=1)
    n = np.bincount(group[known], minlength=len(names))
    depth = np.zeros(len(names), dtype=int)
    np.maximum.at(depth, group, last)
    diverged = runs["status"].to_numpy(dtype=object) == Status.DIVERGED.value
    lost = np.bincount(group[diverged], minlength=len(names))
    active = np.isin(runs["status"].to_numpy(dtype=object), ACTIVE)
    waiting = np.bincount(group[active], minlength=len(names))
    left = np.isin(runs["status"].to_numpy(dtype=object), GIVEN_UP)
    stopped = np.bincount(group[left], minlength=len(names))
    rows: list[_Row] = []
    said: set[tuple[Verdict, int]] = set()
    for measure in _measures(tables):
        shown = _shown(measure, group, n, measure.threshold(thresholds))
        # Not where the signal backwards says it already.
        rows += [row for row in shown if (measure.verdict, row["group"]) not in said]
        said |= {(measure.verdict, row["group"]) for row in shown}
    ill = {code for _, code in said}
    well = [code for code in np.flatnonzero(n).tolist() if code not in ill]
    rows += _healthy(_ratio(tables["delta_rms"], last), group, n, well)
    rows += [_blank(code, Verdict.UNKNOWN) for code in np.flatnonzero(n == 0).tolist()]
    grave = {verdict.value: rank for rank, verdict in enumerate(Verdict)}
    rows.sort(key=lambda row: (row["group"], grave[row["verdict"]]))
    code = np.array([row["group"] for row in rows], dtype=int)
    return pd.DataFrame(rows, columns=_COLUMNS).assign(
        configuration=names[code],
        n=n[code],
        last=depth[code],
        diverged=lost[code],
        waiting=waiting[code],
        stopped=stopped[code],
    )


_COLUMNS = [
    *("configuration", "verdict", "n", "seeds", "layer", "last", "forward"),
    *("value", "least", "most", "diverged", "waiting", "stopped"),
]
_USED = ("delta_rms", "mean", "std", "zero_fraction", "saturated_fraction", "dead_fraction")


def _by_run(layers: pd.DataFrame, place: NDArray[np.intp], runs: int, column: str) -> Floats:
    """``column`` as (runs, layers), NaN where there is none."""
    kept = place >= 0
    layer = layers["layer"].to_numpy(dtype=int)[kept] - 1
    table = np.full((runs, int(layer.max(initial=0)) + 1), np.nan)
    table[place[kept], layer] = layers[column].to_numpy(dtype=float)[kept]
    return table


def _ratio(table: Floats, last: NDArray[np.intp]) -> Floats:
    """The last hidden layer's value over the first's; NaN where there is one layer alone."""
    end = table[np.arange(len(table)), np.maximum(last - 1, 0)]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(last > 1, end / table[:, 0], np.nan))


def _measures(tables: Mapping[str, Floats]) -> tuple[_Measure, ...]:
    last = np.isfinite(tables["delta_rms"]).sum(axis=1)
    back = _ratio(tables["delta_rms"], last)
    ahead = _ratio(tables["std"], last)
    flat = np.clip(tables["saturated_fraction"] - tables["zero_fraction"], 0, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.abs(tables["mean"]) / tables["std"]
        inverse_back, inverse_ahead = 1 / back, 1 / ahead
    first = np.zeros(len(last), dtype=np.intp)

    def worst(
        verdict: Verdict, threshold: Callable[[Thresholds], float], table: Floats
    ) -> _Measure:
        filled = np.where(np.isnan(table), -math.inf, table)
        top = filled.max(axis=1)
        return _Measure(
            verdict, threshold, np.where(np.isfinite(top), top, np.nan), filled.argmax(axis=1) + 1
        )

    one = first + 1
    exploding, vanishing = (lambda t: t.exploding), (lambda t: t.vanishing)
    return (
        _Measure(Verdict.EXPLODING, exploding, inverse_back, one, ratio=True),
        _Measure(Verdict.EXPLODING, exploding, ahead, last, forward=True, ratio=True),
        _Measure(Verdict.VANISHING, vanishing, back, one, ratio=True),
        _Measure(Verdict.VANISHING, vanishing, inverse_ahead, last, forward=True, ratio=True),
        worst(Verdict.DYING, lambda t: t.dying, tables["dead_fraction"]),
        worst(Verdict.SATURATED, lambda t: t.saturated, flat),
        worst(Verdict.OFF_CENTRE, lambda t: t.off_centre, centre),
    )


def _shown(
    measure: _Measure, group: NDArray[np.intp], n: NDArray[np.intp], threshold: float
) -> list[_Row]:
    """The configurations of which more than half of the seeds are at ``threshold`` or above."""
    with np.errstate(invalid="ignore"):
        shown = measure.values >= threshold
    counts = np.bincount(group[shown], minlength=len(n))
    shown &= (counts * 2 > n)[group]
    rows = _summary(group[shown], measure.values[shown], measure.layers[shown], ratio=measure.ratio)
    return [row | {"verdict": measure.verdict.value, "forward": measure.forward} for row in rows]


def _healthy(
    ratios: Floats, group: NDArray[np.intp], n: NDArray[np.intp], well: Sequence[int]
) -> list[_Row]:
    kept = np.isin(group, well) & np.isfinite(ratios)
    first = np.ones(int(kept.sum()), dtype=np.intp)
    known = {
        row["group"]: row for row in _summary(group[kept], 1 / ratios[kept], first, ratio=True)
    }
    return [
        _blank(code, Verdict.HEALTHY) | known.get(code, {}) | {"seeds": int(n[code])}
        for code in well
    ]


def _blank(code: int, verdict: Verdict) -> _Row:
    """A configuration's row without a number behind it."""
    nothing = dict.fromkeys(("value", "least", "most"), math.nan)
    return {
        "group": code,
        "verdict": verdict.value,
        "seeds": 0,
        "layer": 0,
        "forward": False,
    } | nothing


def _summary(
    group: NDArray[np.intp], values: Floats, layers: NDArray[np.intp], *, ratio: bool
) -> list[_Row]:
    """By group: seeds, value, least, most, and the layer that most of them name."""
    there, of = np.unique(group, return_inverse=True)
    count = len(there)
    seeds = np.bincount(of, minlength=count)
    with np.errstate(divide="ignore"):
        mean = np.bincount(of, np.log(values) if ratio else values, minlength=count) / seeds
    least, most = np.full(count, math.inf), np.full(count, -math.inf)
    np.minimum.at(least, of, values)
    np.maximum.at(most, of, values)
    named = np.zeros((count, int(layers.max(initial=0)) + 1), dtype=int)
    np.add.at(named, (of, layers), 1)
    columns: dict[str, NDArray[Any]] = {
        "group": there,
        "seeds": seeds,
        "value": np.exp(mean) if ratio else mean,
        "least": least,
        "most": most,
        "layer": named.argmax(axis=1),
    }
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in rows]
