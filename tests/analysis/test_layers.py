"""The strip of layer statistics: means over seeds at one epoch."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.analysis.layers import across, layer_strip, over_epochs

Make = Callable[..., pd.DataFrame]


def test_values_are_means_over_seeds_at_the_epoch(runs: Make, layers: Make) -> None:
    frame = runs([({"activation": a, "seed": s}, 0.9) for a in ("tanh", "relu") for s in (0, 1)])
    table = layer_strip(layers(frame, [0.0, 1.0, 4.0, 6.0]), frame, ["mean"], 1)
    assert table["configuration"].tolist() == ["tanh", "tanh", "relu", "relu"]
    assert table["layer"].tolist() == [1, 2, 1, 2]
    assert table["value"].tolist() == [11.5, 12.5, 16.0, 17.0]
    assert table["n"].tolist() == [2, 2, 2, 2]


def test_without_an_epoch_each_run_gives_its_last(runs: Make, layers: Make) -> None:
    frame = runs([({"activation": "relu"}, 0.9), ({"activation": "tanh"}, 0.9)])
    long = pd.concat([layers(frame[:1], [0.0], last=1), layers(frame[1:], [0.0], last=2)])
    table = layer_strip(long, frame, ["mean"]).set_index(["configuration", "layer"])["value"]
    assert table.loc[("relu", 1)] == 11
    assert table.loc[("tanh", 1)] == 21


def test_statistics_that_are_not_finite_are_left_out(runs: Make, layers: Make) -> None:
    frame = runs([({}, 0.9)])
    table = layer_strip(layers(frame, [0.0]), frame, ["mean", "delta_rms"], 0)
    assert set(table["statistic"]) == {"mean"}


def test_across_layers_the_mean_on_a_log_axis_is_geometric_with_its_interval(
    runs: Make, layers: Make
) -> None:
    frame = runs([({"activation": a, "seed": s}, 0.9) for a in ("tanh", "relu") for s in (0, 1, 2)])
    table = layers(frame, [0.0] * 6)
    values = np.array([1e-4, 1e-2, 1e-3, 2.0, 2.0, np.nan])
    table["delta_rms"] = np.repeat(values, 6)
    found = across(table, frame, "delta_rms", 1, log=True)
    assert found["configuration"].tolist() == ["tanh", "tanh", "relu", "relu"]
    assert found["layer"].tolist() == [1, 2, 1, 2]
    assert found["value"].tolist() == pytest.approx([1e-3, 1e-3, 2, 2])
    assert found["n"].tolist() == [3, 3, 2, 2]
    ends = stats.t.interval(0.95, 2, math.log(1e-3), stats.sem(np.log(values[:3])))
    assert [found["low"][0], found["high"][0]] == pytest.approx(np.exp(ends))


def test_over_epochs_each_epoch_has_its_mean(runs: Make, layers: Make) -> None:
    frame = runs([({"seed": 0}, 0.9), ({"seed": 1}, 0.9)])
    found = over_epochs(layers(frame, [0.0, 2.0]), frame, "mean", 2, log=False)
    assert found["epoch"].tolist() == [0, 1, 2]
    assert found["value"].tolist() == pytest.approx([3, 13, 23])
    assert over_epochs(layers(frame, [0.0, 2.0]), frame, "mean", 9, log=False).empty
