"""Convergence as numbers: curves over epochs, and epochs and seconds to a target.

A run that ends without reaching the target is counted as what it is, not reached
(a censored observation), and never dropped. Frames in, frames out.
"""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.analysis.comparison import interval
from core.analysis.configurations import labelled
from core.report import Status

_ENDED = (Status.FINISHED.value, Status.DIVERGED.value)


def curves(epochs: pd.DataFrame, runs: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The mean of ``metric`` over seeds, by configuration and epoch.

    Columns: configuration, epoch, mean, low, high (95 % interval; NaN for one seed), n: the
    seeds behind this mean, fewer where some diverged or have not come this far yet.
    """
    joined = _joined(epochs, runs)
    joined = joined[np.isfinite(joined[metric].astype(float))]
    rows = [
        (label, epoch, *interval(group[metric].to_numpy(dtype=float)), len(group))
        for (label, epoch), group in joined.groupby(["configuration", "epoch"], sort=True)
    ]
    table = pd.DataFrame(rows, columns=["configuration", "epoch", "mean", "low", "high", "n"])
    return in_order(table, runs)


def epochs_to_target(
    epochs: pd.DataFrame, runs: pd.DataFrame, target: float, metric: str = "test_accuracy"
) -> pd.DataFrame:
    """One row a run: the first epoch at which ``metric`` is at least ``target``.

    Columns: run_id, configuration, seed, reached, epochs, seconds (inf where not reached).
    Runs that have not ended and not reached it yet are left out: nobody knows.
    """
    joined = _joined(epochs, runs)
    hits = joined[joined[metric].astype(float) >= target].sort_values("epoch")
    first = hits.drop_duplicates("run_id").set_index("run_id")
    table = labelled(runs)
    table = table[table["status"].isin(_ENDED) | table["run_id"].isin(first.index)]
    return pd.DataFrame(
        {
            "run_id": table["run_id"],
            "configuration": table["configuration"],
            "seed": table["seed"],
            "reached": table["run_id"].isin(first.index),
            "epochs": table["run_id"].map(first["epoch"].astype(float)).fillna(math.inf),
            "seconds": table["run_id"].map(first["seconds"].astype(float)).fillna(math.inf),
        }
    ).reset_index(drop=True)


def convergence(reached: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """One row a configuration, from the rows of ``epochs_to_target``.

    Columns: configuration, n, reached, epochs and seconds (medians over seeds; inf where
    half of them did not reach the target), fastest and slowest (epochs).
    """
    rows = []
    for label in labelled(runs)["configuration"].unique():
        group = reached[reached["configuration"] == label]
        rows.append(
            {
                "configuration": label,
                "n": len(group),
                "reached": int(group["reached"].sum()),
                "epochs": _median(group["epochs"]),
                "seconds": _median(group["seconds"]),
                "fastest": float(group["epochs"].min()) if len(group) else math.nan,
                "slowest": float(group["epochs"].max()) if len(group) else math.nan,
            }
        )
    return pd.DataFrame(rows)


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


def _median(values: pd.Series) -> float:
    """The median with inf for what was not reached; inf between a finite value and inf."""
    ordered: list[float] = sorted(values)
    if not ordered:
        return math.nan
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def _joined(epochs: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    return epochs.merge(labelled(runs)[["run_id", "configuration"]], on="run_id")
