"""Charts as one picture that explains itself: title, setting, charts, findings and link.

Charts in, one Vega-Lite specification out, on white, with every width said: a file
has no page around it. Texts are in the reader's language already.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core.charts import vega
from core.charts.vega import Chart

WIDTH = 1120  # pixels of a whole comparison
CHART_WIDTH = 760  # pixels of a single chart's plot
_GAP = 28
_INK, _QUIET, _RULE = "#1B1F27", "#5B6472", "#E3E7EE"
_TITLE, _LINE, _CELL = 24, 14, 13  # pixels of letters
_COLUMN_GAP = 16  # pixels between the columns of a table
_LEAST = 560  # pixels of texts, however small the charts are
# Legends stand with their charts; a shared one would stand below all texts.
_CHANNELS = ("color", "fill", "shape", "strokeDash", "size", "opacity")
_EACH_ITS_OWN = {kind: dict.fromkeys(_CHANNELS, "independent") for kind in ("legend", "scale")}
_POWER = re.compile("×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789")

Row = Sequence[Chart]


@dataclass(frozen=True, slots=True)
class About:
    """What stands around the charts: the question, lines on the setting, and lines below."""

    title: str
    lines: tuple[str, ...]
    footer: tuple[str, ...]


def poster(
    about: About, rows: Sequence[Row], font: str, width: int = CHART_WIDTH, abreast: int = 1
) -> dict[str, Any]:
    """One specification of ``rows`` of charts between the lines of ``about``.

    Args:
        width: pixels that a chart as wide as its place gets; a row shares them.
        abreast: a row of fewer charts than this leaves the place of the others empty.
    """
    datasets: dict[str, Any] = {}
    lines = [_row(row, width, abreast, datasets) for row in rows]
    width = _natural(lines, width)
    subtitle = [part for line in about.lines for part in wrapped(line, width, _LINE)]
    below = [part for line in about.footer for part in wrapped(line, width, _LINE)]
    content: dict[str, Any] = {
        "$schema": vega.SCHEMA_URL,
        "title": {
            "text": wrapped(about.title, width, _TITLE),
            "subtitle": subtitle,
            "anchor": "start",
            "align": "left",
            "fontSize": _TITLE,
            "subtitleFontSize": _LINE,
            "subtitleColor": _QUIET,
            "subtitlePadding": 8,
            "offset": 18,
        },
        "vconcat": [*lines, _text(below, width)],
        "resolve": _EACH_ITS_OWN,
        "spacing": 16,
        "background": "#FFFFFF",
        "padding": 24,
        "config": _config(font),
        "datasets": datasets,
    }
    whole: dict[str, Any] = _drawable(content)
    return whole


def texts_chart(
    headings: Sequence[str], rows: Sequence[Sequence[str]], inks: Sequence[str], width: int
) -> Chart:
    """A table of texts; the first cell of each row in its own of ``inks``."""
    wide = [max(map(_width, column)) for column in zip(headings, *rows, strict=True)]
    # Letters as large as the width allows, with a gap between columns.
    room = width - _COLUMN_GAP * (len(wide) - 1)
    size = min(_CELL, room / sum(wide))
    starts = [size * sum(wide[:index]) + _COLUMN_GAP * index for index in range(len(wide))]
    cells = [
        {"x": start, "y": line, "text": text, "ink": _QUIET if not line else inks[line - 1]}
        if not column or not line
        else {"x": start, "y": line, "text": text, "ink": _INK}
        for line, row in enumerate([headings, *rows])
        for column, (start, text) in enumerate(zip(starts, row, strict=True))
    ]
    base = Chart(pd.DataFrame(cells))
    text = base.mark_text(align="left", baseline="middle", fontSize=size).encode(
        x=vega.X("x:Q", axis=None, scale=vega.Scale(domain=[0, width], nice=False)),
        y=vega.Y("y:O", axis=None),
        text="text:N",
        color=vega.Color("ink:N", scale=None),
    )
    table: Chart = text.properties(width=width, height=vega.Step(28))
    return table


def wrapped(text: str, pixels: int, size: int) -> list[str]:
    """``text`` in lines of at most about ``pixels``, letters being ``size`` pixels high.

    Cut at spaces, and between any two East Asian characters.
    """
    room, lines, line = pixels / size, [], ""
    for word in _words(text):
        if line and _width(line + word.rstrip()) > room:
            lines.append(line.rstrip())
            line = ""
        line += word if line else word.lstrip()
        while _width(line) > room:
            # A word wider than the line, such as an address, is cut where the line ends.
            cut = max(1, int(len(line) * room / _width(line)))
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _words(text: str) -> list[str]:
    words = [""]
    for mark in text:
        wide = 1 in (_mark_width(mark), _mark_width(words[-1][-1:] or "a"))
        # What closes never begins a line.
        if (words[-1].endswith(" ") or wide) and mark not in "、。，）」? 」…":
            words.append("")
        words[-1] += mark
    return words


def _width(text: str) -> float:
    """The width of ``text`` in heights of its letters, about."""
    return sum(map(_mark_width, text))


def _mark_width(mark: str) -> float:
    return 1.0 if unicodedata.east_asian_width(mark) in "WF" else 0.56


def _row(row: Row, width: int, abreast: int, datasets: dict[str, Any]) -> dict[str, Any]:
    places = max(len(row), abreast)
    share = (width - _GAP * (places - 1)) // places
    charts = []
    for chart in row:
        content = _still(chart.to_dict())
        datasets |= content.pop("datasets")
        # These belong to a whole picture, and this is a part of one.
        for name in ("$schema", "config", "autosize", "padding", "background"):
            content.pop(name, None)
        charts.append(_wide(content, share))
    if len(charts) == 1:
        only: dict[str, Any] = charts[0]
        return only
    return {"hconcat": charts, "spacing": _GAP, "resolve": _EACH_ITS_OWN}


def _natural(lines: Sequence[Mapping[str, Any]], width: int) -> int:
    """The width of texts: that of charts which have a size of their own, where they are small."""
    rows = [line.get("hconcat", [line]) for line in lines]
    # Steps are those of small pictures in rows.
    sizes = [
        [_LEAST / 2 if isinstance(size, dict) else size for size in map(_size, row)] for row in rows
    ]
    if not all(isinstance(size, int | float) and size < width / 2 for row in sizes for size in row):
        return width
    most = max((sum(row) + 2 * _GAP * len(row) for row in sizes), default=width)
    return max(_LEAST, min(width, int(most)))


def _size(chart: Mapping[str, Any]) -> Any:
    return chart.get("width")


def _still(content: Any) -> Any:
    """``content`` as it is while nobody points: rules on pointing have no place in a file."""
    if isinstance(content, list):
        return [_still(part) for part in content]
    if not isinstance(content, dict):
        return content
    rules = content.get("condition", ())
    rules = rules if isinstance(rules, list) else [rules]
    if any("param" in rule for rule in rules):
        # The first that holds counts; one with an empty selection holds of everything unless told.
        held = (rule for rule in rules if rule.get("empty", True))
        return {"value": next(held, content)["value"]}
    kept = {key: _still(part) for key, part in content.items() if key not in ("params", "datasets")}
    dragged = [one for one in content.get("params", ()) if one["select"]["type"] == "interval"]
    rows = {"datasets": content["datasets"]} if "datasets" in content else {}
    return kept | ({"params": dragged} if dragged else {}) | rows


def _drawable(content: Any) -> Any:
    """``content`` with powers of ten as the shipped font has them: 3×10⁻⁶ is 3e−6 there."""
    if isinstance(content, dict):
        return {key: _drawable(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_drawable(part) for part in content]
    if isinstance(content, str):
        return _POWER.sub(lambda found: "e" + found[1].translate(_PLAIN), content)
    return content


def _wide(content: Any, width: int) -> Any:
    """``content`` with the widths that a page would have given said."""
    if isinstance(content, dict):
        return {
            key: width if key == "width" and value == "container" else _wide(value, width)
            for key, value in content.items()
        }
    if isinstance(content, list):
        return [_wide(part, width) for part in content]
    return content


def _text(lines: Sequence[str], width: int) -> dict[str, Any]:
    height = 1.5 * _LINE
    return {
        "data": {"values": [{"y": i, "text": line} for i, line in enumerate(lines)]},
        "mark": {"type": "text", "align": "left", "x": 0, "fontSize": _LINE, "color": _QUIET},
        "encoding": {
            "text": {"field": "text", "type": "nominal"},
            "y": {"field": "y", "type": "ordinal", "axis": None},
        },
        "width": width,
        "height": {"step": height},
    }


def _config(font: str) -> dict[str, Any]:
    quiet = {"labelColor": _QUIET, "titleColor": _QUIET, "titleFontWeight": "normal"}
    return {
        "font": font,
        "view": {"stroke": None},
        "axis": {
            **quiet,
            "labelFontSize": 12,
            "labelPadding": 6,
            "labelSeparation": 10,
            "titleFontSize": 13,
            "gridColor": _RULE,
            "domain": False,
            "tickColor": _RULE,
        },
        "title": {"color": _INK, "font": font, "subtitleFont": font, "fontWeight": "normal"},
        "header": quiet,
        "legend": {**quiet, "labelFontSize": 12},
        "scale": {"bandPaddingInner": 0.06, "bandPaddingOuter": 0},
        "text": {"font": font},
    }
