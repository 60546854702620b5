"""Convergence as numbers: curves over epochs, and epochs and seconds to a target.

A run that ends without reaching the target is counted as what it is, not reached
(a censored observation), and never dropped. Frames in, frames out.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.analysis.comparison import intervals
from core.analysis.configurations import labelled, places
from core.analysis.survival import medians
from core.report import TRAINED, Status


def curves(epochs: pd.DataFrame, runs: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The mean of ``metric`` over seeds, by configuration and epoch.

    Columns: configuration, epoch, mean, low, high (95 % interval; NaN for one seed), n: the
    seeds behind this mean, fewer where some diverged or have not come this far yet.
    """
    named = labelled(runs)
    names = named["configuration"].unique()
    place = places(epochs["run_id"], named["run_id"])
    values = epochs[metric].to_numpy(dtype=float)
    kept = np.isfinite(values) & (place >= 0)
    values = values[kept]
    code = pd.Index(names).get_indexer(named["configuration"])[place[kept]]
    moments, epoch = np.unique(epochs["epoch"].to_numpy()[kept], return_inverse=True)
    cell = code * len(moments) + epoch
    n, mean, low, high = intervals(values, cell, len(names) * len(moments))
    seen = np.flatnonzero(n)
    columns = {"epoch": moments[seen % max(len(moments), 1)]}
    columns |= {"mean": mean[seen], "low": low[seen], "high": high[seen]}
    table = pd.DataFrame(columns | {"n": n[seen]})
    table.insert(0, "configuration", names[seen // max(len(moments), 1)])
    return table


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
    known = table.assign(reached=reached, epochs=math.inf, seconds=math.inf)
    known.loc[reached, "epochs"] = epochs["epoch"].to_numpy(dtype=float)[first[reached]]
    known.loc[reached, "seconds"] = epochs["seconds"].to_numpy(dtype=float)[first[reached]]
    known = known[known["status"].isin(TRAINED) | reached]
    columns = ["run_id", "configuration", "seed", "reached", "epochs", "seconds"]
    return known[columns].reset_index(drop=True)


def convergence(reached: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """One row a configuration, from the rows of ``epochs_to_target``.

    Columns: configuration, n, reached, epochs and seconds (medians over seeds; inf where
    half of them did not reach the target), fastest and slowest (epochs).
    """
    names = labelled(runs)["configuration"].unique()
    group = pd.Index(names).get_indexer(pd.Index(reached["configuration"]))
    n = np.bincount(group, minlength=len(names))
    columns: dict[str, Any] = {
        "n": n,
        "reached": np.bincount(group[reached["reached"]], minlength=len(names)),
    }
    for unit in ("epochs", "seconds"):
        columns[unit] = medians(reached[unit].to_numpy(dtype=float), group, len(names))[0]
    ends = reached.groupby(group)["epochs"].agg(["min", "max"]).reindex(range(len(names)))
    return pd.DataFrame(
        {"configuration": names, **columns, "fastest": ends["min"], "slowest": ends["max"]}
    )


def suggested_target(runs: pd.DataFrame, metric: str, targets: Sequence[float]) -> float:
    """The highest of ``targets`` (ascending) that half of the finished runs end at or above."""
    values = runs[runs["status"] == Status.FINISHED][metric].astype(float).dropna()
    middle = values.median() if len(values) else targets[0]
    return max((target for target in targets if target <= middle), default=targets[0])


def in_order(table: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """``table`` with its configurations in the order in which ``runs`` name them."""
    order = {label: index for index, label in enumerate(labelled(runs)["configuration"].unique())}
    return table.sort_values(
        "configuration", key=lambda labels: labels.map(order), kind="stable"
    ).reset_index(drop=True)
