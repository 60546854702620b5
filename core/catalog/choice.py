"""A choice from a catalog as text: ``relu``, ``leaky_relu(0.01)``, ``normal(0.05)``.

``Choice`` is the parsed and canonical form; the catalogs say which names and parameters
are valid. Text is matched against one small grammar and never evaluated.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from core.errors import InvalidExperiment, Term
from core.language import N_

# Long enough for every choice of the catalogs, short enough that no pattern can be slow.
_LONGEST = 80
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number in a choice's brackets, with its default and the closed range it may take."""

    name: str
    default: float
    low: float
    high: float
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A text that fills a choice's brackets, commas and all; ``read`` gives its canonical form."""

    name: str
    default: str
    read: Callable[[str], str]


class Entry(Protocol):
    """What every catalog record has: a name and the parameters of its brackets."""

    @property
    def name(self) -> str:
        """What it is called in files and links."""
        ...

    @property
    def parameters(self) -> tuple[Parameter | Written, ...]:
        """What its brackets hold: numbers, or one text."""
        ...


EntryT = TypeVar("EntryT", bound=Entry)


def catalog_of(*entries: EntryT) -> Mapping[str, EntryT]:
    """``entries`` by name, in their order, which is that of menus.

    Raises:
        ValueError: two entries have one name.
    """
    catalog = {entry.name: entry for entry in entries}
    if len(catalog) < len(entries):
        raise ValueError(f"a name is taken twice: {[entry.name for entry in entries]}")
    return MappingProxyType(catalog)


@dataclass(frozen=True, slots=True)
class Choice:
    """A catalog name with all of its parameters, defaults filled in."""

    name: str
    # Numbers, or one text. Any, for each record's functions know which they take.
    arguments: tuple[Any, ...] = ()

    def __str__(self) -> str:
        if not self.arguments:
            return self.name
        texts = (one if isinstance(one, str) else number_text(one) for one in self.arguments)
        return f"{self.name}({', '.join(texts)})"


def number_text(value: float) -> str:
    """The shortest text that reads back as ``value``: 0.01, 5, 1e-07."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def shown(given: object) -> str:
    """``given`` as a sentence quotes it: cut where it is long."""
    try:
        text = repr(given)
    except (ValueError, RecursionError):
        # Python does not write out whole numbers of more than 4,300 digits.
        return "…"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def parse(text: object, catalog: Mapping[str, EntryT], kind: str) -> Choice:
    """Read ``text`` as a choice from ``catalog``.

    Args:
        text: what was written; anything but a text is refused.
        catalog: the entries by name.
        kind: a marked English noun that names the catalog in errors: ``N_("activation")``.

    Raises:
        InvalidExperiment: the name is unknown, or a parameter is missing, surplus or out of range.
    """
    words = text.strip().lower() if isinstance(text, str) else ""
    name, bracket, rest = words.partition("(")
    name = name.strip().replace("-", "_")
    text_inside = name in catalog and any(
        isinstance(parameter, Written) for parameter in catalog[name].parameters
    )
    too_long = len(words) > _LONGEST and not text_inside
    if too_long or not _NAME.fullmatch(name) or name not in catalog:
        raise InvalidExperiment(
            N_("Unknown {kind} {value}; valid are {valid}."),
            kind=Term(kind),
            value=shown(text),
            valid=", ".join(catalog),
        )
    given: list[str] = []
    if bracket:
        if not rest.endswith(")"):
            raise InvalidExperiment(
                N_("The bracket in {value} is not closed; write {example}."),
                value=shown(text),
                example=str(default_choice(catalog[name])),
            )
        inside = rest[:-1].strip()
        given = [inside] if text_inside else inside.split(",") if inside else []
    return Choice(name, _arguments(given, catalog[name], shown(text)))


def default_choice(entry: Entry) -> Choice:
    """``entry`` with the default of every parameter."""
    return Choice(entry.name, tuple(parameter.default for parameter in entry.parameters))


def _arguments(given: list[str], entry: Entry, shown: str) -> tuple[Any, ...]:
    if len(given) > len(entry.parameters):
        if not entry.parameters:
            raise InvalidExperiment(
                N_("{value} has something in its bracket; {name} takes nothing: write {name}."),
                value=shown,
                name=entry.name,
            )
        raise InvalidExperiment(
            N_("{value} has {given} numbers in its bracket; {name} takes {taken}."),
            value=shown,
            given=len(given),
            name=entry.name,
            taken=", ".join(parameter.name for parameter in entry.parameters),
        )
    values: list[Any] = [parameter.default for parameter in entry.parameters]
    for index, word in enumerate(given):
        parameter = entry.parameters[index]
        if isinstance(parameter, Written):
            values[index] = parameter.read(word)
            continue
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        # NaN fails both comparisons, so it is refused here with everything out of range.
        if not parameter.low <= value <= parameter.high or (parameter.whole and value % 1):
            raise InvalidExperiment(
                N_("The parameter {parameter} in {value} must be a number from {low} to {high}."),
                parameter=parameter.name,
                value=shown,
                low=number_text(parameter.low),
                high=number_text(parameter.high),
            )
        values[index] = value
    return tuple(values)
