"""Sentences say what the numbers allow, and no more."""

import math
from collections.abc import Callable

import pandas as pd

from core.analysis import sentences
from core.metrics import METRICS

Make = Callable[..., pd.DataFrame]
ACCURACY, LOSS = METRICS["test_accuracy"], METRICS["test_loss"]


def plain(text: str) -> str:
    return text


def _gaps(*rows: tuple[str, int, float, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["configuration", "n", "difference", "low", "high"])
    return table.assign(clear=(table["low"] > 0) | (table["high"] < 0))


BASE = ("relu", 5, 0.0, math.nan, math.nan)


def test_a_difference_whose_interval_holds_zero_is_not_called_one() -> None:
    told = sentences.gaps(_gaps(BASE, ("tanh", 5, -0.001, -0.002, 0.0001)), "relu", ACCURACY, plain)
    assert told == "tanh: at the end no difference from relu that 5 seeds can show."


def test_clear_differences_are_sized_in_points() -> None:
    table = _gaps(
        BASE,
        ("tanh", 5, -0.001, -0.0015, -0.0005),
        ("sigmoid", 5, -0.005, -0.006, -0.004),
        ("gelu", 5, 0.002, 0.001, 0.003),
    )
    told = sentences.gaps(table, "relu", ACCURACY, plain)
    assert told == (
        "Better than relu in test accuracy: gelu (by 0.20 points). "
        "Worse than relu in test accuracy: tanh, sigmoid (by 0.10–0.50 points)."
    )


def test_a_lower_loss_is_better() -> None:
    told = sentences.gaps(_gaps(BASE, ("tanh", 5, -0.2, -0.3, -0.1)), "relu", LOSS, plain)
    assert told == "Better than relu in test loss: tanh (by 0.200)."


def test_one_seed_claims_nothing() -> None:
    one = _gaps(BASE, ("tanh", 1, -0.5, math.nan, math.nan))
    assert sentences.gaps(one, "relu", ACCURACY, plain).startswith("One seed shows no interval")


def test_nothing_to_compare_with_is_not_told_as_one_seed() -> None:
    lost = _gaps(BASE, ("tanh", 0, math.nan, math.nan, math.nan))
    assert sentences.gaps(_gaps(BASE), "relu", ACCURACY, plain) == ""
    assert sentences.gaps(lost, "relu", ACCURACY, plain) == ""


def test_configurations_with_one_seed_or_none_are_named_beside_the_others() -> None:
    table = _gaps(
        BASE,
        ("tanh", 5, -0.001, -0.002, 0.0001),
        ("gelu", 1, 0.5, math.nan, math.nan),
        ("step", 0, math.nan, math.nan, math.nan),
    )
    assert sentences.gaps(table, "relu", ACCURACY, plain) == (
        "tanh: at the end no difference from relu that 5 seeds can show. "
        "gelu: one seed to compare shows no interval; train more seeds. "
        "step: no seed that finished here and in relu."
    )


def _speeds(*rows: tuple[str, int, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["configuration", "n", "reached", "epochs"])


def test_first_last_and_not_reached_are_named() -> None:
    table = _speeds(
        ("relu", 3, 3, 2.0), ("gelu", 3, 3, 2.0), ("sigmoid", 3, 2, 5.0), ("step", 3, 1, math.inf)
    )
    assert sentences.speed(table, "97 %", plain) == (
        "In the median over 3 seeds, 97 % is reached first by relu, gelu (epoch 2), "
        "last by sigmoid (epoch 5). "
        "Not reached in most seeds: step."
    )


def test_where_nobody_reaches_the_target_it_says_so() -> None:
    told = sentences.speed(_speeds(("step", 3, 0, math.inf)), "97 %", plain)
    assert told == "No configuration reaches 97 % in most of its seeds."


def test_the_setting_names_the_network_and_what_is_controlled(runs: Make) -> None:
    frame = runs([({"activation": a, "seed": s}, 0.9) for a in ("relu", "tanh") for s in (0, 1)])
    told = sentences.setting(frame, plain)
    assert "784-128-128-10" in told
    assert "adam 0.001" in told
    assert "60,000 training samples" in told
    assert told.endswith("2 seeds, each with the same split, batches and draw of the first weights")
    assert sentences.differing(frame, plain) == "activation"


def test_many_equal_layers_are_counted_and_none_left_out(runs: Make) -> None:
    deep = runs([({"hidden": "-".join(["8"] * 16)}, 0.9)])
    assert " 784-8×16-10 " in sentences.setting(deep, plain)
    assert " 784-10 " in sentences.setting(runs([({"hidden": "none"}, 0.9)]), plain)


def test_what_differs_is_not_in_the_setting(runs: Make) -> None:
    frame = runs([({"hidden": hidden, "learning_rate": 0.1}, 0.9) for hidden in ("none", "64-64")])
    told = sentences.setting(frame, plain)
    assert "784" not in told
    assert "adam 0.1" in told
    assert "one seed" in told


def test_a_learning_rate_without_its_optimizer_is_called_one(runs: Make) -> None:
    frame = runs([({"optimizer": name, "learning_rate": 0.1}, 0.9) for name in ("adam", "sgd")])
    assert " · lr 0.1 · " in sentences.setting(frame, plain)


def test_divergence_is_told_by_configuration_with_its_first_update(runs: Make) -> None:
    frame = runs(
        [
            ({"activation": "relu", "seed": 0, "diverged_at": 40}, math.nan, "diverged"),
            ({"activation": "relu", "seed": 1, "diverged_at": 12}, math.nan, "diverged"),
            ({"activation": "relu", "seed": 2}, 0.9),
            ({"activation": "tanh", "seed": 0}, 0.9),
        ]
    )
    told = sentences.diverged(frame, plain)
    assert "relu (2 of 3 seeds, first at update 12)" in told
    assert "tanh" not in told
    # The third seed of relu goes on.
    assert "a curve is the mean of the seeds left" in told
    assert sentences.diverged(frame[2:], plain) == ""
