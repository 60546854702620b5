"""Choices as text: read strictly, written canonically, refused in a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog import ACTIVATIONS, OPTIMIZERS, SCHEDULES, Choice, parse
from core.catalog.choice import catalog_of, number_text
from core.errors import InvalidExperiment


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("relu", "relu"),
        (" ReLU ", "relu"),
        ("leaky_relu", "leaky_relu(0.01)"),
        ("leaky-relu", "leaky_relu(0.01)"),
        ("leaky_relu()", "leaky_relu(0.01)"),
        ("leaky_relu( 0.30 )", "leaky_relu(0.3)"),
        ("leaky_relu(1e-1)", "leaky_relu(0.1)"),
        ("elu(1)", "elu(1)"),
        ("elu(1.0)", "elu(1)"),
    ],
)
def test_text_is_read_to_its_canonical_form(text: str, canonical: str) -> None:
    assert str(parse(text, ACTIVATIONS, "activation")) == canonical


def test_given_parameters_come_first_and_defaults_fill_the_rest() -> None:
    assert parse("adam(0.8)", OPTIMIZERS, "optimizer") == Choice("adam", (0.8, 0.999))
    assert str(parse("warm-up(0.2)", SCHEDULES, "schedule")) == "warm_up(0.2)"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tanhh", "Unknown activation 'tanhh'; valid are linear, step,"),
        ("", "Unknown activation ''"),
        ("x" * 10_000, "Unknown activation 'xxx"),
        (None, "Unknown activation None"),
        (["relu"], "Unknown activation ['relu']"),
        ("relu(1)", "relu takes nothing: write relu."),
        ("leaky_relu(0.1, 0.2)", "has 2 numbers in its bracket; leaky_relu takes a."),
        ("leaky_relu(0.1", "is not closed; write leaky_relu(0.01)."),
        ("relu(", "is not closed; write relu."),
        ("leaky_relu(0.1))", "must be a number from 0 to 1."),
        ("leaky_relu(,0.1)", "has 2 numbers in its bracket"),
        ("leaky_relu(two)", "The parameter a in 'leaky_relu(two)' must be a number from 0 to 1."),
        ("leaky_relu(nan)", "must be a number from 0 to 1."),
        ("leaky_relu(inf)", "must be a number from 0 to 1."),
        ("leaky_relu(-0.1)", "must be a number from 0 to 1."),
        ("__import__('os')", "Unknown activation"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(text: object, told: str) -> None:
    with pytest.raises(InvalidExperiment) as refused:
        parse(text, ACTIVATIONS, "activation")
    assert told in str(refused.value)
    assert len(str(refused.value)) < 400


def test_a_whole_parameter_refuses_fractions() -> None:
    with pytest.raises(InvalidExperiment, match="parts in 'step"):
        parse("step(0.1, 2.5)", SCHEDULES, "schedule")


@given(st.floats(0, 1))
def test_every_parameter_reads_back_as_itself(value: float) -> None:
    choice = parse(f"leaky_relu({value!r})", ACTIVATIONS, "activation")
    assert choice.arguments == (value,)
    assert parse(str(choice), ACTIVATIONS, "activation") == choice


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_text_reads_back_as_the_number(value: float) -> None:
    assert float(number_text(value)) == value


def test_two_entries_of_one_name_are_refused() -> None:
    relu = ACTIVATIONS["relu"]
    with pytest.raises(ValueError, match="taken twice"):
        catalog_of(relu, relu)
