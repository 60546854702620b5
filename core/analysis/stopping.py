"""Comparisons that were stopped: what their runs can still be compared by. Knows no page."""

import numpy as np
import pandas as pd

from core.report import Status


def as_of_stop(
    runs: pd.DataFrame, epochs: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, int | None]:
    """Runs and epochs as if all had ended with the last epoch that all have, and that epoch.

    For a comparison of which no run came to its end: one that did would lose its later epochs.
    As they are, and None, where one finished or waits, or where one has no epoch yet.

    Args:
        runs: columns of ``core.report``.
        epochs: EPOCH_COLUMNS of the runs.
    """
    stopped = (runs["status"] == Status.CANCELLED.value).to_numpy()
    lost = runs["status"].isin((Status.DIVERGED.value, Status.FAILED.value)).to_numpy()
    if not stopped.any() or not (stopped | lost).all():
        return runs, epochs, None
    last = int(runs.loc[stopped, "epochs_done"].fillna(0).min())
    if last < 1:
        return runs, epochs, None
    until = epochs[epochs["epoch"] <= last]
    there = until[until["epoch"] == last].set_index("run_id").reindex(runs["run_id"])
    measured = [name for name in there.columns if name in runs.columns]
    values = {
        name: np.where(stopped, there[name].to_numpy(), runs[name].to_numpy()) for name in measured
    }
    values["train_seconds"] = np.where(stopped, there["seconds"], runs["train_seconds"])
    ended = runs["status"].mask(stopped, Status.FINISHED.value)
    return runs.assign(**values, status=ended), until, last
