"""When runs arrive at a target, by run and by configuration, and how much sooner than a baseline.

A run that ends without arriving is counted as what it is, a censored observation, and never
dropped. Frames in, frames out; millions of epoch rows without a loop over them.
"""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.configurations import labelled, places
from core.analysis.student import quantiles
from core.analysis.survival import LEVEL, Codes, Floats, holm, log_rank, medians, shares
from core.metrics import Metric
from core.report import ACTIVE, Status

UNITS: tuple[str, ...] = ("epochs", "updates", "seconds")
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
    table = named.loc[seen, ["run_id", "configuration", "seed", "status"]].assign(reached=within)
    for unit in UNITS:
        clock = epochs[_COLUMNS[unit]].to_numpy(dtype=float)[order]
        longest = float(clock.max(initial=0))
        time = np.where(~within & diverged[seen], longest, clock[place])
        crossing = clock[before] + part * (clock[place] - clock[before])
        table[unit] = time
        table[f"earliest_{unit}"] = np.where(between, crossing, np.where(within, 0.0, time))
        table[f"latest_{unit}"] = np.where(between, crossing, np.where(within, time, math.inf))
    return table.reset_index(drop=True)


def steps(reached: pd.DataFrame, names: Sequence[str], unit: str) -> pd.DataFrame:
    """Shares of seeds that have arrived by ``unit``, of the configurations ``names``.

    Columns: configuration, time, share, low, high, at_risk, n; each begins with 0 at time 0.

    Args:
        reached: rows of ``arrivals``.
    """
    chosen = reached[reached["configuration"].isin(list(names))]
    group = pd.Index(names).get_indexer(pd.Index(chosen["configuration"]))
    found = shares(chosen[unit].to_numpy(dtype=float), chosen["reached"].to_numpy(bool), group)
    sizes = np.bincount(group, minlength=len(names))
    table = pd.DataFrame(
        {
            "configuration": np.array(names, dtype=object)[found.group],
            "time": found.time,
            "share": found.share,
            "low": found.low,
            "high": found.high,
            "at_risk": found.at_risk,
            "n": sizes[found.group],
        }
    )
    begun = [name for name, size in zip(names, sizes, strict=True) if size]
    starts = pd.DataFrame({"configuration": begun, "time": 0.0, "share": 0.0, "low": 0.0})
    starts["n"] = starts["at_risk"] = sizes[sizes > 0]
    # Before the first epoch nothing can have been measured: no band there.
    starts["high"] = 0.0
    table = table[table["time"] > 0] if len(table) else table
    every = pd.concat([starts, table]) if len(table) else starts
    place = pd.Index(names).get_indexer(pd.Index(every["configuration"]))
    every = every.iloc[np.lexsort((every["time"], place))].reset_index(drop=True)
    return every[["configuration", "time", "share", "low", "high", "at_risk", "n"]]


def race(reached: pd.DataFrame, runs: pd.DataFrame, baseline: str, unit: str) -> pd.DataFrame:
    """One row a configuration: how many arrived, when, and how much sooner than ``baseline``.

    Columns: configuration, runs, n (runs with reports), reached, diverged, open (may arrive yet);
    for each unit its median over seeds (inf: half of them did not arrive), *_low, *_high, and
    coverage of these intervals; pairs, ratio, ratio_low, ratio_high, bound (exact, least, most or
    unknown), clear.

    Args:
        reached: rows of ``arrivals``.
    """
    named = labelled(runs)
    names = named["configuration"].unique()
    index = pd.Index(names)
    group = index.get_indexer(reached["configuration"])
    count = len(names)
    arrived = reached["reached"].to_numpy(bool)
    members = index.get_indexer(named["configuration"])
    status = named["status"].to_numpy(dtype=object)
    there = pd.Index(reached["run_id"][arrived]).get_indexer(named["run_id"]) >= 0
    waiting = np.isin(status, ACTIVE) & ~there
    lost = status == Status.DIVERGED.value
    table = pd.DataFrame(
        {
            "configuration": names,
            "runs": np.bincount(members, minlength=count),
            "n": np.bincount(group, minlength=count),
            "reached": np.bincount(group[arrived], minlength=count),
            "diverged": np.bincount(members[lost], minlength=count),
            "open": np.bincount(members[waiting], minlength=count),
        }
    )
    for name in UNITS:
        times = np.where(arrived, reached[name].to_numpy(dtype=float), math.inf)
        parts = medians(times, group, count)
        for column, part in zip((name, f"{name}_low", f"{name}_high"), parts, strict=False):
            table[column] = part
        table["coverage"] = parts[3]
    return table.merge(_ratios(reached, names, baseline, unit), on="configuration", how="left")


def _ratios(
    reached: pd.DataFrame, names: NDArray[np.object_], baseline: str, unit: str
) -> pd.DataFrame:
    """How many times sooner than ``baseline``: the geometric mean over seeds of T_b / T.

    Paired by seed, for runs of a seed share split, batches and draw of weights; on the log scale,
    where sooner and later are alike and the interval is Student's t. (A bootstrap of five pairs
    has intervals that are too narrow.) Where a moment is only known to lie before or after
    something, so is the ratio: the bounds of every pair are averaged, and ``bound`` says which is
    left: ``least`` (in these seeds at least that), ``most``, or ``unknown``. No interval then.
    """
    pairs = reached[["configuration", "seed", f"earliest_{unit}", f"latest_{unit}"]]
    pairs = pairs.set_axis(["configuration", "seed", "early", "late"], axis=1)
    pairs = pairs.drop_duplicates(["configuration", "seed"])
    pairs = pairs.merge(
        pairs.loc[pairs["configuration"] == baseline, ["seed", "early", "late"]],
        on="seed",
        suffixes=("", "_base"),
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.log(pairs["early_base"]) - np.log(pairs["late"])
        most = np.log(pairs["late_base"]) - np.log(pairs["early"])
    group = pd.Index(names).get_indexer(pd.Index(pairs["configuration"]))
    n = np.bincount(group, minlength=len(names))
    low, spread = _moments(least.to_numpy(), group, n)
    high, _ = _moments(most.to_numpy(), group, n)
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
    half = np.where(exact & (names != baseline), half, np.nan)
    ends = np.exp(low - half), np.exp(low + half)
    return pd.DataFrame(
        {
            "configuration": names,
            "pairs": n,
            "ratio": np.where(names == baseline, 1.0, ratio),
            "ratio_low": ends[0],
            "ratio_high": ends[1],
            "bound": np.where(names == baseline, "exact", bound),
            "clear": (ends[0] > 1) | (ends[1] < 1),
        }
    )


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
    members = reached.groupby("configuration", sort=False).indices
    nobody = np.empty(0, dtype=int)
    base = members.get(baseline, nobody)
    p = [
        log_rank(times[own], arrived[own], times[base], arrived[base])
        if name != baseline and len(own := members.get(name, nobody)) and len(base)
        else math.nan
        for name in race["configuration"]
    ]
    return race.assign(p=holm(np.array(p)))


def _ordered(code: Codes, epoch: NDArray[np.int64]) -> Codes | slice:
    """What sorts rows by run and epoch: nothing to do as the store gives them."""
    same = code[1:] == code[:-1]
    if np.all((code[1:] > code[:-1]) | (same & (epoch[1:] > epoch[:-1]))):
        return slice(None)
    return np.lexsort((epoch, code))
