"""A leaderboard and strips of layers as HTML tables: plain texts in, HTML out.

Every text is escaped here; colours are ``#RRGGBB`` of the palette. Imports nothing that
takes time.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass

_MANY = 5  # layers beyond which two tables do not stand side by side


@dataclass(frozen=True, slots=True)
class Row:
    """A configuration in the leaderboard: the number of its line, and its cells."""

    line: int
    cells: tuple[str, ...]
    clear: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One layer's value: its text, and the colours below and in it."""

    text: str
    fill: str
    ink: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A statistic by configuration (one row a line, in their order) and layer."""

    column: str
    rows: tuple[tuple[Cell | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Key:
    """How a line is drawn in the chart beside: its colour and dash, as in ``palette.Style``."""

    colour: str
    dash: tuple[int, ...]


def board_html(
    headings: Sequence[str], rows: Sequence[Row], keys: Sequence[Key], against: int = 2
) -> str:
    """The leaderboard; ``keys`` by line; column ``against`` is bold where it is clear."""
    head = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in headings)
    body = ""
    for row in rows:
        cells = ""
        for number, text in enumerate(row.cells):
            told = html.escape(text)
            if not number:
                cells += f'<th scope="row">{_line(keys[row.line])}{told}</th>'
            else:
                if row.clear and number == against:
                    # The difference is clear; how much sooner, behind it, was not tested.
                    difference, comma, rest = told.partition(", ")
                    told = f"<strong>{difference}</strong>{comma}{rest}"
                cells += f"<td>{told}</td>"
        body += f'<tr data-c="{row.line}" tabindex="0">{cells}</tr>'
    return f'<table class="k-board"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def strip_html(strip: Strip, title: str, meaning: str, layer: str, names: Sequence[str]) -> str:
    """A strip under its title; ``meaning`` is told by hovering; ``layer`` names the columns."""
    count = max((len(row) for row in strip.rows), default=0)
    numbers = "".join(f'<th scope="col">{n + 1}</th>' for n in range(count))
    body = ""
    for number, (name, row) in enumerate(zip(names, strip.rows, strict=True)):
        cells = "".join(_cell(cell) for cell in (*row, *[None] * (count - len(row))))
        body += f'<tr data-c="{number}"><th scope="row">{html.escape(name)}</th>{cells}</tr>'
    told = html.escape(meaning)
    longest = max(map(len, names), default=0)
    return (
        f'<table class="k-strip{" k-many" if count > _MANY else ""}" style="--k-name:{longest}ch">'
        f'<caption title="{told}">{html.escape(title)} <small>{told}</small>'
        f'</caption><thead><tr><th scope="col">{html.escape(layer)}</th>{numbers}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _line(key: Key) -> str:
    """A piece of the line, which is the legend of the chart beside."""
    stops, at = [], 0
    for number, length in enumerate(key.dash):
        if length:
            ink = "transparent" if number % 2 else key.colour
            stops.append(f"{ink} {at}px {at + length}px")
        at += length
    solid = len(stops) < 2
    fill = key.colour if solid else f"repeating-linear-gradient(90deg,{','.join(stops)})"
    return f'<i style="background:{fill}"></i>'


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return "<td></td>"
    style = f"background:{cell.fill};color:{cell.ink}"
    return f'<td style="{style}">{html.escape(cell.text)}</td>'
