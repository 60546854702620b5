"""What was stopped is compared as it stood at the last epoch that all of its runs have."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from core.analysis.stopping import as_of_stop

Make = Callable[..., pd.DataFrame]
HISTORIES = [[0.1, 0.5, 0.8], [0.2, 0.6], [0.3]]


def _three(runs: Make, *endings: str) -> pd.DataFrame:
    frame = runs(
        [
            ({"activation": name, "seed": 0}, np.nan, ending)
            for name, ending in zip(("relu", "tanh", "step"), endings, strict=True)
        ]
    )
    return frame.assign(epochs_done=[2, 1, 0])


def test_stopped_runs_have_the_numbers_of_their_last_common_epoch(runs: Make, epochs: Make) -> None:
    frame = _three(runs, "cancelled", "cancelled", "diverged")
    history = epochs(frame, HISTORIES)
    stood, until, last = as_of_stop(frame, history)
    assert last == 1
    assert until["epoch"].max() == 1
    assert stood["status"].tolist() == ["finished", "finished", "diverged"]
    assert stood["test_accuracy"].tolist()[:2] == [0.5, 0.6]
    assert np.isnan(stood["test_accuracy"].iloc[2])
    there = history[(history["run_id"] == frame["run_id"].iloc[0]) & (history["epoch"] == 1)]
    assert stood["train_seconds"].iloc[0] == there["seconds"].item()
    assert frame["status"].tolist() == ["cancelled", "cancelled", "diverged"]


@pytest.mark.parametrize(
    "endings",
    [
        ("finished", "cancelled", "diverged"),
        ("running", "cancelled", "diverged"),
        ("finished", "finished", "diverged"),
        # One that has no epoch.
        ("cancelled", "cancelled", "cancelled"),
    ],
)
def test_all_others_stay_as_they_are(runs: Make, epochs: Make, endings: tuple[str, ...]) -> None:
    frame = _three(runs, *endings)
    history = epochs(frame, HISTORIES)
    stood, until, last = as_of_stop(frame, history)
    assert last is None
    assert_frame_equal(stood, frame)
    assert_frame_equal(until, history)
