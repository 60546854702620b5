"""Tables of shares as cells: confusion matrices, and what networks answer to one drawing.

Frames in, ``alt.Chart`` out; fill and text colour of a cell are chosen by contrast, so that
they read alike on light and dark pages.
"""

from typing import Any

import altair as alt
import pandas as pd

from core.charts.palette import SEQUENTIAL, ink, shade
from core.language import Translate

SIDE = 250
# What is right would outshine what is wrong: mistakes are shaded up to this share.
_WORST = 0.1
_RIGHT = "#009E73"


def confusion_panel(frame: pd.DataFrame, title: tuple[str, str], _: Translate) -> alt.LayerChart:
    """The confusion matrix of one configuration: a row a true class, a column an answer.

    Args:
        frame: columns true, answer, count, share, right.
        title: the configuration, and below it how good it is.
    """
    cells = frame.assign(
        fill=[
            shade(("#FFFFFF", _RIGHT), share) if right else shade(SEQUENTIAL, share / _WORST)
            for share, right in zip(frame["share"], frame["right"], strict=True)
        ],
        text=[_percent(share) for share in frame["share"]],
    )
    cells["ink"] = cells["fill"].map(ink)
    order = list(dict.fromkeys(frame["true"]))
    longest = max(map(len, order))
    base = alt.Chart(cells).encode(
        x=alt.X(
            "answer:O",
            sort=order,
            title=_("answer"),
            axis=_axis(labelAngle=0 if longest < 3 else -90),
        ),
        y=alt.Y("true:O", sort=order, title=_("true class"), axis=_axis()),
        tooltip=[
            alt.Tooltip("true:N", title=_("true class")),
            alt.Tooltip("answer:N", title=_("answer")),
            alt.Tooltip("count:Q", title=_("samples")),
            alt.Tooltip("share:Q", title=_("share of the true class"), format=".2%"),
        ],
    )
    seen = cells["share"] >= 0.005
    chart: alt.LayerChart = (
        alt.layer(
            base.mark_rect(cornerRadius=1).encode(color=alt.Color("fill:N", scale=None)),
            base.transform_filter(
                alt.FieldOneOfPredicate("text", list(cells[seen]["text"].unique()))
            )
            .mark_text(fontSize=9 if len(order) > 5 else 12)
            .encode(text=alt.Text("text:N"), color=alt.Color("ink:N", scale=None)),
        )
        .properties(
            width=SIDE,
            height=SIDE,
            autosize=alt.AutoSizeParams(type="pad"),
            title=alt.Title(
                title[0],
                subtitle=title[1],
                anchor="start",
                frame="group",
                fontSize=13,
                offset=6,
                subtitleColor="#8C8C8C",
            ),
        )
        .configure_view(stroke=None)
        .configure_scale(bandPaddingInner=0.06, bandPaddingOuter=0)
    )
    return chart


def answers_chart(frame: pd.DataFrame, _: Translate) -> alt.LayerChart:
    """What each configuration answers to one drawing: a row a configuration, a column a class.

    Args:
        frame: columns configuration, answer, share (mean output over seeds), first (whether
            it is the configuration's answer), n (seeds).
    """
    cells = frame.assign(fill=[shade(SEQUENTIAL, share) for share in frame["share"]])
    cells["ink"] = cells["fill"].map(ink)
    cells["text"] = [_percent(share) for share in frame["share"]]
    rows = list(dict.fromkeys(frame["configuration"]))
    base = alt.Chart(cells).encode(
        x=alt.X("answer:O", title=_("answer"), axis=_axis(labelAngle=0, orient="top")),
        y=alt.Y("configuration:N", sort=rows, title=None, axis=_axis()),
        tooltip=[
            alt.Tooltip("configuration:N", title=_("configuration")),
            alt.Tooltip("answer:N", title=_("answer")),
            alt.Tooltip("text:N", title=_("output, mean over seeds")),
            alt.Tooltip("n:Q", title=_("seeds")),
        ],
    )
    chart: alt.LayerChart = (
        alt.layer(
            base.mark_rect(cornerRadius=2).encode(
                color=alt.Color("fill:N", scale=None),
                stroke=alt.condition("datum.first", alt.value("#E69F00"), alt.value(None)),
                strokeWidth=alt.value(2.5),
            ),
            base.mark_text(fontSize=11).encode(
                text=alt.Text("text:N"), color=alt.Color("ink:N", scale=None)
            ),
        )
        .properties(
            width="container",
            height=alt.Step(28),
            autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        )
        .configure_view(stroke=None)
        .configure_scale(bandPaddingInner=0.06, bandPaddingOuter=0)
    )
    return chart


def _percent(share: float) -> str:
    """Whole percent without their sign, which every cell would repeat."""
    return f"{100 * share:.0f}" if share == 0 or share >= 0.005 else "<1"


def _axis(**settings: Any) -> alt.Axis:
    return alt.Axis(
        labelOverlap=False, labelLimit=150, labelFontSize=11, ticks=False, domain=False,
        grid=False, **settings,
    )  # fmt: skip
