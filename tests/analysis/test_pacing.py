"""Smoothing is a moving mean of each run, and the pace is the mean of what runs took."""

import numpy as np
import pandas as pd
import pytest

from core.analysis.pacing import paced_curves, smoothed
from core.experiment import Experiment
from core.report import CONFIG_COLUMNS

IDS = ("a", "b")


@pytest.fixture
def epochs() -> pd.DataFrame:
    rows = [
        {"run_id": run, "epoch": e, "updates": 10 * e, "seconds": e * (1.0 + i), "loss": v}
        for i, run in enumerate(IDS)
        for e, v in enumerate([9.0, 4.0, 2.0, 6.0 + i])
    ]
    return pd.DataFrame(rows).sample(frac=1, random_state=np.random.default_rng(0))


@pytest.fixture
def runs() -> pd.DataFrame:
    configs = Experiment(dataset="moons", seed=[0, 1]).grid()
    rows = [{name: getattr(c, name) for name in CONFIG_COLUMNS} for c in configs]
    return pd.DataFrame(rows).assign(run_id=IDS, hidden="16-16")


def test_a_moving_mean_is_of_each_run_and_leaves_the_start_alone(epochs: pd.DataFrame) -> None:
    frame = smoothed(epochs, "loss", 2).sort_values(["run_id", "epoch"])
    assert frame[frame["run_id"] == "a"]["loss"].tolist() == [9.0, 4.0, 3.0, 4.0]
    assert frame[frame["run_id"] == "b"]["loss"].tolist() == [9.0, 4.0, 3.0, 4.5]
    pd.testing.assert_frame_equal(smoothed(epochs, "loss", 1), epochs)


def test_curves_know_their_updates_and_seconds(epochs: pd.DataFrame, runs: pd.DataFrame) -> None:
    frame = paced_curves(epochs, runs, "loss")
    assert frame["updates"].tolist() == [0, 10, 20, 30]
    assert frame["seconds"].tolist() == [0, 1.5, 3.0, 4.5]
    assert frame["mean"].tolist() == [9.0, 4.0, 2.0, 6.5]
