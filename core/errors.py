"""Every error that a user can meet, each a sentence: what is wrong and what is valid.

An error keeps its sentence as a message id with named values, so that a page can
say it in the reader's language, also when it was kept as a message in between. This
module knows no language and nothing else of the project.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


class Term(str):
    """A value of a sentence that is itself a word to translate: the kind of a thing, say."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A value of a sentence that is itself a sentence with values: ``2 min 10 s``."""

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence.format(**self.values)

    def told(self, translate: Callable[[str], str]) -> str:
        """The same in the language of ``translate`` (message id to text)."""
        words = {name: _said(value, translate) for name, value in self.values.items()}
        return translate(self.sentence).format(**words)


class KasseiError(Exception):
    """A sentence with named values: ``KasseiError("No run {run_id}.", run_id="ab12")``.

    ``str(error)`` is the English sentence; ``error.told(translate)`` the translated one.
    """

    def __init__(self, sentence: str, /, **values: object) -> None:
        super().__init__(sentence, values)
        self.sentence = sentence
        self.values = values

    def __str__(self) -> str:
        return self.sentence.format(**self.values)

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions travel between processes by pickle, which calls the class with args alone.
        return _rebuild, (type(self), self.sentence, self.values)

    def told(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language of ``translate`` (message id to text)."""
        return Phrase(self.sentence, self.values).told(translate)


def as_message(error: BaseException) -> str:
    """``error`` as a text to keep, which ``told_message`` says in any language later.

    One of our errors is a JSON text of its sentence and values; of another its kind and the
    first line of its text, which nobody can translate.
    """
    if not isinstance(error, KasseiError):
        lines = str(error).strip().splitlines() or [""]
        return f"{type(error).__name__}: {lines[0]}"[:500]
    return json.dumps(_kept(Phrase(error.sentence, error.values)), ensure_ascii=False)


def told_message(message: str, translate: Callable[[str], str]) -> str:
    """What ``as_message`` kept, in the language of ``translate``; other text as it is."""
    try:
        kept = _told(json.loads(message))
        if isinstance(kept, Phrase):
            return kept.told(translate)
    except (ValueError, LookupError, AttributeError, RecursionError):
        # No JSON, or a sentence whose values are missing.
        pass
    return message


def reason(error: BaseException) -> str:
    """What went wrong, in a line: the sentence of one of our errors, else kind and text."""
    return told_message(as_message(error), str)


def _said(value: object, translate: Callable[[str], str]) -> object:
    if isinstance(value, Phrase):
        return value.told(translate)
    return translate(value) if isinstance(value, Term) else value


def _kept(value: object) -> object:
    """Numbers stay numbers, for a sentence may say how they are written; all else is text."""
    if isinstance(value, Phrase):
        values = {name: _kept(part) for name, part in value.values.items()}
        return {"sentence": value.sentence, "values": values}
    if isinstance(value, Term):
        return {"term": str(value)}
    return value if isinstance(value, int | float) else str(value)


def _told(kept: object) -> object:
    match kept:
        case {"sentence": str(sentence), "values": dict(values)}:
            return Phrase(sentence, {name: _told(value) for name, value in values.items()})
        case {"term": str(term)}:
            return Term(term)
        case dict():
            raise ValueError("a value that was not kept so")
    return kept


def _rebuild(kind: type[KasseiError], sentence: str, values: dict[str, object]) -> KasseiError:
    return kind(sentence, **values)


class InvalidExperiment(KasseiError, ValueError):
    """A field, a value or a combination that cannot be trained."""


class DataUnavailable(KasseiError):
    """A data set that cannot be read, downloaded or verified."""


class StoreUnavailable(KasseiError):
    """A store that cannot be opened, migrated or written."""


class UnknownRun(KasseiError, KeyError):
    """A run that the store does not hold."""


class TrainerUnavailable(KasseiError):
    """No trainer or scheduler answers."""


class LeaseLost(KasseiError):
    """Another trainer has taken over the store: what this one still writes is refused."""


class TrainingFailed(KasseiError):
    """A run that could not be trained to its end."""


class BundleUnavailable(KasseiError):
    """Shipped results that are missing or cannot be read."""


class PictureFailed(KasseiError):
    """A picture that cannot be drawn."""
