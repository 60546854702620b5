"""Errors are sentences: in English, in translation, and across processes."""

import pickle
from functools import partial
from pathlib import Path

import pytest

from core import errors
from core.errors import InvalidExperiment, KasseiError, Phrase, Term, as_message, told_message

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, KasseiError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_its_sentence_with_its_values(kind: type[KasseiError]) -> None:
    error = kind("No {thing} of {count}.", thing="run", count=3)
    assert str(error) == "No run of 3."


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_survives_the_way_between_processes(kind: type[KasseiError]) -> None:
    sent = kind("No {thing}.", thing=Term("run"))
    arrived = pickle.loads(pickle.dumps(sent))
    assert type(arrived) is kind
    assert str(arrived) == str(sent)
    assert arrived.told(str) == str(sent)
    assert isinstance(arrived.values["thing"], Term)


def test_terms_are_translated_and_other_values_are_not() -> None:
    words = {"No {kind} {value}.": "{value} という{kind}はない。", "loss": "損失関数"}
    error = InvalidExperiment("No {kind} {value}.", kind=Term("loss"), value="loss")
    assert (
        error.told(lambda sentence: words.get(sentence, sentence)) == "loss という損失関数はない。"
    )


def test_braces_in_values_are_shown_and_not_filled() -> None:
    assert str(KasseiError("Not {value}.", value="{value.__class__}")) == "Not {value.__class__}."


def test_values_may_have_any_name() -> None:
    assert str(KasseiError("{self} {sentence}", self=1, sentence=2)) == "1 2"


WORDS = {
    "No {kind} {value} of {count:,}.": "{count:,} に {value} という{kind}はない。",
    "loss": "損失",
}


def test_a_kept_message_is_told_in_any_language() -> None:
    error = KasseiError(
        "No {kind} {value} of {count:,}.", kind=Term("loss"), value=Path("loss"), count=1000
    )
    kept = as_message(error)
    assert told_message(kept, str) == str(error) == "No loss loss of 1,000."
    assert (
        told_message(kept, lambda text: WORDS.get(text, text)) == "1,000 に loss という損失はない。"
    )


def test_a_sentence_in_a_sentence_is_told_in_the_same_language_also_when_it_was_kept() -> None:
    words = {
        "It takes {time}.": "{time}かかる。",
        "{count} {thing}": "{thing} {count} 回",
        "turn": "番",
    }
    time = Phrase("{count} {thing}", {"count": 3, "thing": Term("turn")})
    error = pickle.loads(pickle.dumps(KasseiError("It takes {time}.", time=time)))
    assert str(error) == told_message(as_message(error), str) == "It takes 3 turn."
    for told in (error.told, partial(told_message, as_message(error))):
        assert told(lambda text: words.get(text, text)) == "番 3 回かかる。"


@pytest.mark.parametrize(
    "text",
    [
        *("", "No run.", "{", "[]", "3", "null", '"text"', "{}", '{"sentence": 3, "values": {}}'),
        *('{"sentence": "{a}", "values": {}}', '{"sentence": "{", "values": {}}'),
        *(
            '{"sentence": "{a}", "values": {"a": {}}}',
            '{"sentence": "No {a}", "values": []}',
            "[" * 9999,
        ),
    ],
)
def test_a_message_that_was_not_kept_so_is_shown_as_it_is(text: str) -> None:
    assert told_message(text, str) == text


def test_a_foreign_error_is_kept_as_a_line() -> None:
    assert as_message(ValueError("first\nsecond")) == "ValueError: first"
    assert told_message(as_message(MemoryError()), str) == "MemoryError: "
