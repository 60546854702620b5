"""Sentences on convergence say what the numbers do, and no more."""

import math
from collections.abc import Callable

import pandas as pd

from core.analysis.arrivals import arrivals, race, with_tests
from core.analysis.rates import RateRange
from core.analysis.speed import arrived, range_found, rates, ratios, table
from core.metrics import METRICS

Make = Callable[..., pd.DataFrame]
ACCURACY = METRICS["test_accuracy"]


def plain(text: str) -> str:
    return text


def _race(runs: Make, epochs: Make, late: dict[str, list[int]], last: int = 20) -> pd.DataFrame:
    """Runs that are at 0.9 in the given epochs (beyond ``last``: never)."""
    frame = runs(
        [({"activation": name, "seed": s}, 0.9) for name in late for s in range(len(late[name]))]
    )
    histories = [
        [0.1 if epoch < at else 0.9 for epoch in range(last + 1)]
        for at in [at for moments in late.values() for at in moments]
    ]
    reached = arrivals(epochs(frame, histories), frame, ACCURACY, 0.9)
    baseline = next(iter(late))
    return with_tests(race(reached, frame, baseline, "epochs"), reached, baseline, "epochs")


def test_a_clear_ratio_is_told_with_its_interval_in_the_direction_that_it_has(
    runs: Make, epochs: Make
) -> None:
    found = _race(runs, epochs, {"tanh": [10, 11, 12], "relu": [5, 5, 6], "selu": [20, 20, 20]})
    told = ratios(found, "tanh", "90 %", plain)
    assert "relu reaches 90 % 2.06 times sooner than tanh, 95 % interval 1.8" in told
    assert "selu reaches 90 % 1.82 times later than tanh, 95 % interval 1.4" in told


def test_what_the_interval_cannot_tell_is_no_difference(runs: Make, epochs: Make) -> None:
    found = _race(runs, epochs, {"tanh": [10, 5, 12], "relu": [5, 10, 11]})
    told = ratios(found, "tanh", "90 %", plain)
    assert told == "relu: no difference from tanh that 3 seeds can show."


def test_one_seed_is_no_evidence(runs: Make, epochs: Make) -> None:
    told = ratios(_race(runs, epochs, {"tanh": [10], "relu": [5]}), "tanh", "90 %", plain)
    assert told.startswith("One seed shows no interval")


def test_a_bound_is_told_as_one(runs: Make, epochs: Make) -> None:
    found = _race(runs, epochs, {"tanh": [99, 99], "relu": [5, 5], "selu": [99, 9]})
    told = ratios(found, "tanh", "90 %", plain)
    assert "Sooner than tanh in these 2 seeds, by at least: relu ×4.00." in told
    assert "A bound has no interval" in told
    assert "selu: not to be told apart from tanh" in told


def test_many_clear_ratios_are_a_list(runs: Make, epochs: Make) -> None:
    names = ("relu", "selu", "gelu", "silu")
    late = {"tanh": [10, 11, 12]} | {name: [5, 5, 6] for name in names}
    told = ratios(_race(runs, epochs, late), "tanh", "90 %", plain)
    assert told.startswith("Sooner than tanh (95 % interval): relu ×2.06 (1.8")


def test_those_that_ended_without_it_are_counted(runs: Make, epochs: Make) -> None:
    frame = runs(
        [
            ({"seed": 0}, 0.9),
            ({"seed": 1}, 0.2, "diverged"),
            ({"seed": 2}, 0.2),
            ({"seed": 3}, 0.2, "running"),
        ]
    )
    history = epochs(frame, [[0.1, 0.2, 0.9], [0.1], [0.1, 0.2, 0.3], [0.1, 0.2]])
    reached = arrivals(history, frame, ACCURACY, 0.9)
    found = with_tests(race(reached, frame, "relu", "epochs"), reached, "relu", "epochs")
    assert arrived(found, "90 %", plain) == (
        "1 of 4 runs have reached 90 %. 2 ended without it, 1 of them diverged: counted as not "
        "reached, not left out. 1 are still in training."
    )
    row = table(found, "relu", plain).iloc[0]
    assert row["reached"] == "1/4 (1 diverged, 1 in training)"
    assert (row["epochs"], row["times sooner"]) == ("not yet", "baseline")


def test_times_are_medians_with_their_span_and_the_never_is_infinite(
    runs: Make, epochs: Make
) -> None:
    row = table(_race(runs, epochs, {"relu": [4, 6, 99]}), "relu", plain).iloc[0]
    assert (row["epochs"], row["updates"]) == ("6 (4–∞)", "60 (40–∞)")
    row = table(_race(runs, epochs, {"relu": [4, 99, 99]}), "relu", plain).iloc[0]
    assert row["epochs"] == "not reached"


def test_rates_are_told_by_row() -> None:
    rows = [
        ("relu", 0.001, "too_small"), ("relu", 0.01, "good"), ("relu", 0.1, "good"),
        ("relu", 1.0, "diverged"), ("step", 0.01, "nothing"), ("tanh", 0.1, "good"),
        ("selu", 1.0, "diverged"),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["name", "learning_rate", "kind"])
    assert rates(frame, plain) == (
        "relu: good from 0.01 to 0.1, diverged from 1; step: nothing learned at any rate; "
        "tanh: good at 0.1; selu: diverged at every rate."
    )


def test_a_range_is_told_with_its_updates_and_seeds() -> None:
    found = RateRange("relu", 2.3, 0.01, 0.1, 1.0, 2, 150, 1)
    assert range_found(found, plain) == (
        "relu, in one seed: after 150 updates the loss is least at 0.1; up to 1 no run diverged "
        "and at least half of the fall remains. It falls most steeply at 0.01."
    )
    nothing = RateRange("relu", 2.3, math.nan, math.nan, math.nan, 2, 150, 1)
    assert "no rate of these has a smaller loss" in range_found(nothing, plain)
