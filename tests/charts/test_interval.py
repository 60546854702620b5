"""An interval as HTML: where bar, dot and line stand."""

import math
import re

import pytest

from core.charts.interval import interval_html


def _places(markup: str) -> dict[str, float]:
    """Percent from the left of the bar's two ends and of the dot."""
    bar = re.search(r"left:([\d.]+)%;width:([\d.]+)%", markup)
    dot = re.search(r"left:([\d.]+)%;top:5px", markup)
    places = {}
    if bar:
        places |= {"low": float(bar[1]), "high": float(bar[1]) + float(bar[2])}
    return places | ({"dot": float(dot[1])} if dot else {})


def _drawn(value: float, low: float, high: float, asked: float, log: bool) -> dict[str, float]:
    return _places(interval_html(value, low, high, asked, log=log, label="l", line="1"))


def test_what_is_above_the_line_stands_right_of_it_and_the_farther_end_at_the_edge() -> None:
    places = _drawn(2.0, 1.5, 3.0, 1.0, log=False)
    assert places == pytest.approx({"low": 61, "high": 94, "dot": 72})
    assert _drawn(0.0, -1.0, 1.0, 0.0, log=False) == pytest.approx(
        {"low": 6, "high": 94, "dot": 50}
    )


def test_on_a_log_scale_equal_ratios_are_equally_wide() -> None:
    assert _drawn(2.0, 1.0, 4.0, 1.0, log=True) == pytest.approx({"low": 50, "high": 94, "dot": 72})
    assert _drawn(0.5, 0.25, 1.0, 1.0, log=True) == pytest.approx({"low": 6, "high": 50, "dot": 28})


def test_without_an_interval_there_is_no_bar_and_without_a_value_no_dot() -> None:
    assert _drawn(2.0, math.nan, math.nan, 1.0, log=True) == {"dot": 94.0}
    assert _drawn(math.nan, math.nan, math.nan, 1.0, log=True) == {}
    # All at the line: no division by nothing.
    assert _drawn(0.0, 0.0, 0.0, 0.0, log=False)["dot"] == 50


def test_words_are_no_markup() -> None:
    markup = interval_html(1, 0, 2, 1, log=False, label='"><b>', line="<i>")
    assert "<b>" not in markup
    assert "<i>" not in markup
