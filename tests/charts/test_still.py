"""Pictures without a chart library: every line, no label over another, all text escaped."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from core.charts.still import HEIGHT, Line, Still, curves_html, thumbnail_svg
from core.charts.still_tables import Cell, Key, Row, Strip, board_html, strip_html

TOLD = {"alt": "a <b>", "x": "epoch", "point": "{name} {epoch} {value}"}


def _still(*ends: float, name: str = "a") -> Still:
    lines = tuple(
        Line(
            name=f"{name}{number}",
            colour="#0072B2",
            ink="#0072B2",
            dash=(1, 0),
            epochs=(1, 2),
            means=(0.5, end),
            lows=(0.4, None),
            highs=(0.6, None),
        )
        for number, end in enumerate(ends)
    )
    return Still(lines, 0.4, 1.0, 1, 2, share=True)


class _Balanced(HTMLParser):
    """Raises where a tag is closed that was not the last to open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _check(text: str) -> None:
    parser = _Balanced()
    parser.feed(text)
    assert parser.open == []


@pytest.mark.parametrize("ends", [(0.9,), (0.9, 0.9, 0.9), (0.41, 0.99, 0.7, 0.7001)])
def test_names_stand_apart_inside_the_picture(ends: tuple[float, ...]) -> None:
    text = curves_html(_still(*ends), TOLD)
    _check(text)
    tops = sorted(
        float(top) for top in re.findall(r'<span data-c="\d+" style="top:([\d.]+)px', text)
    )
    assert len(tops) == len(ends)
    assert tops[0] >= 0
    assert tops[-1] <= HEIGHT
    assert all(b - a >= 16 for a, b in pairwise(tops))


def test_each_line_is_a_picture_of_its_own_with_its_numbers() -> None:
    text = curves_html(_still(0.9, 0.8), TOLD)
    assert text.count('<img data-c="0"') == 2
    assert 'data-t="a1 2 80.00 %"' in text
    assert 'data-t="a0 1 50.00 % ±10.00"' in text


def test_what_is_named_or_said_is_text_and_never_markup() -> None:
    text = curves_html(_still(0.9, name='<script>"'), TOLD)
    _check(text)
    assert "<script" not in text
    assert "<b>" not in text
    board = board_html(["<i>"], [Row(0, ('"><script>',), clear=False)], [Key("#000000", (1, 0))])
    _check(board)
    assert "<script" not in board
    cell = Cell("<u>", "#000000", "#FFFFFF")
    strip = strip_html(Strip("mean", ((cell, None), (cell,))), "<s>", '">', "<l>", ["<x>", "y"])
    _check(strip)
    assert not re.search("<[uslx]>", strip)
    assert strip.count("<td") == 4


def test_only_clear_differences_are_bold() -> None:
    rows = [
        Row(0, ("a", "1", "+2, 3 epochs sooner"), clear=True),
        Row(1, ("b", "1", "+1"), clear=False),
    ]
    board = board_html(["", "", ""], rows, [Key("#000000", (1, 0)), Key("#111111", (7, 3))])
    assert "<td><strong>+2</strong>, 3 epochs sooner</td>" in board
    assert "<strong>+1</strong>" not in board


@pytest.mark.parametrize(("low", "high"), [(0.9, 0.98), (0.0, 1.0), (-2.0, 0.9), (0.97, 0.9701)])
def test_axes_have_round_numbers_and_the_last_epoch(low: float, high: float) -> None:
    line = _still(0.9).lines[0]
    text = curves_html(Still((line,), low, high, 1, 100, share=False), TOLD)
    steps = [float(t.replace("−", "-")) for t in re.findall(r'px">([−\d.]+)</span>', text)]
    assert 3 <= len(steps) <= 7
    assert all(low - 1e-9 <= step <= high + 1e-9 for step in steps)
    assert re.findall(r'%">(\d+)</span>', text)[-1] == "100"


def test_a_thumbnail_is_small_and_draws_every_line() -> None:
    svg = thumbnail_svg(_still(0.9, 0.8, 0.7))
    assert svg.count("<polyline") == 3
    assert len(svg) < 3_000
