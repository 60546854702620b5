"""Curves against what they cost: epochs, updates or seconds; and curves made smooth.

Frames in, frames out. Smoothing is of each run by itself, before any mean: the interval of
a smooth curve is that of smooth runs.
"""

import pandas as pd

from core.analysis.convergence import curves


def smoothed(epochs: pd.DataFrame, metric: str, span: int) -> pd.DataFrame:
    """``epochs`` whose ``metric`` is the mean of an epoch and the ``span`` - 1 before it.

    Epoch 0, before any training, is no part of a mean of others.
    """
    later = epochs["epoch"] > 0
    means = (
        epochs[later]
        .sort_values("epoch")
        .groupby("run_id", sort=False)[metric]
        .rolling(span, min_periods=1)
        .mean()
        .droplevel(0)
    )
    return epochs.assign(**{metric: means.reindex(epochs.index).where(later, epochs[metric])})


def paced_curves(
    epochs: pd.DataFrame, runs: pd.DataFrame, metric: str, span: int = 1
) -> pd.DataFrame:
    """The rows of ``curves``, with updates and seconds: means over the runs behind each point.

    Args:
        span: epochs of a moving mean; 1 is none.
    """
    shown = smoothed(epochs, metric, span) if span > 1 else epochs
    return curves(shown, runs, metric, also=("updates", "seconds"))
