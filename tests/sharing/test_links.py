"""Links say an experiment and a view; whatever is in one, reading it gives sentences at most."""

import string
from typing import Any
from urllib.parse import parse_qsl

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.document import from_yaml, to_yaml
from core.errors import InvalidExperiment
from core.experiment import Experiment, describe
from core.fields import FIELDS
from core.report import CONFIG_COLUMNS
from core.sharing.links import (
    MAX_RUNS,
    address,
    decode,
    enclosing,
    encode,
    picked,
    travelling,
)
from core.sharing.view import VIEW

VALUES: dict[str, list[Any]] = {
    "dataset": ["mnist", "moons", "sine", "wine", "noise(7)", "noise"],
    "train_samples": [None, 500],
    "noise": [None, 0.1],
    "hidden": [[], [16], [8], [128, 128], [8, 4, 2]],
    "activation": ["relu", "leaky_relu(0.1)", "leaky_relu", "elu(1)", "gelu", "tanh"],
    "output": [None, "softmax", "linear"],
    "loss": ["cross_entropy", "mse", "huber(2)", "huber"],
    "learning_rate": [0.001, 0.01, 1e-07, 0.30000000000000004],
    "schedule": ["constant", "step", "step(0.5, 4)"],
    "optimizer": ["adam", "momentum(0.8)", "sgd"],
    "batch_size": [16, 32],
    "epochs": [0, 3, 50],
    "bias_initializer": ["zeros", 0.01, "normal(0.05)"],
    "l2": [0, 0.5],
    "clip_norm": [None, 1.5],
    "seed": [0, 1, 2, 3, 4, 7],
}


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    fields = {
        name: draw(st.lists(st.sampled_from(values), min_size=1, max_size=2, unique_by=str))
        for name, values in VALUES.items()
        if draw(st.booleans())
    }
    name = draw(st.sampled_from(["", "Which learns fastest?", "どれが速い？ & =1"]))
    try:
        return Experiment(name=name, **fields)
    except InvalidExperiment:
        # Fields that do not go together: what is left of them that does.
        kept: dict[str, Any] = {}
        for key, values in fields.items():
            try:
                Experiment(**kept, **{key: values})
            except InvalidExperiment:
                continue
            kept[key] = values
        return Experiment(name=name, **kept)


def _ids(experiment: Experiment) -> list[str]:
    return [config.run_id for config in experiment.grid()]


@settings(max_examples=40)
@given(experiments())
def test_a_link_gives_back_the_very_runs_and_the_name(experiment: Experiment) -> None:
    link = decode(dict(parse_qsl(address(encode(experiment)))))
    assert link.notes == ()
    assert link.experiment is not None
    assert _ids(link.experiment) == _ids(experiment)
    assert link.experiment.name == experiment.name
    # Nothing is said twice over: what the link says, written again, is the link.
    assert encode(link.experiment) == encode(experiment)
    assert _ids(from_yaml(to_yaml(link.experiment))) == _ids(experiment)


@settings(max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from([*FIELDS, *VIEW, "name", "v", "x", ""]),
        st.one_of(
            st.text(max_size=40),
            st.text(alphabet=string.digits + "-,().eE", max_size=20),
            st.sampled_from(
                ["relu,nope", "0-99999999", "0-4", "none", "nan", "-1", "1e999", "((("]
            ),
        ),
        max_size=6,
    )
)
def test_nonsense_in_a_link_never_raises_and_every_note_is_a_sentence(
    parameters: dict[str, str],
) -> None:
    link = decode(parameters)
    for note in link.notes:
        assert str(note)
        assert "{" not in note.sentence.format(**dict.fromkeys(note.values, ""))
    if link.experiment is not None:
        assert decode(encode(link.experiment)).experiment is not None
    assert decode(encode(**link.view)).view == link.view


def test_a_link_is_as_short_as_what_it_says() -> None:
    experiment = Experiment(
        dataset="mnist", activation=["relu", "leaky_relu(0.01)"], epochs=5, seed=range(5), l1=0
    )
    assert address(encode(experiment)) == "activation=relu,leaky_relu&seed=0-4&v=2"
    assert encode(Experiment()) == {"dataset": "mnist", "v": "2"}


@pytest.mark.parametrize(
    ("text", "version", "hidden"),
    [
        # As on the command line: --hidden 16,8 is one network, --hidden 16-8 the same.
        ("16,8", {}, [(16, 8)]),
        ("16,16", {}, [(16, 16)]),
        ("16,16", {"v": "2"}, [(16, 16)]),
        ("16-8", {}, [(16, 8)]),
        ("16", {}, [(16,)]),
        ("none", {}, [()]),
        # Several networks, for which the option of the command line is repeated.
        ("16-8,4", {}, [(16, 8), (4,)]),
        ("16,none", {}, [(16,), ()]),
        ("(16),(8)", {}, [(16,), (8,)]),
        ("(16,8),(8)", {}, [(16, 8), (8,)]),
        # Links that were written before there were brackets say what they said.
        ("16,8", {"v": "1"}, [(16,), (8,)]),
    ],
)
def test_units_alone_are_one_network_as_on_the_command_line(
    text: str, version: dict[str, str], hidden: list[tuple[int, ...]]
) -> None:
    link = decode({"dataset": "moons", "hidden": text, **version})
    assert link.notes == ()
    assert link.experiment is not None
    assert list(link.experiment.fields["hidden"]) == hidden
    # Written anew, it is read alike.
    again = decode(encode(link.experiment)).experiment
    assert again is not None
    assert again.grid() == link.experiment.grid()


@pytest.mark.parametrize(
    ("parameters", "kept", "told"),
    [
        ({"activation": "relu,nope"}, {"activation": ("relu",)}, "Unknown activation 'nope'"),
        ({"activation": "nope", "epochs": "3"}, {"epochs": (3,)}, "Unknown activation"),
        ({"epochs": "3", "batch_size": "many"}, {"epochs": (3,)}, "batch_size must be"),
        ({"dataset": "moons", "batch_size": "16,99999"}, {"dataset": ("moons",)}, "batch_size"),
        ({"hidden": "", "epochs": "3"}, {"epochs": (3,)}, "hidden is an empty list"),
        ({"epochs": "3", "wat": "1"}, {"epochs": (3,)}, "'wat', which is not known"),
        ({"epochs": "3", "v": "9"}, {"epochs": (3,)}, "version '9'"),
    ],
)
def test_what_is_broken_is_told_and_the_rest_is_kept(
    parameters: dict[str, str], kept: dict[str, Any], told: str
) -> None:
    link = decode(parameters)
    assert link.experiment is not None
    assert link.experiment.fields == kept
    assert len(link.notes) == 1
    assert told in str(link.notes[0])


@pytest.mark.parametrize(
    "parameters",
    [
        {"epoch": "-1"},
        {"curve": "test_vibe"},
        {"axis": "hour"},
        {"lang": "../../x"},
        {"target": "nan"},
        {"gallery": "../../etc"},
        {"runs": "zz"},
        {"baseline": "a\nb"},
        {"epoch": "1.5"},
    ],
)
def test_a_broken_part_of_the_view_is_one_sentence(parameters: dict[str, str]) -> None:
    link = decode(parameters)
    assert not link.view
    assert len(link.notes) == 1


def test_of_picked_runs_those_that_can_be_read_are_kept_each_once() -> None:
    link = decode({"runs": f"{'A' * 16},<script>,{'b' * 16},,{'a' * 16}"})
    assert link.view["runs"] == ("a" * 16, "b" * 16)
    (note,) = link.notes
    assert "'<script>', which is no name" in str(note)
    many = decode({"runs": ",".join(f"{n:016x}" for n in range(500))})
    assert many.view["runs"] == tuple(f"{n:016x}" for n in range(200))
    assert [str(note) for note in many.notes] == [
        "The link picks 500 runs; the first 200 are shown."
    ]


def test_a_link_of_too_many_runs_or_characters_is_one_sentence() -> None:
    link = decode({"seed": f"0-{MAX_RUNS}"})
    assert link.experiment is None
    assert [str(note) for note in link.notes] == [
        "The lists make 2,001 runs; at most 2,000 are possible."
    ]
    link = decode({"seed": "0-99999999"})
    assert [str(note) for note in link.notes] == [
        "The lists make 100,000,000 runs; at most 2,000 are possible."
    ]
    assert len(decode({"activation": "relu," * 10_000}).notes) == 1
    assert len(decode({"activation": ",".join(f"x{n}" for n in range(99))}).notes) == 9


def test_what_other_sites_add_is_passed_over() -> None:
    assert decode({"utm_source": "x", "fbclid": "y", "embed": "true"}).notes == ()


def test_the_view_comes_back_as_it_was() -> None:
    view = {"lang": "ja", "epoch": 4, "axis": "seconds", "target": 0.97, "baseline": "relu · 0.1"}
    assert decode(encode(**view)).view == view


def test_links_between_pages_take_the_selection_and_leave_the_view_behind() -> None:
    here = {"activation": "relu", "v": "1", "lang": "ja", "epoch": "3", "x": "?", "runs": "0" * 16}
    assert set(travelling(here)) == {"activation", "v", "lang", "runs"}


def _frame(experiment: Experiment) -> pd.DataFrame:
    rows = [
        {name: getattr(config, name) for name in CONFIG_COLUMNS}
        | {"run_id": config.run_id, "hidden": describe(config.hidden)}
        for config in experiment.grid()
    ]
    frame = pd.DataFrame(rows)
    return frame.astype({"noise": float, "outliers": float, "clip_norm": float})


def test_a_whole_product_of_runs_is_a_link_without_ids() -> None:
    experiment = Experiment(
        dataset="moons", activation=["relu", "tanh"], hidden=[[8, 8], []], seed=[0, 1]
    )
    link = decode(picked(_frame(experiment)))
    assert "runs" not in link.view
    assert link.experiment is not None
    assert _ids(link.experiment) == _ids(experiment)


def test_runs_picked_by_hand_are_ids_within_the_smallest_product() -> None:
    frame = _frame(Experiment(dataset="moons", activation=["relu", "tanh"], seed=[0, 1, 2]))
    some = frame.iloc[[0, 4, 5]]
    link = decode(picked(some))
    assert link.view["runs"] == tuple(some["run_id"])
    assert link.experiment is not None
    assert set(some["run_id"]) <= set(_ids(link.experiment))
    assert len(link.experiment.grid()) == 6


def test_runs_of_data_sets_that_share_no_product_are_ids_alone() -> None:
    frame = pd.concat(
        [_frame(Experiment(dataset="moons")), _frame(Experiment(dataset="sine", loss="huber"))]
    )
    assert enclosing(frame) is None
    assert decode(picked(frame)).view["runs"] == tuple(frame["run_id"])
