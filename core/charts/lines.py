"""Lines of configurations along any axis: steps, profiles across layers, courses over epochs.

A frame in, a chart out: lines with bands, a name beside the end of each, for light and
dark alike. What is drawn along which axis the caller says.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.charts import vega
from core.charts.axes import tick_words
from core.charts.ends import last_points
from core.charts.palette import Style, legible
from core.charts.placing import apart
from core.charts.pointing import pointed

_LABEL_GAP = 15  # pixels: the height of one label
_LEADER = 22  # pixels between the end of a line and its label
_MOST_LABELS = 40
# Words beside the data, on light and dark pages.
QUIET = "#787F8C"
_LEGEND = vega.Legend(
    orient="bottom",
    title=None,
    columns=2,
    labelLimit=200,
    symbolType="stroke",
    symbolSize=500,
    symbolStrokeWidth=2.2,
    symbolOpacity=1,
)
# What a mark is of, for readers of screens and for the page's rules on pointing.
_OF = vega.Description("configuration:N")
# Digits enough that no tick turns into 1e+1.
NUMBERS = ".6~g"


@dataclass(frozen=True, slots=True)
class Axis:
    """A column, the words beside its axis, and how it is scaled and written.

    ``legend``: lines end amid others along this axis, so that their names stand below the chart.
    """

    column: str
    title: str
    log: bool = False
    format: str = NUMBERS
    domain: tuple[float, float] | None = None
    whole: bool = False
    legend: bool = False


def line_chart(
    frame: pd.DataFrame,
    x: Axis,
    y: Axis,
    styles: Mapping[str, Style],
    *,
    title: vega.Title,
    told: Mapping[str, str],
    steps: bool = False,
    height: int = 340,
) -> vega.Chart:
    """Lines with bands and direct labels.

    Args:
        frame: columns configuration, low, high, and those of the two axes.
        title: of ``heading``: what is drawn; over how many seeds, with which interval.
        told: columns of the tooltip and their words.
        steps: each value holds until the next (a share that has been reached stays).
        height: of the plot in pixels; it grows with the number of labels.
    """
    values = frame[y.column].to_numpy(dtype=float)
    kept = np.isfinite(values) & (values > 0 if y.log else True)
    shown = frame if kept.all() else frame[kept]
    labels = list(dict.fromkeys(shown["configuration"].tolist()))
    height = max(height, _LABEL_GAP * min(len(labels), _MOST_LABELS))
    domain = y.domain or _domain(shown, y)
    ticks = _decades(*domain) if y.log else []
    legend = _LEGEND if x.legend else None
    across = _x(shown[x.column].to_numpy(), x)
    base = vega.Chart(shown).encode(
        x=across, color=_colour(labels, styles, legend), description=_OF
    )
    dash = vega.StrokeDash(
        "configuration:N",
        scale=vega.Scale(domain=labels, range=[list(styles[label].dash) for label in labels]),
        legend=legend,
    )
    scale: dict[str, Any] = {
        "scale": vega.Scale(
            domain=list(domain), type="log" if y.log else "linear", nice=False, clamp=True
        ),
        "axis": vega.Axis(
            format=y.format,
            title=y.title or None,
            values=ticks or vega.Undefined,
            labelExpr=tick_words(ticks) if ticks else vega.Undefined,
            tickCount=6,
        ),
    }
    ends = _ends(shown, x, y, domain, height, styles)
    named = vega.Chart(ends).encode(x=across, color=_colour(labels, styles), description=_OF)
    chart: vega.Chart = (
        vega.layer(
            *_lines(base, y, scale, dash, told, steps=steps, few=len(labels) <= 4),
            *([] if x.legend else _labels(named, x, scale, dash)),
        )
        .properties(
            height=height,
            width="container",
            title=title,
            padding={"left": 5, "top": 5, "right": 5, "bottom": 5},
            autosize=vega.AutoSizeParams(type="fit-x", contains="padding"),
        )
        .configure_view(stroke=None)
    )
    return chart


def heading(title: str, subtitle: str = "") -> vega.Title:
    """The title of a chart, small, at its left edge."""
    return vega.Title(
        title,
        anchor="start",
        frame="group",
        fontSize=13,
        fontWeight="normal",
        offset=8,
        subtitle=subtitle or vega.Undefined,
        subtitleFontSize=11,
        # Read on white and on near-black alike; the theme leaves it black.
        subtitleColor=QUIET,
    )


def name_axis(**settings: Any) -> vega.Axis:
    """An axis of names, every one of them shown."""
    return vega.Axis(
        # Whatever the theme thinks of room.
        labelOverlap=False,
        labelFlush=False,
        labelLimit=190,
        labelFontSize=12,
        ticks=False,
        domain=False,
        grid=False,
        **settings,
    )


def _x(values: NDArray[Any], axis: Axis) -> vega.X:
    domain = axis.domain or (float(values.min()), float(values.max()))
    ticks: dict[str, Any] = {
        "tickMinStep": 1,
        "tickCount": max(min(int(domain[1] - domain[0]), 8), 1),
    }
    return vega.X(
        f"{axis.column}:Q",
        title=axis.title,
        scale=vega.Scale(domain=list(domain), nice=False, type="log" if axis.log else "linear"),
        axis=vega.Axis(
            format="d" if axis.whole else axis.format,
            grid=False,
            **ticks if axis.whole else {"tickCount": 8},
        ),
    )


def _colour(
    labels: Sequence[str], styles: Mapping[str, Style], legend: vega.Legend | None = None
) -> vega.Color:
    colours = [styles[label].colour for label in labels]
    return vega.Color(
        "configuration:N", scale=vega.Scale(domain=list(labels), range=colours), legend=legend
    )


def _domain(frame: pd.DataFrame, axis: Axis) -> tuple[float, float]:
    """Limits around the values, and around the bands where they do not dwarf the values."""
    to_axis, to_value = (np.log, np.exp) if axis.log else (np.asarray, np.asarray)
    values = to_axis(frame[axis.column].to_numpy(dtype=float))
    if not len(values):
        return (0.1, 1.0)
    low, high = float(values.min()), float(values.max())
    room = max(high - low, 0.5 if axis.log else abs(high) * 0.05, 1e-9)
    with np.errstate(divide="ignore", invalid="ignore"):
        bands = [to_axis(frame[name].to_numpy(dtype=float)) for name in ("low", "high")]
    lows, highs = (band[np.isfinite(band)] for band in bands)
    low = min(low, max(float(lows.min(initial=low)), low - 0.25 * room)) - 0.05 * room
    high = max(high, min(float(highs.max(initial=high)), high + 0.25 * room)) + 0.05 * room
    return float(to_value(low)), float(to_value(high))


def _decades(low: float, high: float) -> list[float]:
    """Ticks of a log axis: powers of ten; where these are few, their halves and fifths too."""
    powers = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    for steps in ((1,), (1, 3), (1, 2, 5), tuple(range(1, 10))):
        ticks = [float(f"{step}e{power}") for power in powers for step in steps]
        ticks = [tick for tick in ticks if low <= tick <= high]
        if len(ticks) >= 3:
            return ticks[:: math.ceil(len(ticks) / 9)]
    return ticks


def _ends(
    frame: pd.DataFrame,
    x: Axis,
    y: Axis,
    domain: tuple[float, float],
    height: int,
    styles: Mapping[str, Style],
) -> Mapping[str, NDArray[Any]]:
    """The last point of each line, where its label goes, and a colour that can be read."""
    labels, along = frame["configuration"].tolist(), frame[x.column].to_numpy()
    values = frame[y.column].to_numpy(dtype=float)
    last = last_points(labels, along)
    if len(last) > _MOST_LABELS:
        last = last[np.argsort(-values[last], kind="stable")[:_MOST_LABELS]]
    to_axis, to_value = (np.log, np.exp) if y.log else (np.asarray, np.asarray)
    low, high = to_axis(domain)
    end = np.clip(values[last], *domain)
    pixels = height * (high - to_axis(end)) / (high - low)
    places = np.array(apart(pixels.tolist(), _LABEL_GAP, 4, height - 4))
    named = [labels[index] for index in last]
    return {
        "configuration": np.array(named, dtype=object),
        x.column: along[last],
        "end": end,
        "place": to_value(high - places / height * (high - low)),
        "ink": np.array([legible(styles[label].colour) for label in named], dtype=object),
    }


def _lines(
    base: vega.Chart,
    y: Axis,
    scale: Mapping[str, Any],
    dash: vega.StrokeDash,
    told: Mapping[str, str],
    *,
    steps: bool,
    few: bool,
) -> tuple[vega.Chart, ...]:
    """Bands, lines, and the points that a pointer meets: the others then step back."""
    hovered = vega.selection_point(
        "hovered", fields=["configuration"], on="pointerover", nearest=True, clear="pointerout"
    )
    bend: dict[str, Any] = {"interpolate": "step-after"} if steps else {}
    # Many bands over one another hide the lines: then a line shows its own when pointed at.
    band = base.mark_area(clip=True, **bend).encode(
        y=vega.Y("low:Q", **scale),
        y2=vega.Y2("high:Q"),
        opacity=vega.lit(hovered, 0.22, 0.14 if few else 0, empty=False),
    )
    line = base.mark_line(strokeWidth=2.2, clip=True, **bend).encode(
        y=vega.Y(f"{y.column}:Q", **scale),
        strokeDash=dash,
        opacity=vega.lit(hovered, 1, 0.25),
    )
    point = (
        base.mark_point(size=36, filled=True, clip=False)
        .encode(
            y=vega.Y(f"{y.column}:Q", **scale),
            opacity=pointed(hovered, 0.25),
            tooltip=[vega.Tooltip(f"{column}:N", title=words) for column, words in told.items()],
        )
        .add_params(hovered)
    )
    return band, line, point


def _labels(
    base: vega.Chart, x: Axis, scale: Mapping[str, Any], dash: vega.StrokeDash
) -> tuple[vega.Chart, vega.Chart]:
    """A name beside the end of each line; the leader in its colour and dash is the key."""
    leader = base.mark_rule(strokeWidth=1.8, x2Offset=_LEADER - 4).encode(
        x2=vega.X2(f"{x.column}:Q"),
        y=vega.Y("end:Q", **scale),
        y2=vega.Y2("place:Q"),
        strokeDash=dash,
    )
    name = base.mark_text(
        align="left", baseline="middle", dx=_LEADER, fontSize=12, fontWeight=600
    ).encode(
        y=vega.Y("place:Q", **scale),
        text=vega.Text("configuration:N"),
        color=vega.Color("ink:N", scale=None),
    )
    return leader, name
