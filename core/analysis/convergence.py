"""Convergence as numbers: curves over epochs, and epochs and seconds to a target.

A run that ends without reaching the target is counted as what it is, not reached
(a censored observation), and never dropped. Frames in, frames out.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.comparison import intervals
from core.analysis.configurations import labelled, members, numbered, places
from core.analysis.survival import medians
from core.report import TRAINED, Status


def curves(
    epochs: pd.DataFrame, runs: pd.DataFrame, metric: str, also: Sequence[str] = ()
) -> pd.DataFrame:
    """The mean of ``metric`` over seeds, by configuration and epoch.

    Columns: configuration, epoch, mean, low, high (95 % interval; NaN for one seed), n: the
    seeds behind this mean, fewer where some diverged or have not come this far yet.

    Args:
        also: more columns of ``epochs``: their means over all runs that have come so far.
    """
    names, codes = members(runs)
    place = places(epochs["run_id"], runs["run_id"])
    kept = place >= 0
    moments, epoch = np.unique(epochs["epoch"].to_numpy()[kept], return_inverse=True)
    cell = codes[place[kept]] * len(moments) + epoch
    count = len(names) * len(moments)
    n, mean, low, high = intervals(epochs[metric].to_numpy(dtype=float)[kept], cell, count)
    seen = np.flatnonzero(n)
    columns: dict[str, NDArray[Any]] = {"configuration": names[seen // max(len(moments), 1)]}
    columns |= {"epoch": moments[seen % max(len(moments), 1)]}
    columns |= {"mean": mean[seen], "low": low[seen], "high": high[seen], "n": n[seen]}
    rows = np.bincount(cell, minlength=count)[seen]
    for name in also:
        values = epochs[name].to_numpy(dtype=float)[kept]
        columns[name] = np.bincount(cell, values, minlength=count)[seen] / rows
    return pd.DataFrame(columns)


def epochs_to_target(
    epochs: pd.DataFrame, runs: pd.DataFrame, target: float, metric: str = "test_accuracy"
) -> pd.DataFrame:
    """One row a run: the first epoch at which ``metric`` is at least ``target``.

    Columns: run_id, configuration, seed, reached, epochs, seconds (inf where not reached).
    Runs that have not ended and not reached it yet are left out: nobody knows.
    """
    table = labelled(runs)
    place = places(epochs["run_id"], table["run_id"])
    with np.errstate(invalid="ignore"):
        hit = (epochs[metric].to_numpy(dtype=float) >= target) & (place >= 0)
    hits = np.flatnonzero(hit)
    order = hits[np.argsort(-epochs["epoch"].to_numpy()[hits], kind="stable")]
    first = np.full(len(table), -1)
    # Written last to first, so that the first of each run stays.
    first[place[order]] = order
    reached = first >= 0
    known = np.isin(table["status"].to_numpy(dtype=object), TRAINED) | reached
    columns = {name: table[name].array[known] for name in ("run_id", "configuration", "seed")}
    columns["reached"] = reached[known]
    for name, clock in (("epochs", "epoch"), ("seconds", "seconds")):
        moments = np.full(len(table), math.inf)
        moments[reached] = epochs[clock].to_numpy(dtype=float)[first[reached]]
        columns[name] = moments[known]
    return pd.DataFrame(columns)


def convergence(reached: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """One row a configuration, from the rows of ``epochs_to_target``.

    Columns: configuration, n, reached, epochs and seconds (medians over seeds; inf where
    half of them did not reach the target), fastest and slowest (epochs).
    """
    names, _ = members(runs)
    group = numbered(reached["configuration"], names)
    n = np.bincount(group, minlength=len(names))
    there = reached["reached"].to_numpy(dtype=bool)
    columns: dict[str, Any] = {
        "n": n,
        "reached": np.bincount(group[there], minlength=len(names)),
    }
    for unit in ("epochs", "seconds"):
        columns[unit] = medians(reached[unit].to_numpy(dtype=float), group, len(names))[0]
    fastest, slowest = np.full(len(names), math.inf), np.full(len(names), -math.inf)
    np.minimum.at(fastest, group, reached["epochs"].to_numpy(dtype=float))
    np.maximum.at(slowest, group, reached["epochs"].to_numpy(dtype=float))
    ends = {
        "fastest": np.where(n > 0, fastest, np.nan),
        "slowest": np.where(n > 0, slowest, np.nan),
    }
    return pd.DataFrame({"configuration": names, **columns, **ends})


def suggested_target(runs: pd.DataFrame, metric: str, targets: Sequence[float]) -> float:
    """The highest of ``targets`` (ascending) that half of the finished runs end at or above."""
    finished = runs["status"].to_numpy(dtype=object) == Status.FINISHED.value
    values = runs[metric].to_numpy(dtype=float, na_value=math.nan)[finished]
    values = values[~np.isnan(values)]
    middle = float(np.median(values)) if len(values) else targets[0]
    return max((target for target in targets if target <= middle), default=targets[0])


def in_order(table: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """``table`` with its configurations in the order in which ``runs`` name them."""
    place = numbered(table["configuration"], members(runs)[0])
    return table.iloc[np.argsort(place, kind="stable")].reset_index(drop=True)
