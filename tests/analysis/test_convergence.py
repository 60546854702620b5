"""Epochs to a target: what is not reached is counted, never dropped."""

import math
from collections.abc import Callable

import pandas as pd
import pytest

from core.analysis.convergence import (
    convergence,
    curves,
    epochs_to_target,
    suggested_target,
)

Make = Callable[..., pd.DataFrame]


def test_the_first_epoch_at_the_target_counts_even_if_it_falls_again(
    runs: Make, epochs: Make
) -> None:
    frame = runs([({}, 0.9)])
    history = epochs(frame, [[0.1, 0.8, 0.95, 0.90, 0.96]])
    row = epochs_to_target(history, frame, 0.95).iloc[0]
    assert (row["reached"], row["epochs"], row["seconds"]) == (True, 2.0, 2.0)


def test_runs_that_end_below_the_target_are_not_reached(runs: Make, epochs: Make) -> None:
    frame = runs(
        [
            ({"seed": 0}, 0.9),
            ({"seed": 1}, 0.9),
            ({"seed": 2}, 0.2, "diverged"),
            ({"seed": 3}, 0.2, "running"),
        ]
    )
    history = epochs(frame, [[0.1, 0.97], [0.1, 0.9], [0.1, 0.2], [0.1, 0.2]])
    reached = epochs_to_target(history, frame, 0.97)
    # Nobody knows yet about the run that still trains.
    assert len(reached) == 3
    row = convergence(reached, frame).iloc[0]
    assert (row["n"], row["reached"]) == (3, 1)
    assert row["fastest"] == 1
    assert math.isinf(row["slowest"])
    assert math.isinf(row["epochs"])
    assert math.isinf(row["seconds"])


def test_the_median_is_over_all_seeds_with_the_unreached_as_infinite(
    runs: Make, epochs: Make
) -> None:
    frame = runs([({"seed": seed}, 0.9) for seed in range(3)])
    history = epochs(frame, [[0.1, 0.97], [0.1, 0.5, 0.97], [0.1, 0.5]])
    row = convergence(epochs_to_target(history, frame, 0.97), frame).iloc[0]
    assert (row["n"], row["reached"], row["epochs"]) == (3, 2, 2.0)


def test_a_running_run_that_reached_the_target_counts(runs: Make, epochs: Make) -> None:
    frame = runs([({"seed": 0}, 0.98, "running")])
    reached = epochs_to_target(epochs(frame, [[0.1, 0.98]]), frame, 0.97)
    assert reached["reached"].tolist() == [True]


def test_curves_average_over_seeds_in_the_order_of_the_runs(runs: Make, epochs: Make) -> None:
    frame = runs(
        [
            ({"activation": "tanh", "seed": 0}, 0.9),
            ({"activation": "tanh", "seed": 1}, 0.9),
            ({"activation": "relu", "seed": 0}, 0.9),
        ]
    )
    history = epochs(frame, [[0.1, 0.8], [0.2, math.nan], [0.1, 0.7]])
    table = curves(history, frame, "test_accuracy")
    assert table["configuration"].tolist() == ["tanh", "tanh", "relu", "relu"]
    assert table["mean"].tolist() == pytest.approx([0.15, 0.8, 0.1, 0.7])
    # A seed without a finite value at an epoch is not in its mean.
    assert table["n"].tolist() == [2, 1, 1, 1]
    assert table["low"].isna().tolist() == [False, True, True, True]


def test_no_epochs_yet_give_an_empty_frame(runs: Make, epochs: Make) -> None:
    frame = runs([({}, math.nan, "queued")])
    nothing = epochs(frame, [[0.1]]).iloc[:0]
    assert curves(nothing, frame, "test_accuracy").empty
    assert epochs_to_target(nothing, frame, 0.9).empty
    assert convergence(epochs_to_target(nothing, frame, 0.9), frame)["n"].tolist() == [0]


def test_the_suggested_target_is_one_that_half_of_the_runs_reach(runs: Make) -> None:
    finished = [({"seed": seed}, value) for seed, value in enumerate([0.91, 0.96, 0.99])]
    frame = runs([*finished, *[({"seed": seed}, 0.1, "diverged") for seed in range(3, 9)]])
    assert suggested_target(frame, "test_accuracy", (0.5, 0.9, 0.95, 0.97)) == 0.95
    assert suggested_target(frame[:0], "test_accuracy", (0.5, 0.9)) == 0.5
    assert suggested_target(frame, "test_r2", (0.5, 0.9)) == 0.5
