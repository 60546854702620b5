"""A summary of a gallery entry: all that the landing page draws of it, in one small file.

``summary.json`` beside the bundle: curves and layers as numbers, and what is said of them
in each language. It is made from the bundle (``core.gallery.making``), and only read here:
without pandas, so that the first page of a server that just started need not wait for it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.charts.still import Line, Still
from core.charts.still_tables import Cell, Row, Strip
from core.errors import BundleUnavailable
from core.language import N_

GALLERY = Path(__file__).resolve().parents[2] / "data" / "gallery"
_FILE = "summary.json"
_NAME = re.compile(r"[a-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of a comparison in one language.

    ``setting``: what its runs share. ``metric``: the title of the curves. ``rows``: the
    leaderboard under ``headings``. ``findings``: sentences computed from the data.
    ``statistics``: title and meaning of each strip.
    """

    setting: str
    metric: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    findings: tuple[str, ...]
    statistics: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What the landing page draws of a comparison; ``words`` by language."""

    still: Still
    strips: tuple[Strip, ...]
    words: Mapping[str, Words]


def read_summary(name: str, root: Path = GALLERY) -> Summary:
    """The summary of the shipped results ``name``.

    Raises:
        BundleUnavailable: there is none, or it cannot be read.
    """
    try:
        if not _NAME.fullmatch(name):
            raise LookupError(name)
        return from_json((root / name / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise BundleUnavailable(
            N_("The shipped results {name} cannot be read: {reason}"),
            name=name[:80],
            reason=f"{_FILE}: {type(error).__name__}",
        ) from error


def write_summary(name: str, summary: Summary, root: Path = GALLERY) -> Path:
    """Write the summary beside the bundle ``name``, whole or not at all."""
    half = root / name / f".{_FILE}.part"
    half.write_text(to_json(summary), encoding="utf-8")
    return half.replace(root / name / _FILE)


def to_json(summary: Summary) -> str:
    """``summary`` as JSON, the same for the same to the last character."""
    return json.dumps(asdict(summary), ensure_ascii=False, separators=(",", ":")) + "\n"


def from_json(text: str) -> Summary:
    """What ``to_json`` wrote."""
    content = json.loads(text)
    still = content["still"]
    lines = tuple(
        Line(**{key: _frozen(part) for key, part in one.items()}) for one in still["lines"]
    )
    return Summary(
        Still(**still | {"lines": lines}),
        tuple(_strip(strip) for strip in content["strips"]),
        {language: _words(words) for language, words in content["words"].items()},
    )


def _words(words: Mapping[str, Any]) -> Words:
    rows = tuple(Row(**row | {"cells": tuple(row["cells"])}) for row in words["rows"])
    return Words(**{key: _frozen(part) for key, part in words.items()} | {"rows": rows})


def _strip(strip: Mapping[str, Any]) -> Strip:
    rows = (tuple(Cell(**cell) if cell else None for cell in row) for row in strip["rows"])
    return Strip(strip["column"], tuple(rows))


def _frozen(part: Any) -> Any:
    return tuple(_frozen(one) for one in part) if isinstance(part, list) else part
