"""Configurations against one another: means with intervals, and differences paired by seed.

Runs in, one row a configuration out. Runs of one seed share split, batches and the draw
of their weights, so differences are taken within a seed. Knows no page and no chart.
"""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.configurations import labelled
from core.analysis.student import quantile
from core.report import Status

LEVEL = 0.95

_WAITING = (Status.QUEUED.value, Status.RUNNING.value)


def interval(values: Sequence[float] | NDArray[np.float64]) -> tuple[float, float, float]:
    """(mean, low, high): the mean of ``values`` and its 95 % interval by Student's t (1908).

    One value has a mean and no interval (NaN); none has neither.
    """
    sample = np.asarray(values, dtype=float)
    if sample.size == 0:
        return math.nan, math.nan, math.nan
    mean = float(sample.mean())
    if sample.size == 1:
        return mean, math.nan, math.nan
    half = quantile(LEVEL, sample.size - 1) * float(sample.std(ddof=1)) / math.sqrt(sample.size)
    return mean, mean - half, mean + half


def headline(runs: pd.DataFrame) -> str:
    """The column that ``runs`` are judged by: test_accuracy, or test_r2 for regression."""
    regression = runs["test_accuracy"].isna().all() and runs["test_r2"].notna().any()
    return "test_r2" if regression else "test_accuracy"


def summarise(runs: pd.DataFrame, metric: str) -> pd.DataFrame:
    """One row a configuration: how its seeds ended, and the mean of ``metric`` over them.

    Columns: configuration, runs, finished, diverged, failed, cancelled, waiting (queued or
    running), n (values behind the mean), mean, low, high (95 % interval), seconds (mean
    training time). Only finished runs count for the mean: a diverged run has no result to
    average, but is counted as diverged.
    """
    rows = []
    for label, group in labelled(runs).groupby("configuration", sort=False):
        finished = group[group["status"] == Status.FINISHED]
        values = _finite(finished[metric])
        mean, low, high = interval(values)
        rows.append(
            {
                "configuration": label,
                "runs": len(group),
                "finished": len(finished),
                "diverged": int((group["status"] == Status.DIVERGED).sum()),
                "failed": int((group["status"] == Status.FAILED).sum()),
                "cancelled": int((group["status"] == Status.CANCELLED).sum()),
                "waiting": int(group["status"].isin(_WAITING).sum()),
                "n": len(values),
                "mean": mean,
                "low": low,
                "high": high,
                "seconds": float(finished["train_seconds"].mean()) if len(finished) else math.nan,
            }
        )
    return pd.DataFrame(rows)


def ranked(summary: pd.DataFrame, *, higher_is_better: bool) -> pd.DataFrame:
    """``summary``, the best mean first, configurations without one last."""
    return summary.sort_values(
        "mean", ascending=not higher_is_better, kind="stable", na_position="last"
    ).reset_index(drop=True)


def paired_differences(runs: pd.DataFrame, baseline: str, metric: str) -> pd.DataFrame:
    """Each configuration's ``metric`` minus the ``baseline``'s, seed by seed.

    Columns: configuration, n (seeds that both finished), difference, low, high (95 %
    interval), clear (the interval lies on one side of zero). The baseline's own row is 0.
    """
    finished = labelled(runs).query("status == @Status.FINISHED.value")
    by_seed = {
        label: group.drop_duplicates("seed").set_index("seed")[metric].astype(float)
        for label, group in finished.groupby("configuration", sort=False)
    }
    rows = []
    for label in labelled(runs)["configuration"].unique():
        if label == baseline:
            row = (len(by_seed.get(label, ())), 0.0, math.nan, math.nan)
        elif label in by_seed and baseline in by_seed:
            gaps = _finite(by_seed[label].sub(by_seed[baseline]).dropna())
            row = (len(gaps), *interval(gaps))
        else:
            row = (0, math.nan, math.nan, math.nan)
        rows.append((label, *row))
    table = pd.DataFrame(rows, columns=["configuration", "n", "difference", "low", "high"])
    return table.assign(clear=(table["low"] > 0) | (table["high"] < 0))


def _finite(values: pd.Series) -> NDArray[np.float64]:
    numbers: NDArray[np.float64] = values.to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(numbers[np.isfinite(numbers)])
