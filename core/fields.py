"""The fields of a run: how each is read, what it may be, and what it is unless said.

One table, ``FIELDS``, serves the experiment file, the command line, links and forms. A
reader turns what a person wrote (a number, text, None) into the one canonical value, or
raises InvalidExperiment. What depends on several fields is in ``core.experiment``.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

from core.catalog import (
    ACTIVATIONS,
    BIAS_INITIALIZERS,
    KERNEL_INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    OUTPUTS,
    SCHEDULES,
)
from core.catalog.choice import Entry, number_text, parse, shown
from core.errors import InvalidExperiment
from core.language import N_
from data import DATASETS

MAX_HIDDEN_LAYERS = 64
MAX_UNITS = 16_384
MAX_EPOCHS = 100_000
MAX_SEED = 2**32 - 1

_DASHED = re.compile(r"\d+(-\d+)+")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a run: ``read`` gives the canonical value of what was written.

    None is a value of fields that are filled in from the rest of the run, or switched off.
    """

    name: str
    read: Callable[[object], Any]


def whole(name: str, low: int, high: int) -> Callable[[object], int]:
    """A reader of whole numbers from ``low`` to ``high``."""

    def read(given: object) -> int:
        value = _as_number(given)
        if not low <= value <= high or value % 1:
            raise InvalidExperiment(
                N_("{field} must be a whole number from {low} to {high}, not {value}."),
                field=name,
                low=low,
                high=high,
                value=shown(given),
            )
        # No field goes beyond 2**53, up to where a float holds every whole number.
        return int(value)

    return read


def number(name: str, low: float, high: float, *, above: bool = False) -> Callable[[object], float]:
    """A reader of numbers from ``low`` (or, with ``above``, from above it) to ``high``."""

    def read(given: object) -> float:
        value = _as_number(given)
        if not (low < value if above else low <= value) or not value <= high:
            sentence = (
                N_("{field} must be a number above {low} and at most {high}, not {value}.")
                if above
                else N_("{field} must be a number from {low} to {high}, not {value}.")
            )
            raise InvalidExperiment(
                sentence,
                field=name,
                low=number_text(low),
                high=number_text(high),
                value=shown(given),
            )
        return value

    return read


def choice(kind: str, catalog: Mapping[str, Entry]) -> Callable[[object], str]:
    """A reader of catalog entries; ``kind`` is the marked noun that errors use."""
    return lambda given: str(parse(given, catalog, kind))


def layers(given: object) -> tuple[int, ...]:
    """Read one network's hidden layers: units, a list of units, or ``none``.

    As text they are apart by commas, or by dashes, as tables and links write them: 128-128.
    """
    if isinstance(given, str):
        words = given.strip()
        apart = "-" if _DASHED.fullmatch(words) else ","
        given = [] if words.lower() in ("none", "[]") else words.strip("[]").split(apart)
    parts = list(given) if isinstance(given, list | tuple) else [given]
    if len(parts) > MAX_HIDDEN_LAYERS:
        raise InvalidExperiment(
            N_("hidden has {count} layers; at most {most} are possible."),
            count=len(parts),
            most=MAX_HIDDEN_LAYERS,
        )
    units = whole("hidden", 1, MAX_UNITS)
    return tuple(units(part) for part in parts)


def bias(given: object) -> str:
    """Read a bias initializer; a bare number is that constant."""
    if isinstance(given, bool):
        given = str(given)
    value = _as_number(given)
    chosen = choice(N_("bias initializer"), BIAS_INITIALIZERS)(
        f"constant({number_text(value)})" if math.isfinite(value) else given
    )
    # Two names of one thing would be two runs.
    return "zeros" if chosen == "constant(0)" else chosen


def optional(read: Callable[[object], Any]) -> Callable[[object], Any]:
    """``read``, with None (and the texts "none" and "") left as None."""

    def read_or_none(given: object) -> Any:
        absent = given is None or (
            isinstance(given, str) and given.strip().lower() in ("none", "null", "")
        )
        return None if absent else read(given)

    return read_or_none


def _as_number(given: object) -> float:
    """``given`` as a float; NaN, which no range holds, where it is none."""
    # Real: NumPy's numbers too. True is a number to Python, not to whoever wrote it.
    if isinstance(given, bool) or not isinstance(given, Real | str):
        return math.nan
    try:
        # -0.0, which would be another run than 0.0, becomes 0.0.
        return float(given) + 0.0
    except (ValueError, OverflowError):
        return math.nan


# Largest rates: beyond these float32 arithmetic only overflows.
_FIELDS = (
    Field("dataset", choice(N_("data set"), DATASETS)),
    Field("train_samples", optional(whole("train_samples", 1, 10**9))),
    Field("test_samples", optional(whole("test_samples", 1, 10**9))),
    Field("noise", optional(number("noise", 0, 100))),
    Field("outliers", optional(number("outliers", 0, 1))),
    Field("hidden", layers),
    Field("activation", choice(N_("activation"), ACTIVATIONS)),
    Field("output", optional(choice(N_("output"), OUTPUTS))),
    Field("loss", choice(N_("loss"), LOSSES)),
    Field("learning_rate", number("learning_rate", 0, 1e6, above=True)),
    Field("schedule", choice(N_("schedule"), SCHEDULES)),
    Field("optimizer", choice(N_("optimizer"), OPTIMIZERS)),
    Field("batch_size", whole("batch_size", 1, 10**9)),
    Field("epochs", whole("epochs", 0, MAX_EPOCHS)),
    Field("kernel_initializer", choice(N_("initializer"), KERNEL_INITIALIZERS)),
    Field("bias_initializer", bias),
    Field("l1", number("l1", 0, 1e3)),
    Field("l2", number("l2", 0, 1e3)),
    Field("clip_norm", optional(number("clip_norm", 0, 1e9, above=True))),
    Field("seed", whole("seed", 0, MAX_SEED)),
)

FIELDS: Mapping[str, Field] = {field.name: field for field in _FIELDS}
