"""Charts of learning rates: the map of classes, and the loss of a range test.

Frames of ``analysis.rates`` in, charts out.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.charts import vega
from core.charts.lines import NUMBERS, QUIET, heading, name_axis
from core.charts.palette import ink
from core.language import N_, Translate
from core.metrics import Metric, number

CLASS_TITLES: Mapping[str, str] = {
    "too_small": N_("too small"),
    "good": N_("good"),
    "too_large": N_("too large"),
    "diverged": N_("diverged"),
    "nothing": N_("nothing learned"),
    "waiting": N_("no result yet"),
}
# Apart in lightness as well as in hue, for every kind of colour vision.
CLASS_COLOURS: Mapping[str, str] = {
    "too_small": "#A9CBE8",
    "good": "#009E73",
    "too_large": "#F0B95B",
    "diverged": "#8A2D0B",
    "nothing": "#B9B9B9",
    "waiting": "#DADADA",
}


def rate_map_chart(
    frame: pd.DataFrame, metric: Metric, _: Translate, *, legend: bool = False
) -> vega.Chart:
    """Cells by row and learning rate: the class as colour, the value (or how many diverged) in it.

    Args:
        frame: rows of ``analysis.rates.rate_map``.
        legend: whether the chart says itself what its colours are.
    """
    kinds = frame["kind"].tolist()
    halves = (frame["high"] - frame["low"]) / 2
    words = {
        "rate": [f"{rate:g}" for rate in frame["learning_rate"].tolist()],
        "fill": [CLASS_COLOURS[kind] for kind in kinds],
        "ink": [ink(CLASS_COLOURS[kind]) for kind in kinds],
        "class": [_(CLASS_TITLES[kind]) for kind in kinds],
        "text": [_cell(row, metric) for row in frame.to_dict("records")],
        "spread": [metric.spread(half) or "–" for half in halves.tolist()],
    }
    cells = frame.assign(**words)
    rows = list(dict.fromkeys(cells["name"].tolist()))
    rates = sorted(set(cells["learning_rate"].tolist()))
    base = vega.Chart(cells).encode(
        x=vega.X(
            "rate:N",
            title=_("learning rate"),
            scale=vega.Scale(domain=[f"{rate:g}" for rate in rates]),
            axis=name_axis(labelAngle=0 if len(rates) <= 5 else -45),
        ),
        y=vega.Y("name:N", title=None, scale=vega.Scale(domain=rows), axis=name_axis()),
        tooltip=[
            vega.Tooltip("name:N", title=_("configuration")),
            vega.Tooltip("rate:N", title=_("learning rate")),
            vega.Tooltip("class:N", title=_("class")),
            vega.Tooltip("text:N", title=_(metric.title)),
            vega.Tooltip("spread:N", title=_("95 % interval")),
            vega.Tooltip("n:Q", title=_("seeds")),
            vega.Tooltip("diverged:Q", title=_("diverged")),
        ],
    )
    there = [kind for kind in CLASS_TITLES if kind in kinds]
    classes = vega.Fill(
        "class:N",
        scale=vega.Scale(
            domain=[_(CLASS_TITLES[kind]) for kind in there],
            range=[CLASS_COLOURS[kind] for kind in there],
        ),
        legend=vega.Legend(orient="bottom", title=None) if legend else None,
    )
    layers = [base.mark_rect(cornerRadius=2).encode(fill=classes)]
    if len(rates) <= 14:
        layers.append(
            # The cell below says the same, and more.
            base.mark_text(fontSize=12 if len(rates) <= 9 else 10, aria=False).encode(
                text=vega.Text("text:N"), color=vega.Color("ink:N", scale=None)
            )
        )
    chart: vega.Chart = (
        vega.layer(*layers)
        .properties(
            width="container",
            height=vega.Step(30),
            autosize=vega.AutoSizeParams(type="fit-x", contains="padding"),
        )
        .configure_view(stroke=None)
        .configure_scale(bandPaddingInner=0.06, bandPaddingOuter=0)
    )
    return chart


def _cell(row: Mapping[Any, Any], metric: Metric) -> str:
    if row["kind"] == "diverged":
        return f"{row['diverged']}/{row['ended']}"
    value = float(row["value"])
    if not np.isfinite(value):
        return "–"
    return f"{100 * value:.1f}" if metric.share else number(value, 2)


def range_chart(
    losses: pd.DataFrame, marks: Sequence[tuple[float, str]], start: float, _: Translate
) -> vega.Chart:
    """The loss after a few updates by learning rate, on log axes; marks and divergences named.

    Args:
        losses: rows of ``analysis.rates.rate_losses`` of one row.
        marks: learning rates and their words.
        start: the loss before training, a dashed line.
    """
    rates = losses["learning_rate"]
    updates = f"{int(losses['updates'].iloc[0]):,}"
    known = losses[np.isfinite(losses["loss"])]
    low = float(known["loss"].min()) * 0.85 if len(known) else 0.1
    high = start * 1.6 if np.isfinite(start) else 1.0
    x = vega.X(
        "learning_rate:Q",
        title=_("learning rate"),
        scale=vega.Scale(type="log", domain=[float(rates.min()), float(rates.max())], nice=False),
        axis=vega.Axis(format=NUMBERS, tickCount=7, grid=False),
    )
    scale = vega.Scale(type="log", domain=[max(low, 1e-9), max(high, 1e-8)], nice=False, clamp=True)
    y = vega.Y(
        "loss:Q", title=_("test loss"), scale=scale, axis=vega.Axis(format=NUMBERS, tickCount=6)
    )
    told = known.assign(text=[number(value) for value in known["loss"]])
    colour = "#3A7CB5"
    base = vega.Chart(told).encode(x=x, y=y)
    band = base.mark_area(opacity=0.15, color=colour, clip=True).encode(
        y=vega.Y("low:Q", scale=scale), y2=vega.Y2("high:Q")
    )
    line = base.mark_line(color=colour, strokeWidth=2.2, clip=True)
    point = base.mark_point(filled=True, size=45, color=colour, opacity=1).encode(
        tooltip=[
            vega.Tooltip("learning_rate:Q", title=_("learning rate"), format=NUMBERS),
            vega.Tooltip("text:N", title=_("test loss")),
            vega.Tooltip("n:Q", title=_("seeds")),
            vega.Tooltip("diverged:Q", title=_("diverged")),
        ]
    )
    lost = losses[losses["diverged"] > 0].assign(loss=max(high, 1e-8), text="×")
    cross = (
        vega.Chart(lost)
        .mark_text(dy=8, fontSize=14, color="#C2410C", fontWeight=700)
        .encode(
            x=x,
            y=y,
            text=vega.Text("text:N"),
            tooltip=[vega.Tooltip("diverged:Q", title=_("diverged"))],
        )
    )
    begun = pd.DataFrame({"loss": [start], "text": [_("before training")]})
    rule = vega.Chart(begun).mark_rule(strokeDash=[4, 3], opacity=0.6).encode(y=y)
    words = (
        vega.Chart(begun)
        .mark_text(align="left", dx=4, dy=-7, fontSize=11, color=QUIET)
        .encode(x=vega.value(0), y=y, text=vega.Text("text:N"))
    )
    named = pd.DataFrame(list(marks), columns=["learning_rate", "text"])
    mark = vega.Chart(named).mark_rule(color="#8E4585", opacity=0.75, strokeWidth=1.5).encode(x=x)
    middle = math.sqrt(float(rates.min()) * float(rates.max()))
    labels = [
        vega.Chart(named.iloc[[row]])
        .mark_text(
            # Towards the middle, where there is room; one below the other, for marks may be near.
            align="left" if named["learning_rate"][row] < middle else "right",
            dx=5 if named["learning_rate"][row] < middle else -5,
            fontSize=12,
            color="#A45FB0",
        )
        .encode(x=x, y=vega.value(26 + 16 * row), text=vega.Text("text:N"))
        for row in range(len(named))
    ]
    chart: vega.Chart = (
        vega.layer(band, rule, mark, line, point, cross, words, *labels)
        .properties(
            width="container",
            height=300,
            title=heading(_("Loss after {updates} updates (× diverged)").format(updates=updates)),
            autosize=vega.AutoSizeParams(type="fit-x", contains="padding"),
        )
        .configure_view(stroke=None)
    )
    return chart
