"""Learning rates: the map's rule, the range test's marks, and the experiment that makes them."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from core.analysis.rates import (
    RATES,
    RateRule,
    config_of,
    range_test,
    rate_losses,
    rate_map,
    rate_ranges,
)
from core.experiment import Experiment, RunConfig
from core.metrics import METRICS
from core.report import CONFIG_COLUMNS

Make = Callable[..., pd.DataFrame]
ACCURACY = METRICS["test_accuracy"]


def _swept(runs: Make, rates: list[float], ends: list[tuple[float, str]]) -> pd.DataFrame:
    return runs(
        [
            ({"learning_rate": rate, "seed": seed}, accuracy, status)
            for rate, (accuracy, status) in zip(rates, ends, strict=True)
            for seed in (0, 1)
        ]
    )


def test_cells_are_classed_by_the_rule(runs: Make, epochs: Make) -> None:
    frame = _swept(
        runs,
        [1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0],
        [
            (0.5, "finished"),
            (0.96, "finished"),
            (0.97, "finished"),
            (0.4, "finished"),
            (0.1, "diverged"),
            (math.nan, "queued"),
        ],
    )
    history = epochs(frame, [[0.1]] * len(frame))
    table = rate_map(frame, history, ACCURACY, RateRule())
    assert table["name"].unique().tolist() == ["relu"]
    expected = ["too_small", "good", "good", "too_large", "diverged", "waiting"]
    assert table["kind"].tolist() == expected
    assert table["value"].tolist()[:4] == pytest.approx([0.5, 0.96, 0.97, 0.4])
    assert table["n"].tolist() == [2, 2, 2, 2, 0, 0]
    narrow = rate_map(frame, history, ACCURACY, RateRule(within=0.001))
    assert narrow["kind"].tolist()[:3] == ["too_small", "too_small", "good"]


def test_half_of_the_seeds_diverging_is_the_rules_to_judge(runs: Make, epochs: Make) -> None:
    frame = runs(
        [
            ({"learning_rate": 0.1, "seed": 0}, 0.9),
            ({"learning_rate": 0.1, "seed": 1}, 0.1, "diverged"),
            ({"learning_rate": 0.01, "seed": 0}, 0.9),
        ]
    )
    history = epochs(frame, [[0.1]] * 3)
    kinds = [
        rate_map(frame, history, ACCURACY, RateRule(lost=lost))["kind"].tolist()
        for lost in (0.5, 0.6)
    ]
    assert kinds == [["good", "diverged"], ["good", "good"]]


def test_a_row_that_never_leaves_its_start_learns_nothing(runs: Make, epochs: Make) -> None:
    frame = runs(
        [
            ({"activation": activation, "learning_rate": rate}, accuracy)
            for activation, ends in (("relu", (0.9, 0.5)), ("step", (0.11, 0.10)))
            for rate, accuracy in zip((0.01, 0.1), ends, strict=True)
        ]
    )
    table = rate_map(frame, epochs(frame, [[0.1]] * 4), ACCURACY, RateRule())
    assert table["name"].tolist() == ["relu", "relu", "step", "step"]
    assert table["kind"].tolist() == ["good", "too_large", "nothing", "nothing"]


def _tested(runs: Make, epochs: Make) -> tuple[pd.DataFrame, pd.DataFrame]:
    rates = [1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0]
    ends = [2.29, 2.2, 1.0, 0.5, 0.9, 2.5]
    frame = runs(
        [({"learning_rate": rate}, 0.5) for rate in rates[:-1]]
        + [({"learning_rate": rates[-1]}, 0.1, "diverged")]
    ).assign(epochs_done=2)
    history = epochs(frame, [[0.1] * 3] * 6 + [[0.1]])
    losses = [loss for end in ends for loss in (2.3, 2.3, end)] + [2.3]
    return frame, history.assign(test_loss=losses)


def test_the_range_test_marks_the_steepest_the_lowest_and_the_largest_stable_rate(
    runs: Make, epochs: Make
) -> None:
    frame, history = _tested(runs, epochs)
    losses = rate_losses(frame, history)
    assert losses["loss"].tolist()[:6] == pytest.approx([2.29, 2.2, 1.0, 0.5, 0.9, 2.5])
    assert losses["diverged"].tolist() == [0] * 6 + [1]
    (found,) = rate_ranges(losses)
    # Central differences: (0.5 - 2.2) / 2 decades around 0.01 is the steepest of the fall.
    assert (found.steepest, found.lowest, found.stable) == (0.01, 0.1, 1.0)
    assert found.start == pytest.approx(2.3)
    assert (found.epochs, found.updates, found.seeds) == (2, 20, 1)


def test_fewer_than_six_rates_are_no_range_test(runs: Make, epochs: Make) -> None:
    frame, history = _tested(runs, epochs)
    assert rate_losses(frame[:5], history).empty
    assert rate_ranges(rate_losses(frame[:5], history)) == []
    assert rate_losses(frame, history.iloc[:0])["loss"].isna().all()


def test_a_range_test_that_has_begun_compares_at_the_epoch_that_all_have(
    runs: Make, epochs: Make
) -> None:
    frame, history = _tested(runs, epochs)
    frame.loc[0, ["status", "epochs_done"]] = ["running", 1]
    assert rate_losses(frame, history)["loss"].tolist()[:6] == [2.3] * 6


def test_the_range_test_is_one_stack_of_24_rates_on_the_same_network() -> None:
    config = Experiment(dataset="moons", hidden=[[8, 8]], activation="tanh", seed=3).grid()[0]
    grid = range_test(config).grid()
    assert [run.learning_rate for run in grid] == list(RATES)
    assert len(RATES) == 24
    steps = np.diff(np.log10(RATES))
    assert (RATES[0], RATES[-1]) == (1e-5, 10)
    assert steps.min() > 0.24
    assert steps.max() < 0.28
    alike = {name: getattr(grid[0], name) for name in ("dataset", "hidden", "activation", "seed")}
    assert alike == {name: getattr(config, name) for name in alike}
    assert grid[0].epochs * grid[0].updates_per_epoch >= 150
    assert (grid[0].epochs - 1) * grid[0].updates_per_epoch < 150


def test_a_config_comes_back_from_its_row(runs: Make) -> None:
    for hidden in ([[8, 8]], [[]]):
        config = Experiment(dataset="moons", hidden=hidden, clip_norm=1.0).grid()[0]
        row = {name: getattr(config, name) for name in CONFIG_COLUMNS}
        row |= {"hidden": "-".join(map(str, config.hidden)) or "none", "outliers": np.nan}
        assert config_of(row).run_id == config.run_id
    assert isinstance(config_of(runs([({}, 0.9)]).iloc[0]), RunConfig)
