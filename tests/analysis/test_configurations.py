"""Configurations are named by what differs, and by nothing else."""

from collections.abc import Callable

import pandas as pd

from core.analysis.configurations import (
    configurations,
    labelled,
    members,
    numbered,
    relabelled,
    shared,
    varying,
)

Runs = Callable[..., pd.DataFrame]


def test_seeds_alone_make_one_configuration_named_by_its_activation(runs: Runs) -> None:
    frame = runs([({"seed": seed}, 0.9) for seed in range(3)])
    assert varying(frame) == ()
    assert labelled(frame)["configuration"].tolist() == ["relu"] * 3
    assert configurations(frame)["runs"].tolist() == [3]


def test_labels_hold_the_differing_fields_only(runs: Runs) -> None:
    frame = runs(
        [
            ({"activation": name, "learning_rate": rate, "seed": seed}, 0.9)
            for name in ("relu", "tanh")
            for rate in (0.001, 0.1)
            for seed in (0, 1)
        ]
    )
    assert varying(frame) == ("activation", "learning_rate")
    table = configurations(frame)
    assert table["configuration"].tolist() == [
        "relu · lr 0.001", "relu · lr 0.1", "tanh · lr 0.001", "tanh · lr 0.1",
    ]  # fmt: skip
    assert table["runs"].tolist() == [2, 2, 2, 2]


def test_brackets_stand_only_where_two_choices_share_a_name(runs: Runs) -> None:
    alone = runs([({"activation": "leaky_relu(0.01)"}, 0.9), ({"activation": "relu"}, 0.9)])
    assert labelled(alone)["configuration"].tolist() == ["leaky_relu", "relu"]
    two = runs([({"activation": f"leaky_relu({slope})"}, 0.9) for slope in (0.01, 0.3)])
    assert labelled(two)["configuration"].tolist() == ["leaky_relu(0.01)", "leaky_relu(0.3)"]


def test_a_field_that_follows_from_another_is_not_named(runs: Runs) -> None:
    frame = runs(
        [
            ({"loss": "cross_entropy", "output": "softmax"}, 0.9),
            ({"loss": "mse", "output": "sigmoid"}, 0.9),
        ]
    )
    assert varying(frame) == ("loss",)
    free = runs([({"loss": "mse", "output": output}, 0.9) for output in ("softmax", "sigmoid")])
    assert varying(free) == ("output",)


def test_absent_values_are_one_value(runs: Runs) -> None:
    frame = runs([({"clip_norm": None}, 0.9), ({"clip_norm": float("nan")}, 0.9)])
    assert varying(frame) == ()
    assert shared(frame)["clip_norm"] == ""


def test_what_is_shared_is_everything_else(runs: Runs) -> None:
    frame = runs([({"activation": "relu"}, 0.9), ({"activation": "tanh"}, 0.9)])
    same = shared(frame)
    assert "activation" not in same
    assert (same["hidden"], same["learning_rate"], same["batch_size"]) == (
        "128-128",
        "0.001",
        "128",
    )


def test_labels_stay_with_a_part_of_the_runs_until_it_is_labelled_anew(runs: Runs) -> None:
    both = {"activation": ["relu", "tanh"], "learning_rate": [0.001, 0.1]}
    frame = labelled(
        runs(
            [(dict(zip(both, pair, strict=True)), 0.9) for pair in zip(*both.values(), strict=True)]
        )
    )
    assert labelled(frame) is frame
    part = frame[:1]
    assert labelled(part)["configuration"].tolist() == ["relu · lr 0.001"]
    assert relabelled(part)["configuration"].tolist() == ["relu"]
    assert relabelled(frame, but=("learning_rate",))["configuration"].tolist() == ["relu", "tanh"]


def test_members_are_numbered_by_the_first_appearance_of_their_label(runs: Runs) -> None:
    frame = runs([({"activation": name}, 0.9) for name in ("tanh", "relu", "tanh")])
    names, codes = members(frame)
    assert names.tolist() == ["tanh", "relu"]
    assert codes.tolist() == [0, 1, 0]
    labels = pd.Series(["relu", "elu", "tanh"])
    assert numbered(labels, names).tolist() == [1, -1, 0]
