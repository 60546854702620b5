"""Arrivals at a target: censored runs are counted, ratios are paired and never say too much."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.analysis.arrivals import arrivals, level_of_best, race, steps, with_tests
from core.analysis.survival import log_rank
from core.metrics import METRICS

Make = Callable[..., pd.DataFrame]

ACCURACY, LOSS = METRICS["test_accuracy"], METRICS["test_loss"]


def _pair(runs: Make, seeds: int = 3) -> pd.DataFrame:
    return runs(
        [({"activation": a, "seed": s}, 0.9) for a in ("tanh", "relu") for s in range(seeds)]
    )


def _row(table: pd.DataFrame, label: str) -> pd.Series:
    return table.set_index("configuration").loc[label]


def test_the_first_epoch_that_shows_the_target_counts_even_if_it_falls_again(
    runs: Make, epochs: Make
) -> None:
    frame = runs([({}, 0.9)])
    row = arrivals(epochs(frame, [[0.1, 0.8, 0.96, 0.90, 0.97]]), frame, ACCURACY, 0.95).iloc[0]
    assert (row["reached"], row["epochs"], row["updates"], row["seconds"]) == (True, 2, 20, 2)
    # 0.95 lies 15/16 of the way from 0.80 to 0.96.
    assert row["earliest_epochs"] == row["latest_epochs"] == pytest.approx(1.9375)
    assert row["earliest_updates"] == pytest.approx(19.375)


def test_a_loss_arrives_by_falling(runs: Make, epochs: Make) -> None:
    frame = runs([({}, 0.9)])
    history = epochs(frame, [[0.1] * 4]).assign(test_loss=[2.0, 1.0, 0.5, 0.4])
    assert arrivals(history, frame, LOSS, 0.75)["epochs"].tolist() == [2]
    assert level_of_best(history, LOSS, 0.8) == pytest.approx(0.5)
    assert level_of_best(history, ACCURACY, 0.5) == pytest.approx(0.05)


def test_what_the_first_epoch_shows_happened_somewhere_within_it(runs: Make, epochs: Make) -> None:
    frame = runs([({"seed": 0}, 0.9), ({"seed": 1}, 0.9)])
    table = arrivals(epochs(frame, [[0.1, 0.97], [0.96, 0.97]]), frame, ACCURACY, 0.95)
    assert table["epochs"].tolist() == [1, 0]
    assert table["earliest_epochs"].tolist() == [0, 0]
    assert table["latest_epochs"].tolist() == [1, 0]


def test_runs_that_never_arrive_are_kept_as_censored_and_diverged_ones_to_the_end(
    runs: Make, epochs: Make
) -> None:
    frame = runs(
        [
            ({"seed": 0}, 0.9),
            ({"seed": 1}, 0.9),
            ({"seed": 2}, 0.2, "diverged"),
            ({"seed": 3}, 0.2, "running"),
            ({"seed": 4}, math.nan, "queued"),
        ]
    )
    history = epochs(frame[:4], [[0.1, 0.5, 0.97], [0.1, 0.5, 0.6, 0.7], [0.1, 0.2], [0.1, 0.2]])
    table = arrivals(history, frame, ACCURACY, 0.95)
    assert table["reached"].tolist() == [True, False, False, False]
    assert table["epochs"].tolist() == [2, 3, 3, 1]
    assert table["latest_epochs"].tolist()[1:] == [math.inf] * 3
    row = race(table, frame, "relu", "epochs").iloc[0]
    assert row[["runs", "n", "reached", "diverged", "open"]].tolist() == [5, 4, 1, 1, 2]
    # One at risk was lost from sight at 1; the diverged one stays to the end: 1 of 3 at 2.
    curve = steps(table, ["relu"], "epochs")
    assert curve["time"].tolist() == [0, 1, 2, 3]
    assert curve["share"].tolist() == pytest.approx([0, 0, 1 / 3, 1 / 3])


def test_the_order_of_the_rows_does_not_matter(runs: Make, epochs: Make) -> None:
    frame = _pair(runs)
    history = epochs(frame, np.random.default_rng(0).random((6, 9)))
    table = arrivals(history, frame, ACCURACY, 0.8)
    shuffled = history.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(arrivals(shuffled, frame, ACCURACY, 0.8), table)
    # Rows of runs that nobody asked for are passed over.
    some = frame[frame["activation"] == "relu"]
    only = arrivals(history, some, ACCURACY, 0.8)
    assert only["epochs"].tolist() == table["epochs"].tolist()[3:]


def test_the_ratio_is_the_geometric_mean_of_pairs_with_students_interval(
    runs: Make, epochs: Make
) -> None:
    frame = _pair(runs)
    histories = [[0.1, 0.2, *[0.3] * k, 0.9] for k in (2, 5, 10, 0, 1, 2)]
    table = race(arrivals(epochs(frame, histories), frame, ACCURACY, 0.9), frame, "tanh", "epochs")
    # The target is the value of the epoch itself, so that nothing is interpolated.
    logs = np.log(np.array([4, 7, 12]) / np.array([2, 3, 4]))
    expected = stats.t.interval(0.95, 2, logs.mean(), stats.sem(logs))
    row = _row(table, "relu")
    assert row["ratio"] == pytest.approx(math.exp(logs.mean()))
    assert [row["ratio_low"], row["ratio_high"]] == pytest.approx(np.exp(expected).tolist())
    assert (row["bound"], row["pairs"], row["clear"]) == ("exact", 3, expected[0] > 0)
    assert _row(table, "tanh")[["ratio", "bound", "clear"]].tolist() == [1, "exact", False]


def test_sooner_and_later_are_reciprocal(runs: Make, epochs: Make) -> None:
    frame = _pair(runs)
    reached = arrivals(
        epochs(frame, np.sort(np.random.default_rng(3).random((6, 30)))), frame, ACCURACY, 0.6
    )
    one = _row(race(reached, frame, "tanh", "seconds"), "relu")
    other = _row(race(reached, frame, "relu", "seconds"), "tanh")
    assert one["ratio"] == pytest.approx(1 / other["ratio"])
    assert one["ratio_low"] == pytest.approx(1 / other["ratio_high"])


def test_a_baseline_that_did_not_arrive_leaves_a_least_ratio_without_interval(
    runs: Make, epochs: Make
) -> None:
    frame = _pair(runs, 2)
    histories = [[0.1] * 9, [0.1, *[0.2] * 7, 0.9], [0.1, 0.2, 0.9], [0.1, 0.2, 0.9]]
    reached = arrivals(epochs(frame, histories), frame, ACCURACY, 0.9)
    row = _row(race(reached, frame, "tanh", "epochs"), "relu")
    # Both of tanh's times are at least 8 epochs, both of relu's 2.
    assert (row["bound"], row["ratio"], row["clear"]) == ("least", pytest.approx(4), False)
    assert math.isnan(row["ratio_low"])
    row = _row(race(reached, frame, "relu", "epochs"), "tanh")
    assert (row["bound"], row["ratio"]) == ("most", pytest.approx(1 / 4))


def test_two_that_arrive_within_the_first_epoch_cannot_be_told_apart(
    runs: Make, epochs: Make
) -> None:
    frame = _pair(runs, 2)
    reached = arrivals(epochs(frame, [[0.1, 0.97]] * 4), frame, ACCURACY, 0.95)
    found = race(reached, frame, "tanh", "epochs")
    row = _row(with_tests(found, reached, "tanh", "epochs"), "relu")
    assert row["bound"] == "unknown"
    assert math.isnan(row["ratio"])
    assert math.isnan(row["p"])


def test_one_seed_has_a_ratio_and_no_interval(runs: Make, epochs: Make) -> None:
    frame = _pair(runs, 1)
    histories = [[0.1, 0.2, 0.3, 0.9], [0.1, 0.2, 0.9]]
    row = _row(
        race(arrivals(epochs(frame, histories), frame, ACCURACY, 0.9), frame, "tanh", "epochs"),
        "relu",
    )
    assert row["ratio"] == pytest.approx(1.5)
    assert math.isnan(row["ratio_low"])
    assert not row["clear"]


def test_the_test_of_the_curves_is_the_log_rank_test_adjusted_for_their_number(
    runs: Make, epochs: Make
) -> None:
    labels = ("tanh", "relu", "selu")
    frame = runs([({"activation": a, "seed": s}, 0.9) for a in labels for s in range(4)])
    late = {"tanh": 6, "relu": 1, "selu": 4}
    histories = [[0.1] * (late[a] + s) + [0.9] for a in labels for s in range(4)]
    reached = arrivals(epochs(frame, histories), frame, ACCURACY, 0.9)
    table = with_tests(race(reached, frame, "tanh", "epochs"), reached, "tanh", "epochs")
    every = np.ones(4, bool)
    own = [
        log_rank(late[a] + np.arange(4.0), every, 6 + np.arange(4.0), every)
        for a in ("relu", "selu")
    ]
    assert _row(table, "relu")["p"] == pytest.approx(min(2 * min(own), 1))
    assert _row(table, "selu")["p"] == pytest.approx(max(own[1], 2 * own[0]))
    assert math.isnan(_row(table, "tanh")["p"])


def test_who_is_there_untrained_is_in_the_curve_from_its_beginning(
    runs: Make, epochs: Make
) -> None:
    frame = runs([({"seed": s}, 0.9) for s in range(3)])
    reached = arrivals(epochs(frame, [[0.9], [0.9, 0.9], [0.1, 0.9]]), frame, ACCURACY, 0.8)
    curve = steps(reached, ["relu"], "epochs")
    assert curve["time"].tolist() == [0, 1]
    assert curve["share"].tolist() == pytest.approx([2 / 3, 1])
    assert curve["at_risk"].tolist() == [3, 1]
    # None of them: the curve begins with 0, without a band.
    late = steps(
        arrivals(epochs(frame, [[0.1, 0.9]] * 3), frame, ACCURACY, 0.8), ["relu"], "epochs"
    )
    assert late[["time", "share", "low", "high"]].iloc[0].tolist() == [0, 0, 0, 0]


def test_no_epochs_yet_give_empty_tables(runs: Make, epochs: Make) -> None:
    frame = runs([({}, math.nan, "queued")])
    nothing = epochs(frame, [[0.1]]).iloc[:0]
    reached = arrivals(nothing, frame, ACCURACY, 0.9)
    assert reached.empty
    assert steps(reached, ["relu"], "epochs").empty
    row = race(reached, frame, "relu", "epochs").iloc[0]
    assert (row["n"], row["open"]) == (0, 1)
    assert math.isnan(row["epochs"])
    assert math.isnan(level_of_best(nothing, ACCURACY, 0.9))
