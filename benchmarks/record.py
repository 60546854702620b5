"""What was measured, as records that go to JSON and back: figures with their bars, by case."""

import json
import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

# Above it, what others computed meanwhile (a share of the processors) may have shifted figures.
BUSY = 0.1


@dataclass(frozen=True, slots=True)
class Bar:
    """What is asked of a figure: at least, or at most, ``limit``."""

    limit: float
    at_least: bool = False

    def reached(self, value: float) -> bool:
        """Whether ``value`` passes."""
        return value >= self.limit if self.at_least else value <= self.limit

    def text(self, unit: str) -> str:
        """The bar in words: ≥ 8 ×."""
        return f"{'≥' if self.at_least else '≤'} {number(self.limit)} {unit}".strip()


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number: a value a round, in ``unit``; the note says how it came about."""

    what: str
    unit: str
    values: tuple[float, ...]
    bar: Bar | None = None
    note: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.values)

    @property
    def reached(self) -> bool | None:
        """Whether the median passes the bar; None without one."""
        return self.bar.reached(self.median) if self.bar else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case: where, when and how it was measured, its figures, and what went wrong.

    ``busy`` is the share of our processors' time that others used meanwhile (0-1).
    """

    case: str
    title: str
    quick: bool
    rounds: int
    seconds: float
    busy: float
    machine: Mapping[str, Any]
    figures: tuple[Figure, ...]
    faults: tuple[str, ...] = ()


def write(path: Path, outcomes: Mapping[str, Outcome]) -> None:
    """Write the outcomes by case; the file's folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {name: asdict(outcome) for name, outcome in outcomes.items()}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read(path: Path) -> dict[str, Outcome]:
    """The outcomes in a file that ``write`` made; none if there is no file."""
    if not path.exists():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    return {name: _outcome(found) for name, found in content.items()}


def _outcome(found: dict[str, Any]) -> Outcome:
    figures = tuple(_figure(figure) for figure in found.pop("figures"))
    return Outcome(**found | {"figures": figures, "faults": tuple(found["faults"])})


def _figure(found: dict[str, Any]) -> Figure:
    bar = Bar(**found["bar"]) if found["bar"] else None
    return Figure(**found | {"bar": bar, "values": tuple(found["values"])})


def number(value: float) -> str:
    """Three digits that count, two of small numbers: 0.012, 0.123, 1.23, 12.3, 123, 1,230."""
    if value == 0:
        return "0"
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    text = f"{value:,.{digits}f}" if size >= 0.01 else f"{value:.2g}"
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
