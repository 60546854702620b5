"""What is read as a formula, in which spelling it is kept, and what is refused."""

import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.catalog import ACTIVATIONS, parse
from core.catalog.formula import slope, value
from core.catalog.notation import FUNCTIONS, canonical, read
from core.document import from_yaml, listed, to_yaml
from core.errors import InvalidExperiment
from core.experiment import Experiment, RunConfig
from core.sharing.links import decode, encode

MISH = "x * tanh(softplus(x))"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (" X*tanh( SoftPlus(x) )", MISH),
        ("x\n*2.0", "x * 2"),
        ("((x))", "x"),
        ("(-x)**2 - -x", "(-x)**2 - -x"),
        ("x-(1-x)", "x - (1 - x)"),
        ("(x-1)-x", "x - 1 - x"),
        ("x**2**3", "x**2**3"),
        ("(x**2)**3", "(x**2)**3"),
        ("max(x,0,0.5)", "max(max(x, 0), 0.5)"),
        ("where(x>=0,x,0.01*x)", "where(x >= 0, x, 0.01 * x)"),
        ("2*pi*x+e", "2 * pi * x + e"),
        ("+x", "x"),
    ],
)
def test_one_spelling_is_kept(text: str, kept: str) -> None:
    assert canonical(text) == kept
    assert canonical(kept) == kept


def test_a_formula_written_otherwise_is_the_same_run() -> None:
    one = RunConfig(dataset="moons", activation=f"formula({MISH})")
    other = RunConfig(dataset="moons", activation=" formula(X*tanh(softplus(x) ) )")
    assert one.run_id == other.run_id
    assert one.run_id != RunConfig(dataset="moons", activation="formula(x * tanh(x))").run_id


def test_files_links_and_lists_keep_brackets_and_commas() -> None:
    wanted = ["formula(max(x, 0.1 * x))", "relu", "formula(where(x > 0, x, sin(x)))"]
    experiment = Experiment(dataset="moons", activation=wanted)
    assert list(experiment.fields["activation"]) == wanted
    assert from_yaml(to_yaml(experiment)) == experiment
    assert listed("activation", ",".join(wanted)) == wanted
    assert decode(encode(experiment)).experiment == experiment
    assert not decode(encode(experiment)).notes


REFUSED = [
    ("", "empty"),
    ("3 + 4", "no x"),
    ("9**9**9", "no x"),
    ("x *", "cannot be read at place"),
    ("2x", "'2' at place 1"),
    ("x^2", "'^' at place 2"),
    ("x x", "place 3"),
    ("tanh(x", "bracket at place 5"),
    ("x)", "place 2"),
    ("x, x", "cannot be read"),
    ("foo(x)", "'foo' at place 1"),
    ("x + y", "'y' at place 5"),
    ("tanh", "cannot be read at place 1"),
    ("tanh(x, x)", "as many values as in tanh(x)"),
    ("max(x)", "max(x, 0)"),
    ("max(*x)", "max(x, 0)"),
    ("max(**x)", "cannot be read"),
    ("where(x, 1, 2)", "where(x > 0"),
    ("where(0 < x < 1, x, 0)", "where(x > 0"),
    ("x < 1", "cannot be read"),
    ("1e99 * x", "number at place 1"),
    ("007 + x", "cannot be read"),
    ("1(x)", "cannot be read"),
    ("x(1)", "cannot be read"),
    ("(" * 17 + "x" + ")" * 17, "too intricate at place 17"),
    ("-" * 101 + "x", "too intricate at place 101"),
    ("x" * 100_000, "100,000 characters"),
    ("x.__class__", "'.' at place 2"),
    ("__import__(x)", "'__import__' at place 1"),
    ("lambda x: x", "'lambda' at place 1"),
    ("x if x else 0", "'if' at place 3"),
    ("[x]", "'[' at place 1"),
    ("x; x", "';' at place 2"),
    ("'x'", "at place 1"),
    ("x\x00", "at place 2"),
    ("\uff58", "at place 1"),
    ("\u0445 + x", "at place 1"),
    ("ta\u0578h(x)", "at place 1"),
    ("x \u00d7 2", "at place 3"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_what_is_no_formula_is_refused_in_one_sentence_with_its_place(
    text: str, reason: str
) -> None:
    with pytest.raises(InvalidExperiment, match=re.escape(reason)) as refused:
        read(text)
    assert len(str(refused.value)) < 400
    assert "\n" not in str(refused.value)


@settings(max_examples=400)
@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from([*FUNCTIONS, *"x()+-*/,<>= .", "**", "e", "pi", "1", ".5", "1e5", "x"]),
        max_size=30,
    ).map("".join)
)
@example("x" + "**x" * 40)
@example("-" * 90 + "x")
def test_any_text_is_a_formula_or_a_sentence(text: str) -> None:
    try:
        kept = canonical(text)
    except InvalidExperiment as error:
        assert str(error).endswith(".")
        return
    assert canonical(kept) == kept
    # Towers of powers and all: evaluated at once, without an error.
    assert value(np.array([-2.0, 0.0, 2.0]), kept).shape == (3,)
    assert slope(np.array([-2.0, 0.0, 2.0]), kept).shape == (3,)
    parse(f"formula({text})", ACTIVATIONS, "activation")
