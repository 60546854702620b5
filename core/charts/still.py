"""Curves without a chart library: a picture that stands before any library is loaded.

Numbers in, HTML and SVG out. Every line is an image of its own, so that a page's style can
light up one and set back the others. Knows no frame, and imports nothing that takes time.
"""

import base64
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.charts.placing import apart

HEIGHT = 380  # pixels of the plot
_LABEL_GAP = 17  # pixels
_LEADER = 16  # pixels between the end of a line and its label
_WIDE = 1000  # units of the x axis, stretched to the width that there is

THUMBNAIL = (220, 96)  # units, stretched to the place that there is


@dataclass(frozen=True, slots=True)
class Line:
    """The mean of one configuration over epochs, its interval, and how it is drawn.

    ``lows`` and ``highs`` are None where one seed has no interval. ``ink`` is the colour of
    its name, legible on light and dark pages.
    """

    name: str
    colour: str
    ink: str
    dash: tuple[int, ...]
    epochs: tuple[int, ...]
    means: tuple[float, ...]
    lows: tuple[float | None, ...]
    highs: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Still:
    """Lines and their axes: ``low`` to ``high`` upward, ``first`` to ``last`` epoch across."""

    lines: tuple[Line, ...]
    low: float
    high: float
    first: int
    last: int
    share: bool


def curves_html(still: Still, told: Mapping[str, str]) -> str:
    """The picture as HTML, as wide as its place.

    Args:
        told: ``alt`` (what the picture shows), ``x`` (title of the x axis), and ``point``, a
            sentence of {name}, {epoch} and {value}; in the reader's language.
    """
    steps = _ticks(still.low, still.high)
    rules = "".join(f'<i class="k-rule" style="top:{_y(still, step):.1f}px"></i>' for step in steps)
    left = "".join(
        f'<span style="top:{_y(still, step):.1f}px">{_axis_text(step, steps, still.share)}</span>'
        for step in steps
    )
    below = "".join(
        f'<span style="left:{_x(still, epoch) / _WIDE:.2%}">{epoch}</span>'
        for epoch in _epochs(still)
    )
    images = "".join(
        f'<img data-c="{index}" alt="" src="{as_address(_line_svg(still, line))}">'
        for index, line in enumerate(still.lines)
    )
    return (
        f'<div class="k-still" role="img" aria-label="{html.escape(told["alt"])}">'
        f'<div class="k-left">{left}</div>'
        f'<div class="k-plot" style="height:{HEIGHT}px">{rules}{images}{_points(still, told)}</div>'
        f'<div class="k-names">{_names(still)}</div>'
        f'<div></div><div class="k-below">{below}<em>{html.escape(told["x"])}</em></div></div>'
    )


def thumbnail_svg(still: Still) -> str:
    """The lines alone, small: a picture to press."""
    width, height = THUMBNAIL
    body = "".join(_path(still, line, width, height, 4) for line in still.lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'preserveAspectRatio="none">{body}</svg>'
    )


def as_address(svg: str) -> str:
    """``svg`` as an address that a page can show without a request."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _line_svg(still: Still, line: Line) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {HEIGHT}" '
        f'preserveAspectRatio="none">{_path(still, line, _WIDE, HEIGHT, 0)}</svg>'
    )


def _path(still: Still, line: Line, width: float, height: float, pad: float) -> str:
    """A band and a line; strokes keep their width however the picture is stretched."""

    def places(values: Sequence[float | None]) -> list[str]:
        return [
            f"{pad + (width - 2 * pad) * _x(still, epoch) / _WIDE:.1f},"
            f"{pad + (height - 2 * pad) * _y(still, value) / HEIGHT:.1f}"
            for epoch, value in zip(line.epochs, values, strict=True)
            if value is not None and epoch >= still.first
        ]

    band = ""
    if lows := places(line.lows):
        around = " ".join(places(line.highs) + lows[::-1])
        band = f'<polygon points="{around}" fill="{line.colour}" fill-opacity="0.16"/>'
    dash = "" if len(line.dash) == 2 and not line.dash[1] else " ".join(map(str, line.dash))
    middle = " ".join(places(line.means))
    return (
        f'{band}<polyline points="{middle}" fill="none" stroke="{line.colour}" stroke-width="2.2" '
        f'stroke-linejoin="round" stroke-dasharray="{dash}" vector-effect="non-scaling-stroke"/>'
    )


def _points(still: Still, told: Mapping[str, str]) -> str:
    """Where a pointer meets a line: its numbers."""
    found = []
    for index, line in enumerate(still.lines):
        every = max(1, len(line.epochs) // 25)
        for epoch, mean, high in list(zip(line.epochs, line.means, line.highs, strict=True))[
            ::every
        ]:
            if epoch < still.first:
                continue
            value = f"{100 * mean:.2f} %" if still.share else f"{mean:.3f}"
            if high is not None:
                half = high - mean
                value += f" ±{100 * half:.2f}" if still.share else f" ±{half:.3f}"
            words = told["point"].format(name=line.name, epoch=epoch, value=value)
            across = _x(still, epoch) / _WIDE
            side = "k-l" if across > 0.6 else "k-r"
            found.append(
                f'<b class="{side}" data-c="{index}" data-t="{html.escape(words)}" '
                f'style="left:{across:.2%};top:{_y(still, mean):.1f}px;color:{line.colour}"></b>'
            )
    return "".join(found)


def _names(still: Still) -> str:
    """A name beside the end of each line, none over another, and the way from the line to it."""
    ends = [_y(still, line.means[-1]) for line in still.lines]
    places = apart(ends, _LABEL_GAP, 4, HEIGHT - 4)
    told = []
    for index, (line, end, place) in enumerate(zip(still.lines, ends, places, strict=True)):
        way = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEADER}" height="{HEIGHT}">'
            f'<path d="M0 {end:.1f}L{_LEADER} {place:.1f}" stroke="{line.colour}" '
            f'stroke-width="1.6" stroke-dasharray="{" ".join(map(str, line.dash))}"/></svg>'
        )
        told.append(
            f'<img data-c="{index}" alt="" width="{_LEADER}" height="{HEIGHT}" '
            f'src="{as_address(way)}">'
            f'<span data-c="{index}" style="top:{place:.1f}px;--k:{line.ink}">'
            f"{html.escape(line.name)}</span>"
        )
    # Names hang at their places: what they take in width is kept by one that is not seen.
    longest = max((line.name for line in still.lines), key=len, default="")
    return f'<u aria-hidden="true">{html.escape(longest)}</u>' + "".join(told)


def _x(still: Still, epoch: float) -> float:
    return _WIDE * (epoch - still.first) / max(still.last - still.first, 1)


def _y(still: Still, value: float) -> float:
    """Pixels from the top; what lies outside of the axis lies on its edge."""
    share = (value - still.low) / max(still.high - still.low, 1e-12)
    return HEIGHT * (1 - min(max(share, 0.0), 1.0))


def _ticks(low: float, high: float) -> list[float]:
    """About five round numbers from ``low`` to ``high``."""
    rough = max(high - low, 1e-9) / 5
    power = 10.0 ** _floor_log10(rough)
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    count = int((high - low) / step) + 2
    start = -(-low // step)
    return [round((start + i) * step, 12) for i in range(count) if (start + i) * step <= high]


def _floor_log10(value: float) -> int:
    return int(f"{value:e}".partition("e")[2])


def _axis_text(value: float, steps: Sequence[float], share: bool) -> str:
    step = steps[1] - steps[0] if len(steps) > 1 else 1.0
    digits = max(0, -_floor_log10(step) - (2 if share else 0))
    return (f"{100 * value:.{digits}f} %" if share else f"{value:.{digits}f}").replace("-", "−")


def _epochs(still: Still) -> list[int]:
    """Whole epochs, ten at most, the last among them."""
    span = still.last - still.first
    steps = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
    step = next((step for step in steps if span / step <= 8), span or 1)
    inner = [e for e in range(step, still.last, step) if still.first < e <= still.last - 0.6 * step]
    return [still.first, *inner, still.last] if span else [still.last]
