"""Verdicts on layers: each from numbers that are known, and none that most seeds do not show."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import pytest

from core.analysis.diagnosis import Thresholds, diagnose
from core.analysis.verdicts import told
from core.report import LAYER_COLUMNS

Make = Callable[..., pd.DataFrame]

WELL = {
    "delta_rms": (1.0, 1.0, 1.0), "mean": (0.0,) * 3, "std": (1.0,) * 3,
    "zero_fraction": (0.0,) * 3, "saturated_fraction": (0.1,) * 3, "dead_fraction": (0.0,) * 3,
}  # fmt: skip


def plain(text: str) -> str:
    return text


def _layers(frame: pd.DataFrame, cases: Sequence[Mapping[str, Sequence[float]]]) -> pd.DataFrame:
    """Layer rows of each run: WELL, but for what its case says."""
    rows = []
    for run_id, case in zip(frame["run_id"], cases, strict=True):
        table = WELL | dict(case)
        for layer in range(len(table["delta_rms"])):
            row = dict.fromkeys(LAYER_COLUMNS, np.nan) | {"run_id": run_id, "epoch": 1}
            numbers = {name: values[layer] for name, values in table.items()}
            rows.append(row | {"layer": layer + 1, "units": 8} | numbers)
    return pd.DataFrame(rows)


def _verdict(runs: Make, case: Mapping[str, Sequence[float]], **limits: float) -> pd.DataFrame:
    frame = runs([({}, 0.9)])
    return diagnose(_layers(frame, [case]), frame, Thresholds(**limits))


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ({}, "healthy: layer 1's signal is 1.0 times layer 3's"),
        (
            {"delta_rms": (1e-4, 0.01, 0.4)},
            "vanishing: layer 1's signal is 1/4000 of layer 3's (1 of 1 seeds)",
        ),
        (
            {"delta_rms": (50.0, 1.0, 0.1)},
            "exploding: layer 1's signal is 500 times layer 3's (1 of 1 seeds)",
        ),
        (
            {"std": (1.0, 0.1, 0.004)},
            "vanishing: the spread of layer 3's activations is 1/250 of layer 1's (1 of 1 seeds)",
        ),
        (
            {"dead_fraction": (0.0, 0.25, 0.1)},
            "dying: 25 % of layer 2's units pass no gradient for any training sample "
            "(1 of 1 seeds)",
        ),
        (
            {"saturated_fraction": (0.3, 0.2, 0.8), "zero_fraction": (0.0, 0.0, 0.1)},
            "saturated: 70 % of layer 3's activations are where f is nearly flat (1 of 1 seeds)",
        ),
        (
            {"mean": (0.5, -0.9, 0.1), "std": (2.0, 0.3, 1.0)},
            "not zero-centred: layer 2's mean activation is 3.0 times its spread (1 of 1 seeds)",
        ),
        (
            {"delta_rms": (0.0, 0.0, 1.0)},
            "vanishing: layer 1's signal is 0 of layer 3's (1 of 1 seeds)",
        ),
    ],
)
def test_each_verdict_has_its_number(
    runs: Make, case: Mapping[str, Sequence[float]], sentence: str
) -> None:
    table = _verdict(runs, case)
    assert [told(row, plain) for row in table.to_dict("records")] == [sentence]


def test_zeros_of_a_rectifier_are_not_saturation(runs: Make) -> None:
    half = (0.6,) * 3
    table = _verdict(runs, {"saturated_fraction": half, "zero_fraction": half})
    assert table["verdict"].tolist() == ["healthy"]


def test_the_gravest_comes_first_and_forward_fading_is_not_told_twice(runs: Make) -> None:
    table = _verdict(
        runs,
        {"delta_rms": (1e-6, 1e-3, 1), "std": (1, 0.1, 1e-3), "mean": (0.0, 0.0, 1.0)},
    )
    assert table["verdict"].tolist() == ["vanishing", "off_centre"]
    assert table["forward"].tolist() == [False, False]


def test_thresholds_decide(runs: Make) -> None:
    case = {"delta_rms": (1.0, 5.0, 10.0)}
    assert _verdict(runs, case)["verdict"].tolist() == ["healthy"]
    assert _verdict(runs, case, vanishing=10)["verdict"].tolist() == ["vanishing"]
    assert _verdict(runs, case, vanishing=10.1)["verdict"].tolist() == ["healthy"]


def test_a_verdict_needs_most_seeds_and_counts_those_that_show_it(runs: Make) -> None:
    frame = runs([({"seed": seed}, 0.9) for seed in range(4)])
    bad = {"delta_rms": (1e-3, 0.1, 1.0)}
    half = diagnose(_layers(frame, [bad, bad, {}, {}]), frame, Thresholds())
    assert half["verdict"].tolist() == ["healthy"]
    worse = {"delta_rms": (1e-4, 0.1, 1.0)}
    (row,) = diagnose(_layers(frame, [bad, bad, worse, {}]), frame, Thresholds()).to_dict("records")
    assert (row["verdict"], row["seeds"], row["n"]) == ("vanishing", 3, 4)
    # The geometric mean of 1000, 1000 and 10000.
    assert row["value"] == pytest.approx(10 ** (10 / 3))
    assert told(row, plain) == (
        "vanishing: layer 1's signal is 1/2200 (1/1000–1/10000) of layer 3's (3 of 4 seeds)"
    )


def test_one_hidden_layer_has_no_ratio(runs: Make) -> None:
    one = {name: values[:1] for name, values in WELL.items()}
    (row,) = _verdict(runs, one).to_dict("records")
    assert told(row, plain) == "healthy: nothing beyond the thresholds"


def test_configurations_keep_their_order_and_one_without_statistics_is_named(runs: Make) -> None:
    frame = runs(
        [
            ({"activation": "tanh"}, 0.9),
            ({"activation": "selu"}, 0.1, "diverged"),
            ({"activation": "relu"}, 0.9, "running"),
            ({"activation": "elu"}, 0.9, "cancelled"),
        ]
    )
    layers = _layers(frame[:1], [{}])
    table = diagnose(layers, frame, Thresholds())
    assert table["configuration"].tolist() == ["tanh", "selu", "relu", "elu"]
    assert [told(row, plain) for row in table.to_dict("records")[1:]] == [
        "no statistics at this epoch: its runs had diverged",
        "no statistics at this epoch yet",
        "no statistics at this epoch: its runs had ended",
    ]
    assert len(diagnose(layers[:0], frame, Thresholds())) == 4


def test_statistics_that_are_not_finite_are_passed_over(runs: Make) -> None:
    frame = runs([({"seed": 0}, 0.9), ({"seed": 1}, 0.9)])
    nothing = dict.fromkeys(WELL, (np.nan,) * 3)
    table = diagnose(_layers(frame, [{}, nothing]), frame, Thresholds())
    assert (table["verdict"].tolist(), table["n"].tolist()) == (["healthy"], [1])
