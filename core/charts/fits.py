"""Regressions: the fitted curves over the samples, and residuals with the outliers marked.

Frames of ``analysis.predictions`` in, charts out.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from core.charts import vega
from core.charts.palette import Style, legible
from core.charts.surfaces import OUTLIER, PARTS
from core.language import Translate

SIDE = 240
_SAMPLE = "#8C8C8C"
_WRONG = "#D55E00"
# Three words in one line would be cut on a phone.
_LEGEND = vega.Legend(title=None, orient="bottom", columns=2)


def fit_chart(
    curves: pd.DataFrame, samples: pd.DataFrame, styles: Mapping[str, Style], _: Translate
) -> vega.Chart:
    """The curves that configurations have fitted to data of one input.

    Args:
        curves: columns configuration, x, answer.
        samples: columns x, target, part, outlier.
    """
    labels = list(dict.fromkeys(curves["configuration"]))
    longest = max(map(len, labels), default=0)
    x = vega.X("x:Q", title="x", scale=vega.Scale(nice=False), axis=vega.Axis(grid=False))
    lines = (
        vega.Chart(curves)
        .mark_line(strokeWidth=2.4)
        .encode(
            x=x,
            y=vega.Y("answer:Q", title=_("target"), scale=vega.Scale(zero=False)),
            color=vega.Color(
                "configuration:N",
                scale=vega.Scale(domain=labels, range=[styles[label].colour for label in labels]),
                # Two long names do not fit a phone's line.
                legend=vega.Legend(
                    title=None, orient="top", columns=2 if longest <= 16 else 1, labelLimit=260
                ),
            ),
            strokeDash=vega.StrokeDash(
                "configuration:N",
                scale=vega.Scale(domain=labels, range=[list(styles[k].dash) for k in labels]),
                legend=None,
            ),
            tooltip=[
                vega.Tooltip("configuration:N", title=_("configuration")),
                vega.Tooltip("x:Q", title="x", format=".2f"),
                vega.Tooltip("answer:Q", title=_("answer"), format=".3~g"),
            ],
        )
    )
    chart: vega.Chart = (
        vega.layer(_dots(samples, x, "target", _("target"), _), lines)
        .properties(
            width="container",
            height=380,
            autosize=vega.AutoSizeParams(type="fit-x", contains="padding"),
        )
        .configure_view(stroke=None)
    )
    return chart


def residual_panel(
    frame: pd.DataFrame, reach: float, title: tuple[str, str], _: Translate
) -> vega.Chart:
    """Residuals of one configuration over what it answers; 0 is a perfect answer.

    Args:
        frame: columns answer, residual, target, part, outlier.
        reach: the largest residual of all panels, so that they share their scale.
    """
    x = vega.X("answer:Q", title=_("answer"), scale=vega.Scale(zero=False), axis=_axis())
    zero = (
        vega.Chart(pd.DataFrame({"zero": [0.0]}))
        .mark_rule(color=_SAMPLE)
        .encode(y=vega.Y("zero:Q"))
    )
    y = {"scale": vega.Scale(domain=[-reach, reach]), "axis": _axis()}
    chart: vega.Chart = (
        vega.layer(zero, _dots(frame, x, "residual", _("residual: target − answer"), _, **y))
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
    )
    return chart


def _dots(
    frame: pd.DataFrame, x: vega.X, column: str, title: str, _: Translate, **scale: Any
) -> vega.Chart:
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
    drawn: vega.Chart = (
        vega.Chart(told)
        .mark_point(filled=True, size=28, opacity=0.75)
        .encode(
            x=x,
            y=vega.Y(f"{column}:Q", title=title, **scale),
            shape=vega.Shape(
                "kind:N",
                scale=vega.Scale(domain=there, range=[kinds[kind][0] for kind in there]),
                legend=_LEGEND,
            ),
            fill=vega.Fill(
                "kind:N",
                scale=vega.Scale(domain=there, range=[legible(kinds[k][1]) for k in there]),
                legend=_LEGEND,
            ),
            size=vega.condition("datum.outlier", vega.value(60), vega.value(24)),
            tooltip=[
                vega.Tooltip("kind:N", title=_("sample")),
                vega.Tooltip("target:Q", title=_("target"), format=".4~g"),
                vega.Tooltip(f"{column}:Q", title=title, format=".3~g"),
            ],
        )
    )
    return drawn


def _axis(**settings: Any) -> vega.Axis:
    return vega.Axis(grid=False, tickCount=5, labelFontSize=11, **settings)
