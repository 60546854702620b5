"""The parts of a link besides the experiment: which runs are shown, and how they are looked at.

One table, ``VIEW``: a page that wants a part of its own adds a line. Each part is read from
the text in the address and written back; nothing is ever executed. Knows no page.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.catalog import ACTIVATIONS, KERNEL_INITIALIZERS
from core.catalog.choice import number_text, shown
from core.catalog.notation import canonical
from core.errors import InvalidExperiment
from core.fields import FIELDS, MAX_EPOCHS, number, whole
from core.language import LANGUAGES, N_
from core.metrics import METRICS
from core.report import LAYER_STATISTICS

# Runs that a link picks by hand: more make an address that other programs cut off.
MAX_PICKED = 200
_MOST_TEXT = 200
_ID = re.compile(r"[0-9a-f]{16}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a view: ``read`` gives the value of what stands in the link.

    A part that ``travels`` goes along from page to page; the others belong to one page. Of one
    that has ``most`` values, with commas between them, ``read`` gives each.
    """

    name: str
    read: Callable[[str], Any]
    travels: bool = False
    most: int | None = None


def one_of(name: str, valid: Mapping[str, Any] | tuple[str, ...]) -> Callable[[str], str]:
    """A reader of one of a few words."""

    def read(text: str) -> str:
        if text not in valid:
            raise InvalidExperiment(
                N_("{field} in the link is {value}; valid are {valid}."),
                field=name,
                value=shown(text),
                valid=", ".join(valid),
            )
        return text

    return read


def words(name: str) -> Callable[[str], str]:
    """A reader of one printable line: a label, or what is searched for."""

    def read(text: str) -> str:
        if not text.isprintable() or not 0 < len(text) <= _MOST_TEXT:
            raise InvalidExperiment(
                N_("{field} in the link must be one line of at most {most} characters."),
                field=name,
                most=_MOST_TEXT,
            )
        return text

    return read


def named(name: str) -> Callable[[str], str]:
    """A reader of a name of letters, digits, ``-`` and ``_``."""

    def read(text: str) -> str:
        if not _NAME.fullmatch(text):
            raise InvalidExperiment(
                N_("{field} in the link is {value}, which is no name."),
                field=name,
                value=shown(text),
            )
        return text

    return read


def run_id(text: str) -> str:
    """Read the id of a run."""
    if not _ID.fullmatch(text.lower()):
        raise InvalidExperiment(
            N_("{field} in the link is {value}, which is no name."),
            field="runs",
            value=shown(text),
        )
    return text.lower()


def numbers(name: str, low: int, high: int) -> Callable[[str], tuple[int, ...]]:
    """A reader of whole numbers with commas between them, each once, in their order."""
    one = whole(name, low, high)

    def read(text: str) -> tuple[int, ...]:
        return tuple(dict.fromkeys(one(part) for part in text.split(",")))

    return read


# "scale" and "xscale" are those of the two axes; "smooth" is a number of epochs.
_PARTS = (
    Part("lang", one_of("lang", LANGUAGES), travels=True),
    Part("gallery", named("gallery"), travels=True),
    Part("job", named("job"), travels=True),
    Part("runs", run_id, travels=True, most=MAX_PICKED),
    Part("baseline", words("baseline"), travels=True),
    Part("target", number("target", -1e9, 1e9), travels=True),
    Part("words", words("words")),
    Part("sort", named("sort")),
    Part("page", whole("page", 1, 1_000_000)),
    Part("epoch", whole("epoch", 0, MAX_EPOCHS)),
    Part("curve", one_of("curve", METRICS)),
    Part("axis", one_of("axis", ("epoch", "updates", "seconds"))),
    Part("scale", one_of("scale", ("linear", "log"))),
    Part("xscale", one_of("xscale", ("linear", "log"))),
    Part("smooth", whole("smooth", 1, 1000)),
    Part("group", one_of("group", (*FIELDS, "depth", "width"))),
    # Convergence: a target other than the one that travels, and the rule of the map of rates.
    Part("goal", one_of("goal", ("value", "best"))),
    Part("level", number("level", -1e9, 1e9)),
    Part("within", number("within", 0, 1)),
    Part("lost", number("lost", 0, 1)),
    # Layers: those in detail, what is drawn over the epochs, the thresholds of the verdicts.
    Part("layers", numbers("layers", 1, 10_000)),
    Part("statistic", one_of("statistic", LAYER_STATISTICS)),
    Part("vanishing", number("vanishing", 1, 1e12)),
    Part("exploding", number("exploding", 1, 1e12)),
    Part("saturated", number("saturated", 0, 1)),
    Part("dying", number("dying", 0, 1)),
    Part("off_centre", number("off_centre", 0, 1e6)),
    # Claims: those of which verdict.
    Part("verdict", one_of("verdict", ("all", "holds", "fails", "open"))),
    # Functions: which part is shown, the function in bold, a formula, and what sliders say.
    Part("part", one_of("part", ("activations", "depth", "losses", "softmax"))),
    Part("function", one_of("function", ACTIVATIONS)),
    Part("formula", canonical),
    Part("reach", whole("reach", 1, 10)),
    Part("weights", one_of("weights", KERNEL_INITIALIZERS)),
    Part("outlier", number("outlier", -20, 20)),
    Part("class", whole("class", 1, 3)),
    Part("z1", number("z1", -10, 10)),
    Part("z2", number("z2", -10, 10)),
    Part("z3", number("z3", -10, 10)),
)

VIEW: Mapping[str, Part] = {part.name: part for part in _PARTS}


def written(value: Any) -> str:
    """A part's value, or an option of a menu, as it stands in a link."""
    if isinstance(value, tuple | list):
        return ",".join(written(item) for item in value)
    return number_text(value) if isinstance(value, float) and math.isfinite(value) else str(value)
