"""When runs arrive at a target, by run and by configuration, and how much sooner than a baseline.

A run that ends without arriving is counted as what it is, a censored observation, and never
dropped. Frames in, frames out; millions of epoch rows without a loop over them.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.comparison import by_seed
from core.analysis.configurations import labelled, members, numbered, places
from core.analysis.student import quantiles
from core.analysis.survival import LEVEL, Codes, Flags, Floats, holm, log_rank, medians, shares
from core.metrics import Metric
from core.report import ACTIVE, Status

UNITS: tuple[str, ...] = ("epochs", "updates", "seconds")
_OF_RUNS = ("run_id", "configuration", "seed", "status")
_COLUMNS = {"epochs": "epoch", "updates": "updates", "seconds": "seconds"}


def level_of_best(epochs: pd.DataFrame, metric: Metric, share: float) -> float:
    """``share`` (0..1] of the best value that any run shows at any epoch.

    For what is better when higher share x best, for a loss best / share; NaN without values.
    """
    values = epochs[metric.column].to_numpy(dtype=float)
    values = values[np.isfinite(values)]
    if not len(values):
        return math.nan
    if metric.higher_is_better:
        return share * float(values.max())
    return float(values.min()) / share


def arrivals(
    epochs: pd.DataFrame, runs: pd.DataFrame, metric: Metric, level: float
) -> pd.DataFrame:
    """One row a run that has reports: when ``metric`` is first at ``level`` or better.

    Columns: run_id, configuration, seed, status, reached; epochs, updates, seconds: those of the
    first epoch that shows the target, else those at which observation ends; and for each unit
    earliest_* and latest_*, between which the true moment lies. Reached between two epochs it is
    interpolated, linearly in the metric (earliest = latest); reached by the first epoch it is
    somewhere from 0 to that; not reached, it is later than the end (latest = inf).

    Observation of a run that diverged ends with the longest run here, not where it diverged:
    no training brings it back, and taking it out of those at risk earlier would raise the share
    of those that arrive (it is a competing end; Fine & Gray 1999 keep such in the risk set).
    """
    named = labelled(runs)
    code = places(epochs["run_id"], named["run_id"])
    order = _ordered(code, epochs["epoch"].to_numpy())
    code = code[order]
    values = epochs[metric.column].to_numpy(dtype=float)[order]
    with np.errstate(invalid="ignore"):
        hit = values >= level if metric.higher_is_better else values <= level
    count = len(named)
    last = np.full(count, -1)
    last[code] = np.arange(len(code))
    first = np.full(count, len(code))
    hits = np.flatnonzero(hit & (code >= 0))[::-1]
    # Written last to first, so that the first of each run stays.
    first[code[hits]] = hits
    seen = last >= 0
    reached = seen & (first < len(code))
    diverged = (named["status"] == Status.DIVERGED).to_numpy()
    place = np.where(reached, first, last)[seen]
    within = reached[seen]
    before = np.maximum(place - 1, 0)
    epoch = epochs["epoch"].to_numpy(dtype=float)[order]
    # The epoch before the arrival belongs to the same run, and is later than the untrained state.
    between = within & (place > 0) & (code[before] == code[place]) & (epoch[before] > 0)
    with np.errstate(all="ignore"):
        part = (level - values[before]) / (values[place] - values[before])
    part = np.where(np.isfinite(part), np.clip(part, 0, 1), 1.0)
    columns = {name: named[name].array[seen] for name in _OF_RUNS} | {"reached": within}
    for unit in UNITS:
        clock = epochs[_COLUMNS[unit]].to_numpy(dtype=float)[order]
        longest = float(clock.max(initial=0))
        time = np.where(~within & diverged[seen], longest, clock[place])
        crossing = clock[before] + part * (clock[place] - clock[before])
        columns[unit] = time
        columns[f"earliest_{unit}"] = np.where(between, crossing, np.where(within, 0.0, time))
        columns[f"latest_{unit}"] = np.where(between, crossing, np.where(within, time, math.inf))
    return pd.DataFrame(columns)


def steps(reached: pd.DataFrame, names: Sequence[str], unit: str) -> pd.DataFrame:
    """Shares of seeds that have arrived by ``unit``, of the configurations ``names``.

    Columns: configuration, time, share, low, high, at_risk, n; each begins at time 0, with those
    that are there untrained.

    Args:
        reached: rows of ``arrivals``.
    """
    every = numbered(reached["configuration"], names)
    chosen = every >= 0
    times, arrived = reached[unit].to_numpy(dtype=float), reached["reached"].to_numpy(bool)
    found = shares(times[chosen], arrived[chosen], every[chosen])
    sizes = np.bincount(every[chosen], minlength=len(names))
    later = (found.time > 0) | (found.share > 0)
    there = found.group[later & (found.time <= 0)]
    begun = np.setdiff1d(np.flatnonzero(sizes), there)
    # Who has not arrived untrained cannot have before the first epoch: no band there.
    nothing = np.zeros(len(begun))
    group = np.concatenate([begun, found.group[later]])
    time = np.concatenate([nothing, found.time[later]])
    order = np.lexsort((time, group))
    shown = {name: getattr(found, name)[later] for name in ("share", "low", "high")}
    return pd.DataFrame(
        {
            "configuration": np.array(names, dtype=object)[group[order]],
            "time": time[order],
            **{name: np.concatenate([nothing, part])[order] for name, part in shown.items()},
            "at_risk": np.concatenate([sizes[begun], found.at_risk[later]])[order],
            "n": sizes[group[order]],
        }
    )


def race(reached: pd.DataFrame, runs: pd.DataFrame, baseline: str, unit: str) -> pd.DataFrame:
    """One row a configuration: how many arrived, when, and how much sooner than ``baseline``.

    Columns: configuration, runs, n (runs with reports), reached, diverged, open (may arrive yet);
    for each unit its median over seeds (inf: half of them did not arrive), *_low, *_high, and
    coverage of these intervals; pairs, ratio, ratio_low, ratio_high, bound (exact, least, most or
    unknown), clear.

    Args:
        reached: rows of ``arrivals``.
    """
    names, codes = members(runs)
    group = numbered(reached["configuration"], names)
    count = len(names)
    arrived = reached["reached"].to_numpy(bool)
    status = runs["status"].to_numpy(dtype=object)
    there = numbered(runs["run_id"], reached["run_id"].array[arrived].tolist()) >= 0
    waiting = np.isin(status, ACTIVE) & ~there
    lost = status == Status.DIVERGED.value
    columns: dict[str, NDArray[Any]] = {
        "configuration": names,
        "runs": np.bincount(codes, minlength=count),
        "n": np.bincount(group, minlength=count),
        "reached": np.bincount(group[arrived], minlength=count),
        "diverged": np.bincount(codes[lost], minlength=count),
        "open": np.bincount(codes[waiting], minlength=count),
    }
    for name in UNITS:
        times = np.where(arrived, reached[name].to_numpy(dtype=float), math.inf)
        told = (name, f"{name}_low", f"{name}_high", "coverage")
        columns |= dict(zip(told, medians(times, group, count), strict=True))
    return pd.DataFrame(columns | _ratios(reached, group, names == baseline, unit))


def _ratios(reached: pd.DataFrame, group: Codes, base: Flags, unit: str) -> dict[str, NDArray[Any]]:
    """How many times sooner than the ``base``: the geometric mean over seeds of T_b / T.

    ``group`` is the configuration of each row, ``base`` is true of one configuration at most.

    Paired by seed, for runs of a seed share split, batches and draw of weights; on the log scale,
    where sooner and later are alike and the interval is Student's t. (A bootstrap of five pairs
    has intervals that are too narrow.) Where a moment is only known to lie before or after
    something, so is the ratio: the bounds of every pair are averaged, and ``bound`` says which is
    left: ``least`` (in these seeds at least that), ``most``, or ``unknown``. No interval then.
    """
    run = by_seed(group, reached["seed"], len(base))
    paired = (run >= 0) & (run[base] >= 0).any(axis=0)
    configuration, seed = np.nonzero(paired)
    early, late = (reached[f"{end}_{unit}"].to_numpy(dtype=float) for end in ("earliest", "latest"))
    own, other = run[paired], run[base][:, seed].ravel()
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.log(early[other]) - np.log(late[own])
        most = np.log(late[other]) - np.log(early[own])
    n = np.bincount(configuration, minlength=len(base))
    low, spread = _moments(least, configuration, n)
    high, _ = _moments(most, configuration, n)
    with np.errstate(invalid="ignore"):
        exact = np.isfinite(low) & np.isclose(low, high)
    bound = np.where(
        exact,
        "exact",
        np.where(np.isfinite(low), "least", np.where(np.isfinite(high), "most", "unknown")),
    )
    ratio = np.exp(np.where(bound == "most", high, np.where(bound == "unknown", np.nan, low)))
    with np.errstate(invalid="ignore"):
        half = quantiles(LEVEL, n - 1) * spread / np.sqrt(np.maximum(n, 1))
    half = np.where(exact & ~base, half, np.nan)
    ends = np.exp(low - half), np.exp(low + half)
    return {
        "pairs": n,
        "ratio": np.where(base, 1.0, ratio),
        "ratio_low": ends[0],
        "ratio_high": ends[1],
        "bound": np.where(base, "exact", bound),
        "clear": (ends[0] > 1) | (ends[1] < 1),
    }


def _moments(values: Floats, group: Codes, n: Codes) -> tuple[Floats, Floats]:
    """Mean and standard deviation by group; infinities and NaN make both of theirs so."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(group, weights=values, minlength=len(n)) / n
        squares = np.bincount(group, weights=(values - mean[group]) ** 2, minlength=len(n))
        return mean, np.sqrt(squares / (n - 1))


def with_tests(race: pd.DataFrame, reached: pd.DataFrame, baseline: str, unit: str) -> pd.DataFrame:
    """``race`` with a column p: of the log-rank test of each row against ``baseline``.

    Over ``unit``, adjusted by Holm for the number of these rows; NaN where there is none.
    """
    times, arrived = reached[unit].to_numpy(dtype=float), reached["reached"].to_numpy(bool)
    names = race["configuration"].tolist()
    group = numbered(reached["configuration"], names)
    base = (reached["configuration"] == baseline).to_numpy()
    p = [
        log_rank(times[own], arrived[own], times[base], arrived[base])
        if name != baseline and (own := group == code).any() and base.any()
        else math.nan
        for code, name in enumerate(names)
    ]
    return race.assign(p=holm(np.array(p)))


def _ordered(code: Codes, epoch: NDArray[np.int64]) -> Codes | slice:
    """What sorts rows by run and epoch: nothing to do as the store gives them."""
    same = code[1:] == code[:-1]
    if np.all((code[1:] > code[:-1]) | (same & (epoch[1:] > epoch[:-1]))):
        return slice(None)
    return np.lexsort((epoch, code))
