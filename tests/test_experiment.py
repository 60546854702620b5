"""Experiments: the same meaning is the same run, the grid is the product, the rest is refused."""

import itertools
import json
import pickle
import string

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalog import ACTIVATIONS, KERNEL_INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES
from core.catalog.choice import default_choice
from core.errors import InvalidExperiment
from core.experiment import MAX_RUNS, Experiment, RunConfig, describe
from core.fields import FIELDS
from core.language import translator
from data import DATASETS


def run_ids(**fields: object) -> set[str]:
    return {config.run_id for config in Experiment(**fields).grid()}


# Links, stores and shared pictures name runs by these: a change orphans all of them. If one
# is wanted (a config means something else than before), raise core.experiment.FORMAT.
@pytest.mark.parametrize(
    ("fields", "run_id"),
    [
        ({}, "c3df4fb4d1a71264"),
        (
            {
                "dataset": "noise(100)",
                "hidden": [[64, 32]],
                "activation": "leaky_relu(0.2)",
                "loss": "focal",
                "learning_rate": 0.01,
                "schedule": "cosine",
                "optimizer": "adamw",
                "clip_norm": 1,
                "seed": 3,
            },
            "8f7222aa0afb1e62",
        ),
    ],
)
def test_a_run_id_stays_what_it_is(fields: dict[str, object], run_id: str) -> None:
    assert run_ids(**fields) == {run_id}


def test_the_reference_engine_has_runs_of_its_own() -> None:
    config = RunConfig(dataset="moons")
    assert config.id_under("stacked") == config.run_id
    assert config.id_under("keras") != config.run_id


@pytest.mark.parametrize("dataset", DATASETS)
def test_defaults_that_are_said_make_the_same_run(dataset: str) -> None:
    config = RunConfig(dataset=dataset)
    assert RunConfig(**config.model_dump()) == config
    assert RunConfig(**config.model_dump(exclude_none=True)).run_id == config.run_id
    assert RunConfig(**json.loads(config.model_dump_json())).run_id == config.run_id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"activation": "leaky_relu"}, {"activation": "Leaky-ReLU( 1e-2 )"}),
        ({"learning_rate": 0.001}, {"learning_rate": "1e-3"}),
        ({"learning_rate": 1}, {"learning_rate": 1.0}),
        ({"epochs": "5"}, {"epochs": 5.0}),
        ({"l1": 0}, {"l1": -0.0}),
        ({"bias_initializer": "0.01"}, {"bias_initializer": "constant(0.01)"}),
        ({"hidden": "16,16"}, {"hidden": [16, 16]}),
        ({"hidden": "none"}, {"hidden": []}),
        ({"output": "softmax"}, {"output": None}),
        ({"clip_norm": "none"}, {}),
        ({"dataset": "noise"}, {"dataset": str(default_choice(DATASETS["noise"]))}),
    ],
)
def test_the_same_meaning_is_the_same_run(one: dict[str, object], other: dict[str, object]) -> None:
    assert run_ids(**one) == run_ids(**other)


@pytest.mark.parametrize("name", sorted(set(FIELDS) - {"output"}))
def test_every_field_makes_another_run(name: str) -> None:
    usual: dict[str, object] = {"dataset": "sine", "loss": "huber"}
    other = {
        "dataset": "plane",
        "hidden": [4],
        "activation": "tanh",
        "loss": "mae",
        "schedule": "cosine",
        "optimizer": "sgd",
        "kernel_initializer": "zeros",
        "bias_initializer": "constant(1)",
        "outliers": 0.5,
    }.get(name, 7)
    assert not run_ids(**usual) & run_ids(**(usual | {name: other}))


VALUES: dict[str, st.SearchStrategy[object]] = {
    "dataset": st.sampled_from([n for n, s in DATASETS.items() if s.task.kind != "regression"]),
    "hidden": st.lists(st.integers(1, 300), max_size=4).map(tuple),
    "activation": st.sampled_from([*ACTIVATIONS, "leaky_relu(0.3)", "elu(0.5)"]),
    "loss": st.sampled_from(
        [name for name, loss in LOSSES.items() if "classification" in loss.tasks]
    ),
    "learning_rate": st.floats(1e-9, 10),
    "schedule": st.sampled_from(list(SCHEDULES)),
    "optimizer": st.sampled_from(list(OPTIMIZERS)),
    "batch_size": st.integers(1, 50),
    "epochs": st.integers(0, 1000),
    "kernel_initializer": st.sampled_from(list(KERNEL_INITIALIZERS)),
    "bias_initializer": st.one_of(st.sampled_from(["zeros", "normal(0.5)"]), st.floats(-9, 9)),
    "l1": st.floats(0, 1),
    "l2": st.floats(0, 1),
    "clip_norm": st.one_of(st.none(), st.floats(1e-3, 1e3)),
    "seed": st.integers(0, 2**32 - 1),
}


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    names = draw(st.sets(st.sampled_from(list(VALUES)), max_size=5))
    fields = {name: draw(st.lists(VALUES[name], min_size=1, max_size=3)) for name in sorted(names)}
    name = draw(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=60))
    return Experiment(name=name, **fields)


@given(experiments())
def test_the_grid_is_the_product_of_the_lists_each_run_once(experiment: Experiment) -> None:
    lists = experiment.fields
    expected = [
        RunConfig(**dict(zip(lists, point, strict=True)))
        for point in itertools.product(*lists.values())
    ]
    assert list(experiment.grid()) == list({config.run_id: config for config in expected}.values())


@given(experiments())
@settings(max_examples=30)
def test_experiments_travel_between_processes(experiment: Experiment) -> None:
    arrived = pickle.loads(pickle.dumps(experiment))
    assert arrived == experiment
    assert arrived.grid() == experiment.grid()


def test_a_value_that_is_said_twice_is_one_run() -> None:
    experiment = Experiment(
        dataset="moons", activation=["relu", "ReLU"], learning_rate=[0.1, "1e-1"]
    )
    assert len(experiment.grid()) == 1


def test_the_last_field_varies_fastest() -> None:
    grid = Experiment(dataset="moons", seed=[0, 1], activation=["relu", "tanh"]).grid()
    assert [(c.activation, c.seed) for c in grid] == [
        ("relu", 0),
        ("relu", 1),
        ("tanh", 0),
        ("tanh", 1),
    ]


def test_lists_may_be_ranges_tuples_and_arrays() -> None:
    rates = np.logspace(-3, -1, 3)
    experiment = Experiment(dataset="moons", seed=range(3), learning_rate=rates)
    assert experiment.fields["seed"] == (0, 1, 2)
    assert experiment.fields["learning_rate"] == tuple(rates.tolist())
    assert Experiment(dataset="moons", seed=np.arange(3)).fields["seed"] == (0, 1, 2)


def test_a_plain_list_of_units_is_one_network_and_a_list_of_lists_is_several() -> None:
    assert Experiment(hidden=[8, 4]).fields["hidden"] == ((8, 4),)
    assert Experiment(hidden=[[8, 4], [], 16]).fields["hidden"] == ((8, 4), (), (16,))
    assert Experiment(hidden=["8,4", "none"]).fields["hidden"] == ((8, 4), ())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"activation": "rellu"}, ["activation", "'rellu'", "relu", "tanh"]),
        ({"dataset": "cifar"}, ["data set", "'cifar'", "mnist", "digits"]),
        ({"activations": "relu"}, ["'activations'", "activation", "learning_rate"]),
        ({"self": 1}, ["'self'", "activation"]),
        ({"seed": []}, ["seed", "empty"]),
        ({"seed": {1, 2}}, ["seed", "whole number"]),
        ({"learning_rate": float("nan")}, ["learning_rate", "above 0", "nan"]),
        ({"learning_rate": [0.1, 0]}, ["learning_rate", "above 0"]),
        ({"epochs": True}, ["epochs", "True"]),
        ({"hidden": [10**9]}, ["hidden", "16384", "1000000000"]),
        ({"hidden": [[16384] * 9]}, ["16384-16384", "parameters", "50,000,000"]),
        ({"train_samples": 60_001}, ["train_samples", "60001", "60000"]),
        ({"dataset": "wine", "train_samples": 178}, ["178"]),
        ({"dataset": "moons", "train_samples": 10**9}, ["1000000"]),
        ({"batch_size": 60_001}, ["batch_size", "60001", "60000"]),
        ({"dataset": "moons", "train_samples": 10, "batch_size": 11}, ["11", "10"]),
        ({"loss": "cross_entropy", "dataset": "sine"}, ["cross_entropy", "mse"]),
        ({"loss": "huber", "output": "softmax", "dataset": "sine"}, ["huber", "softmax", "linear"]),
        ({"noise": 0.1}, ["noise", "mnist"]),
        ({"outliers": 0.1, "dataset": "moons"}, ["outliers", "moons"]),
        ({"dataset": "noise(0)"}, ["noise(0)"]),
        ({"seed": range(MAX_RUNS + 1)}, ["seed", "100,000"]),
        ({"seed": range(1000), "epochs": range(101)}, ["101,000", "100,000"]),
        ({"name": "x" * 201}, ["name", "200"]),
        ({"name": "\x1b[2J"}, ["name"]),
        ({"name": ["a"]}, ["name"]),
    ],
)
def test_what_cannot_be_trained_is_refused_in_a_sentence(
    fields: dict[str, object], words: list[str]
) -> None:
    with pytest.raises(InvalidExperiment) as caught:
        Experiment(**fields)
    sentence = str(caught.value)
    for word in words:
        assert word in sentence
    assert "\n" not in sentence
    assert len(sentence) < 500
    assert caught.value.told(translator("ja"))


ANYTHING = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        st.binary(max_size=5),
        st.sampled_from(["relu", "mnist", "none", "normal(", "(", ")", "1e999", "-0", "0-4"]),
        st.sampled_from([*DATASETS, *LOSSES]),
        st.complex_numbers(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner),
        st.dictionaries(st.text(max_size=3), inner, max_size=2),
    ),
    max_leaves=6,
)
KEYS = st.one_of(
    st.sampled_from([*FIELDS, "name", "self", "values"]),
    st.text(string.ascii_letters + "_", max_size=8),
)


@given(st.dictionaries(KEYS, ANYTHING, max_size=4))
@settings(max_examples=400)
def test_whatever_is_given_only_a_sentence_is_raised(fields: dict[str, object]) -> None:
    try:
        experiment = Experiment(**fields)
    except InvalidExperiment as error:
        assert "\n" not in str(error)
        assert error.told(translator("ja"))
    else:
        assert experiment.grid()


@given(st.dictionaries(st.sampled_from([*FIELDS, "self"]), ANYTHING, max_size=4))
@settings(max_examples=200)
def test_whatever_a_run_is_given_only_a_sentence_is_raised(fields: dict[str, object]) -> None:
    try:
        config = RunConfig(**fields)
    except InvalidExperiment:
        return
    assert RunConfig(**config.model_dump()) == config


def test_records_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        RunConfig().seed = 1  # type: ignore[misc]


def test_parameters_are_those_of_keras() -> None:
    # (784 + 1)·128 + (128 + 1)·128 + (128 + 1)·10, as Keras's summary counts them.
    assert RunConfig().parameters == 118_282
    assert RunConfig(activation="prelu").parameters == 118_282 + 256
    assert RunConfig(hidden=[]).parameters == 7_850


@pytest.mark.parametrize(
    ("value", "text"),
    [((128, 64), "128-64"), ((), "none"), (0.001, "0.001"), (1.0, "1"), ("relu", "relu")],
)
def test_values_are_described_as_people_write_them(value: object, text: str) -> None:
    assert describe(value) == text
