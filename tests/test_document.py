"""Experiments as text: what is written reads back, and whatever is in a file, it only reads."""

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.document import MAX_CHARACTERS, from_yaml, listed, to_yaml
from core.errors import InvalidExperiment
from core.experiment import Experiment
from core.fields import FIELDS
from core.language import translator

CONTRACT = """
name: Which activation learns MNIST fastest?
dataset: mnist
activation: [relu, tanh, sigmoid, "leaky_relu(0.01)"]
loss: cross_entropy
learning_rate: [0.001, 0.01]
seed: [0, 1, 2]
hidden: [128, 128]
optimizer: adam
batch_size: 128
epochs: 5
"""

# What a file may hold and Experiment accepts, in values that YAML could take for others.
WRITTEN: dict[str, st.SearchStrategy[object]] = {
    "dataset": st.sampled_from(["noise(100)", "digits", "wine"]),
    "hidden": st.lists(st.integers(1, 300), max_size=4).map(tuple),
    "activation": st.sampled_from(["relu", "leaky_relu(0.3)", "prelu"]),
    "output": st.sampled_from([None, "softmax"]),
    "learning_rate": st.floats(1e-12, 1e6),
    "train_samples": st.one_of(st.none(), st.integers(32, 100)),
    "batch_size": st.integers(1, 32),
    "epochs": st.integers(0, 100_000),
    "bias_initializer": st.one_of(st.just("normal(0.5)"), st.floats(-9, 9)),
    "l2": st.floats(0, 1),
    "clip_norm": st.one_of(st.none(), st.floats(1e-300, 1e3)),
    "seed": st.integers(0, 2**32 - 1),
}


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    names = draw(st.sets(st.sampled_from(list(WRITTEN)), max_size=5))
    lists = {name: st.lists(WRITTEN[name], min_size=1, max_size=3) for name in sorted(names)}
    name = draw(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=60))
    return Experiment(name=name, **{key: draw(values) for key, values in lists.items()})


@given(experiments())
@example(Experiment())
@example(Experiment(name="a: [b] # c", hidden=[[], [16]], clip_norm=[None, 1e-300]))
@example(Experiment(name="null", hidden="none"))
@example(Experiment(name="2024-01-01"))
@example(Experiment(name="1e3"))
@example(Experiment(name="活性化関数 💡 'x' \"y\" *z &a !b"))
@settings(max_examples=300)
def test_an_experiment_reads_back_from_its_file(experiment: Experiment) -> None:
    text = to_yaml(experiment)
    assert from_yaml(text) == experiment
    assert to_yaml(from_yaml(text)) == text


def test_the_file_is_written_as_people_write_it() -> None:
    assert to_yaml(from_yaml(CONTRACT)) == (
        "name: Which activation learns MNIST fastest?\n"
        "dataset: mnist\n"
        "hidden: [128, 128]\n"
        "activation: [relu, tanh, sigmoid, leaky_relu(0.01)]\n"
        "loss: cross_entropy\n"
        "learning_rate: [0.001, 0.01]\n"
        "optimizer: adam(0.9, 0.999)\n"
        "batch_size: 128\n"
        "epochs: 5\n"
        "seed: [0, 1, 2]\n"
    )


@pytest.mark.parametrize("text", ["seed: 0-3", "seed: [0-2, 3]", "seed: 0-2,3", "seed: [0, 1-3]"])
def test_ranges_of_seeds_are_read_in_files_as_on_the_command_line(text: str) -> None:
    experiment = from_yaml(f"dataset: moons\n{text}")
    assert [config.seed for config in experiment.grid()] == [0, 1, 2, 3]


def test_the_contracts_file_is_four_activations_two_rates_and_three_seeds() -> None:
    grid = from_yaml(CONTRACT).grid()
    assert len(grid) == 4 * 2 * 3
    assert {config.hidden for config in grid} == {(128, 128)}


def test_the_command_lines_lists_are_the_files() -> None:
    written = {
        "dataset": "mnist",
        "activation": "relu,tanh, sigmoid,leaky_relu(0.01)",
        "loss": "cross_entropy",
        "learning_rate": "0.001,1e-2",
        "seed": "0-2",
        "optimizer": "adam",
        "batch_size": "128",
        "epochs": "5",
    }
    fields = {name: listed(name, text) for name, text in written.items()}
    said = Experiment(name=from_yaml(CONTRACT).name, hidden=["128,128"], **fields)
    assert said == from_yaml(CONTRACT)


@pytest.mark.parametrize(
    ("field", "text", "values"),
    [
        ("seed", "0-4", [0, 1, 2, 3, 4]),
        ("seed", "7, 0-1,3-3", ["7", 0, 1, 3]),
        ("activation", "relu,leaky_relu(0.1),", ["relu", "leaky_relu(0.1)"]),
        ("schedule", "step(0.5, 10),cosine", ["step(0.5, 10)", "cosine"]),
        ("learning_rate", "1e-3,1E-2", ["1e-3", "1E-2"]),
        ("epochs", "1-3", ["1-3"]),
        ("loss", "huber(1,mse", ["huber(1,mse"]),
        ("seed", "", []),
    ],
)
def test_lists_are_cut_at_commas(field: str, text: str, values: list[object]) -> None:
    assert listed(field, text) == values


@pytest.mark.parametrize(
    ("text", "told"), [("4-0", "range 4-0"), ("0-9999999999", "make 10,000,000,000 runs")]
)
def test_a_range_that_cannot_be_is_refused(text: str, told: str) -> None:
    with pytest.raises(InvalidExperiment, match=told):
        listed("seed", text)


def test_long_lists_are_cut_in_no_time() -> None:
    started = time.perf_counter()
    assert len(listed("activation", "relu," * 20_000)) == 20_000
    assert time.perf_counter() - started < 1


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nseed: [*b, *b]"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "names fields"),
        ("relu", "names fields"),
        ("[relu, tanh]", "names fields"),
        ("1: 2", "names fields"),
        ("null: relu", "names fields"),
        ("activation: [relu", "line 1"),
        ("dataset: moons\n\tseed: 1", "line 2"),
        ("a: b: c", "line 1"),
        ("seed: 1\n---\nseed: 2", "line 2"),
        ("seed: 0b_", "not valid YAML"),
        ("seed: 2001-99-99", "not valid YAML"),
        ("activation: \x00\x01", "plain text"),
        ("? [a]\n: b", "line 1"),
        (BOMB, "alias"),
        ("activation: &a relu\nloss: *a", "alias"),
        ("activation: !!python/object/apply:os.system ['exit 1']", "tag"),
        ("activation: !!python/name:os.system", "tag"),
        ("seed: !!int ''", "tag"),
        ("seed: !!timestamp x", "tag"),
        ("seed: !!set {1, 2}", "tag"),
        ("activation: !own relu", "tag"),
        ("seed: 1\nseed: 2", "'seed' is said twice"),
        ("activations: relu", "Unknown field 'activations'"),
        ("self: 1", "Unknown field 'self'"),
        ("seed: yes", "seed must be a whole number"),
        ("seed: {a: b}", "seed must be a whole number"),
        ("loss: no", "Unknown loss False"),
        ("seed: []", "empty list"),
        ("learning_rate: .nan", "learning_rate"),
        ("epochs: 0x" + "f" * 5000, "epochs must be a whole number"),
        ("epochs: " + "9" * 5000, "not valid YAML"),
        ("name: [a, b]", "name must be a text"),
        ("seed: 2001-01-01", "seed must be a whole number"),
        ("x" * (MAX_CHARACTERS + 1), "longer than 100,000"),
    ],
)
def test_a_file_that_is_no_experiment_is_refused_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(InvalidExperiment) as caught:
        from_yaml(text)
    sentence = str(caught.value)
    assert words in sentence
    assert "\n" not in sentence
    assert len(sentence) < 500
    assert caught.value.told(translator("ja"))


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_ends_in_a_sentence(opening: str) -> None:
    with pytest.raises(InvalidExperiment):
        from_yaml("seed: " + opening * 20_000)
    with pytest.raises(InvalidExperiment):
        from_yaml("seed: " + "[" * 90 + "]" * 90)


@pytest.mark.parametrize("name", ["2024", "2024-01-01", "yes", "1.5", "~"])
def test_names_that_yaml_takes_for_something_else_are_texts(name: str) -> None:
    assert isinstance(from_yaml(f"name: {name}\ndataset: moons").name, str)


def test_nothing_in_a_file_is_executed(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    for tag in ("!!python/object/apply:pathlib.Path.touch", "!!python/object/new:os.mkdir"):
        with pytest.raises(InvalidExperiment):
            from_yaml(f"activation: {tag} ['{mark}']")
    assert not mark.exists()


PIECES = st.sampled_from(
    [
        *(*FIELDS, "name", "relu", "mnist", "none", "1", "-0", "1:60", "2001-01-01", "0x_", "0b_"),
        *(": ", "\n", "[", "]", "{", "}", ", ", "- ", "? ", "'", '"', "#", "|", "\t", "  ", "%"),
        *("&a ", "*a ", "!!int ", "!", "<<", "=", "---", "...", ".inf", "~", "yes", "@", "é"),
        *("\ufeff", "\x85"),
    ]
)


@given(st.one_of(st.lists(PIECES, max_size=14).map("".join), st.text(max_size=40)))
@settings(max_examples=700)
@example("seed: =")
@example("<<: {seed: 1}")
@example("seed: 0x_")
def test_whatever_a_file_holds_only_a_sentence_is_raised(text: str) -> None:
    try:
        experiment = from_yaml(text)
    except InvalidExperiment as error:
        assert "\n" not in str(error)
        assert error.told(translator("ja"))
    else:
        assert from_yaml(to_yaml(experiment)) == experiment


@given(
    st.dictionaries(
        st.sampled_from([*FIELDS, "name"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
            max_leaves=5,
        ),
        max_size=3,
    )
)
@settings(max_examples=300)
def test_whatever_yaml_can_say_only_a_sentence_is_raised(content: dict[str, object]) -> None:
    text = yaml.safe_dump(content, allow_unicode=True)
    try:
        from_yaml(text)
    except InvalidExperiment as error:
        assert "\n" not in str(error)
