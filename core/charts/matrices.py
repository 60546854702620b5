"""Tables of shares as cells: confusion matrices, and what networks answer to one drawing.

Frames in, charts out; fill and text colour of a cell are chosen by contrast, so that
they read alike on light and dark pages.
"""

from typing import Any

import pandas as pd

from core.charts import vega
from core.charts.palette import SEQUENTIAL, ink, shade
from core.language import Translate

SIDE = 250
# What is right would outshine what is wrong: mistakes are shaded up to this share.
_WORST = 0.1
_RIGHT = "#009E73"


def confusion_panel(frame: pd.DataFrame, title: tuple[str, str], _: Translate) -> vega.Chart:
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
    base = vega.Chart(cells).encode(
        x=vega.X(
            "answer:O",
            sort=order,
            title=_("answer"),
            axis=_axis(labelAngle=0 if longest < 3 else -90),
        ),
        y=vega.Y("true:O", sort=order, title=_("true class"), axis=_axis()),
        tooltip=[
            vega.Tooltip("true:N", title=_("true class")),
            vega.Tooltip("answer:N", title=_("answer")),
            vega.Tooltip("count:Q", title=_("samples")),
            vega.Tooltip("share:Q", title=_("share of the true class"), format=".2%"),
        ],
    )
    seen = cells["share"] >= 0.005
    chart: vega.Chart = (
        vega.layer(
            base.mark_rect(cornerRadius=1).encode(color=vega.Color("fill:N", scale=None)),
            base.transform_filter({"field": "text", "oneOf": list(cells[seen]["text"].unique())})
            .mark_text(fontSize=9 if len(order) > 5 else 12)
            .encode(text=vega.Text("text:N"), color=vega.Color("ink:N", scale=None)),
        )
        .properties(
            width=SIDE,
            height=SIDE,
            autosize=vega.AutoSizeParams(type="pad"),
            title=vega.Title(
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


def answers_chart(frame: pd.DataFrame, _: Translate) -> vega.Chart:
    """What each configuration answers to one drawing: a row a configuration, a column a class.

    Args:
        frame: columns configuration, answer, share (mean output over seeds), first (whether
            it is the configuration's answer), n (seeds).
    """
    cells = frame.assign(fill=[shade(SEQUENTIAL, share) for share in frame["share"]])
    cells["ink"] = cells["fill"].map(ink)
    cells["text"] = [_percent(share) for share in frame["share"]]
    rows = list(dict.fromkeys(frame["configuration"]))
    base = vega.Chart(cells).encode(
        x=vega.X("answer:O", title=_("answer"), axis=_axis(labelAngle=0, orient="top")),
        y=vega.Y("configuration:N", sort=rows, title=None, axis=_axis()),
        tooltip=[
            vega.Tooltip("configuration:N", title=_("configuration")),
            vega.Tooltip("answer:N", title=_("answer")),
            vega.Tooltip("text:N", title=_("output, mean over seeds")),
            vega.Tooltip("n:Q", title=_("seeds")),
        ],
    )
    chart: vega.Chart = (
        vega.layer(
            base.mark_rect(cornerRadius=2).encode(
                color=vega.Color("fill:N", scale=None),
                stroke=vega.condition("datum.first", vega.value("#E69F00"), vega.value(None)),
                strokeWidth=vega.value(2.5),
            ),
            base.mark_text(fontSize=11).encode(
                text=vega.Text("text:N"), color=vega.Color("ink:N", scale=None)
            ),
        )
        .properties(
            width="container",
            height=vega.Step(28),
            autosize=vega.AutoSizeParams(type="fit-x", contains="padding"),
        )
        .configure_view(stroke=None)
        .configure_scale(bandPaddingInner=0.06, bandPaddingOuter=0)
    )
    return chart


def _percent(share: float) -> str:
    """Whole percent without their sign, which every cell would repeat."""
    return f"{100 * share:.0f}" if share == 0 or share >= 0.005 else "<1"


def _axis(**settings: Any) -> vega.Axis:
    return vega.Axis(
        labelOverlap=False, labelLimit=150, labelFontSize=11, ticks=False, domain=False,
        grid=False, **settings,
    )  # fmt: skip
