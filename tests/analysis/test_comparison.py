"""Means, intervals and paired differences against SciPy and by hand."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.analysis.comparison import (
    headline,
    interval,
    intervals,
    paired_differences,
    ranked,
    summarise,
)

Runs = Callable[..., pd.DataFrame]


def _two(runs: Runs, relu: list[float], tanh: list[float]) -> pd.DataFrame:
    return runs(
        [({"activation": "relu", "seed": seed}, value) for seed, value in enumerate(relu)]
        + [({"activation": "tanh", "seed": seed}, value) for seed, value in enumerate(tanh)]
    )


def test_the_interval_is_scipys() -> None:
    values = np.array([0.971, 0.974, 0.973, 0.978])
    low, high = stats.t.interval(0.95, 3, values.mean(), stats.sem(values))
    assert interval(values) == pytest.approx((values.mean(), low, high))


def test_one_value_has_a_mean_and_no_interval_and_none_has_neither() -> None:
    mean, low, high = interval([0.5])
    assert mean == 0.5
    assert math.isnan(low)
    assert math.isnan(high)
    assert all(math.isnan(value) for value in interval([]))


def test_diverged_and_failed_runs_are_counted_and_not_averaged(runs: Runs) -> None:
    frame = runs(
        [
            ({"seed": 0}, 0.9),
            ({"seed": 1}, 0.8),
            ({"seed": 2}, 0.1, "diverged"),
            ({"seed": 3}, np.nan, "failed"),
            ({"seed": 4}, 0.2, "running"),
        ]
    )
    row = summarise(frame, "test_accuracy").iloc[0]
    assert row["mean"] == pytest.approx(0.85)
    counts = row[["runs", "finished", "diverged", "failed", "n"]].tolist()
    assert counts == [5, 2, 1, 1, 2]


def test_ranking_puts_the_best_first_and_what_has_no_mean_last(runs: Runs) -> None:
    frame = runs(
        [
            ({"activation": "step"}, np.nan, "diverged"),
            ({"activation": "tanh"}, 0.8),
            ({"activation": "relu"}, 0.9),
        ]
    )
    summary = summarise(frame, "test_accuracy")
    up = ranked(summary, higher_is_better=True)["configuration"].tolist()
    down = ranked(summary, higher_is_better=False)["configuration"].tolist()
    assert up == ["relu", "tanh", "step"]
    assert down == ["tanh", "relu", "step"]


def test_differences_are_taken_within_seeds(runs: Runs) -> None:
    relu, tanh = [0.90, 0.94, 0.98], [0.91, 0.95, 0.99]
    row = paired_differences(_two(runs, relu, tanh), "relu", "test_accuracy").iloc[1]
    # The seeds differ by 8 points, yet each pair by exactly one.
    assert row["difference"] == pytest.approx(0.01)
    assert row["high"] - row["low"] == pytest.approx(0, abs=1e-12)
    assert row["clear"]


def test_the_interval_of_differences_is_the_paired_t_tests(runs: Runs) -> None:
    relu, tanh = [0.90, 0.94, 0.98, 0.93], [0.92, 0.93, 0.99, 0.95]
    row = paired_differences(_two(runs, relu, tanh), "relu", "test_accuracy").iloc[1]
    oracle = stats.ttest_rel(tanh, relu).confidence_interval(0.95)
    assert (row["low"], row["high"]) == pytest.approx((oracle.low, oracle.high))
    assert row["clear"] == (stats.ttest_rel(tanh, relu).pvalue < 0.05)


def test_seeds_that_only_one_side_finished_are_left_out(runs: Runs) -> None:
    frame = runs(
        [
            ({"activation": "relu", "seed": 0}, 0.9),
            ({"activation": "relu", "seed": 1}, 0.9),
            ({"activation": "tanh", "seed": 0}, 0.8, "diverged"),
            ({"activation": "tanh", "seed": 1}, 0.7),
            ({"activation": "step", "seed": 0}, 0.1, "diverged"),
        ]
    )
    table = paired_differences(frame, "relu", "test_accuracy").set_index("configuration")
    assert table["n"].to_dict() == {"relu": 2, "tanh": 1, "step": 0}
    assert table.loc["tanh", "difference"] == pytest.approx(-0.2)
    assert not table["clear"].any()
    assert table.loc["relu", "difference"] == 0


def test_regression_is_judged_by_r2_and_all_else_by_accuracy(runs: Runs) -> None:
    assert headline(runs([({}, 0.9)])) == "test_accuracy"
    assert headline(runs([({}, np.nan, "running")])) == "test_accuracy"
    assert headline(runs([({}, np.nan)]).assign(test_r2=0.5)) == "test_r2"


def test_intervals_of_many_groups_are_those_of_each() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat([0, 1, 2], [5, 1, 9])
    values = 1e6 + rng.standard_normal(15)
    spoilt = np.append(values, [math.nan, math.inf])
    n, *ends = intervals(spoilt, np.append(groups, [0, 2]), 4)
    assert n.tolist() == [5, 1, 9, 0]
    for group in range(4):
        expected = interval(values[groups == group])
        assert [part[group] for part in ends] == pytest.approx(expected, rel=1e-12, nan_ok=True)
