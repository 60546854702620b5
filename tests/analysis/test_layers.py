"""The strip of layer statistics: means over seeds at one epoch."""

from collections.abc import Callable

import pandas as pd

from core.analysis.layers import layer_strip

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
