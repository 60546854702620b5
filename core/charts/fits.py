"""Regressions: the fitted curves over the samples, and residuals with the outliers marked.

Frames of ``analysis.predictions`` in, ``alt.Chart`` out.
"""

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from core.charts.palette import Style, legible
from core.charts.surfaces import OUTLIER, PARTS
from core.language import Translate

SIDE = 240
_SAMPLE = "#8C8C8C"
_WRONG = "#D55E00"
# Three words in one line would be cut on a phone.
_LEGEND = alt.Legend(title=None, orient="bottom", columns=2)


def fit_chart(
    curves: pd.DataFrame, samples: pd.DataFrame, styles: Mapping[str, Style], _: Translate
) -> alt.LayerChart:
    """The curves that configurations have fitted to data of one input.

    Args:
        curves: columns configuration, x, answer.
        samples: columns x, target, part, outlier.
    """
    labels = list(dict.fromkeys(curves["configuration"]))
    x = alt.X("x:Q", title="x", scale=alt.Scale(nice=False), axis=alt.Axis(grid=False))
    lines = (
        alt.Chart(curves)
        .mark_line(strokeWidth=2.4)
        .encode(
            x=x,
            y=alt.Y("answer:Q", title=_("target"), scale=alt.Scale(zero=False)),
            color=alt.Color(
                "configuration:N",
                scale=alt.Scale(domain=labels, range=[styles[label].colour for label in labels]),
                legend=alt.Legend(title=None, orient="top", columns=4, labelLimit=200),
            ),
            strokeDash=alt.StrokeDash(
                "configuration:N",
                scale=alt.Scale(domain=labels, range=[list(styles[k].dash) for k in labels]),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("configuration:N", title=_("configuration")),
                alt.Tooltip("x:Q", title="x", format=".2f"),
                alt.Tooltip("answer:Q", title=_("answer"), format=".3~g"),
            ],
        )
    )
    chart: alt.LayerChart = (
        alt.layer(_dots(samples, x, "target", _("target"), _), lines)
        .properties(
            width="container",
            height=380,
            autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        )
        .configure_view(stroke=None)
    )
    return chart


def residual_panel(
    frame: pd.DataFrame, reach: float, title: tuple[str, str], _: Translate
) -> alt.LayerChart:
    """Residuals of one configuration over what it answers; 0 is a perfect answer.

    Args:
        frame: columns answer, residual, target, part, outlier.
        reach: the largest residual of all panels, so that they share their scale.
    """
    x = alt.X("answer:Q", title=_("answer"), scale=alt.Scale(zero=False), axis=_axis())
    zero = (
        alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color=_SAMPLE).encode(y=alt.Y("zero:Q"))
    )
    y = {"scale": alt.Scale(domain=[-reach, reach]), "axis": _axis()}
    chart: alt.LayerChart = (
        alt.layer(zero, _dots(frame, x, "residual", _("residual: target − answer"), _, **y))
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
    )
    return chart


def _dots(
    frame: pd.DataFrame, x: alt.X, column: str, title: str, _: Translate, **scale: Any
) -> alt.Chart:
    train, test = (_(PARTS[part]) for part in ("train", "test"))
    kinds = {
        train: ("circle", _SAMPLE),
        test: ("diamond", "#56B4E9"),
        _(OUTLIER): ("cross", _WRONG),
    }
    told = frame.assign(
        kind=[
            _(OUTLIER) if outlier else _(PARTS[part])
            for part, outlier in zip(frame["part"], frame["outlier"], strict=True)
        ]
    )
    there = [kind for kind in kinds if kind in set(told["kind"])]
    drawn: alt.Chart = (
        alt.Chart(told)
        .mark_point(filled=True, size=28, opacity=0.75)
        .encode(
            x=x,
            y=alt.Y(f"{column}:Q", title=title, **scale),
            shape=alt.Shape(
                "kind:N",
                scale=alt.Scale(domain=there, range=[kinds[kind][0] for kind in there]),
                legend=_LEGEND,
            ),
            fill=alt.Fill(
                "kind:N",
                scale=alt.Scale(domain=there, range=[legible(kinds[k][1]) for k in there]),
                legend=_LEGEND,
            ),
            size=alt.condition("datum.outlier", alt.value(60), alt.value(24)),
            tooltip=[
                alt.Tooltip("kind:N", title=_("sample")),
                alt.Tooltip("target:Q", title=_("target"), format=".4~g"),
                alt.Tooltip(f"{column}:Q", title=title, format=".3~g"),
            ],
        )
    )
    return drawn


def _axis(**settings: Any) -> alt.Axis:
    return alt.Axis(grid=False, tickCount=5, labelFontSize=11, **settings)
