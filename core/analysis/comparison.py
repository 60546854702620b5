"""Configurations against one another: means with intervals, and differences paired by seed.

Runs in, one row a configuration out. Runs of one seed share split, batches and the draw
of their weights, so differences are taken within a seed. Knows no page and no chart.
"""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.configurations import members
from core.analysis.student import quantile, quantiles
from core.report import ACTIVE, Status

LEVEL = 0.95


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


def intervals(
    values: NDArray[np.float64], group: NDArray[np.intp], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(n, mean, low, high) of each of ``count`` groups: ``interval`` for many at once.

    Values that are not finite are left out.
    """
    finite = np.isfinite(values)
    values, group = values[finite], group[finite]
    n = np.bincount(group, minlength=count)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(group, values, minlength=count) / n
        squares = np.bincount(group, (values - mean[group]) ** 2, minlength=count)
        half = quantiles(LEVEL, n - 1) * np.sqrt(squares / (n - 1) / n)
    return n, mean, mean - half, mean + half


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
    names, group = members(runs)
    status = runs["status"].to_numpy(dtype=object)

    def counted(*states: str) -> NDArray[np.int64]:
        return np.bincount(group[np.isin(status, states)], minlength=len(names))

    finished = status == Status.FINISHED.value
    n, mean, low, high = intervals(_numbers(runs[metric])[finished], group[finished], len(names))
    seconds = intervals(_numbers(runs["train_seconds"])[finished], group[finished], len(names))[1]
    return pd.DataFrame(
        {
            "configuration": names,
            "runs": np.bincount(group, minlength=len(names)),
            "finished": counted(Status.FINISHED.value),
            "diverged": counted(Status.DIVERGED.value),
            "failed": counted(Status.FAILED.value),
            "cancelled": counted(Status.CANCELLED.value),
            "waiting": counted(*ACTIVE),
            "n": n,
            "mean": mean,
            "low": low,
            "high": high,
            "seconds": seconds,
        }
    )


def ranked(summary: pd.DataFrame, *, higher_is_better: bool) -> pd.DataFrame:
    """``summary``, the best mean first, configurations without one last."""
    return summary.sort_values(
        "mean", ascending=not higher_is_better, kind="stable", na_position="last"
    ).reset_index(drop=True)


def by_seed(configuration: NDArray[np.intp], seeds: pd.Series, count: int) -> NDArray[np.intp]:
    """(``count`` configurations, seeds): the first run of each configuration and seed; -1 none."""
    known, seed = np.unique(seeds.to_numpy(), return_inverse=True)
    first = np.full((count, len(known)), -1)
    # Written last to first, so that the first of a seed stays.
    first[configuration[::-1], seed[::-1]] = np.arange(len(configuration))[::-1]
    return first


def paired_differences(runs: pd.DataFrame, baseline: str, metric: str) -> pd.DataFrame:
    """Each configuration's ``metric`` minus the ``baseline``'s, seed by seed.

    Columns: configuration, n (seeds that both finished), difference, low, high (95 %
    interval), clear (the interval lies on one side of zero). The baseline's own row is 0.
    """
    names, group = members(runs)
    finished = np.flatnonzero(runs["status"].to_numpy(dtype=object) == Status.FINISHED.value)
    run = by_seed(group[finished], runs["seed"].iloc[finished], len(names))
    there = run >= 0
    # Of no run (-1) is the value behind them all.
    results = np.append(_numbers(runs[metric])[finished], np.nan)[run]
    base = names == baseline
    own = results[base] if base.any() else np.nan
    configuration = np.repeat(np.arange(len(names)), run.shape[1])
    n, mean, low, high = intervals((results - own).ravel(), configuration, len(names))
    low, high = np.where(base, np.nan, low), np.where(base, np.nan, high)
    return pd.DataFrame(
        {
            "configuration": names,
            "n": np.where(base, there.sum(axis=1), n),
            "difference": np.where(base, 0.0, mean),
            "low": low,
            "high": high,
            "clear": (low > 0) | (high < 0),
        }
    )


def _numbers(values: pd.Series) -> NDArray[np.float64]:
    return values.to_numpy(dtype=float, na_value=np.nan)
