"""Parallel coordinates: a line a run across its settings and results, to be brushed.

Positions of ``analysis.parallel`` in, a chart out.
"""

import json
from collections.abc import Sequence

import pandas as pd

from core.charts import vega
from core.charts.palette import colour_of, ground
from core.language import Translate

BRUSH = "brush"


def parallel_chart(
    positions: pd.DataFrame,
    ticks: pd.DataFrame,
    titles: Sequence[str],
    _: Translate,
    *,
    dark: bool | None = None,
) -> vega.Chart:
    """Lines over as many axes as there are ``titles``.

    Args:
        positions: a row a run: run_id, activation, and d0, d1, … from 0 to 1.
        ticks: columns axis, position, text.

    A rectangle that is dragged over one or several axes keeps the lines that cross all of
    these axes inside of it.
    """
    axes = [f"d{index}" for index in range(len(titles))]
    frame = positions.assign(
        colour=[colour_of(name, dark=dark) for name in positions["activation"]]
    )
    named = json.dumps(dict(zip(axes, titles, strict=True)), ensure_ascii=False)
    x = vega.X(
        "key:N",
        scale=vega.Scale(domain=axes, type="point", padding=0.35),
        title=None,
        axis=vega.Axis(
            labelExpr=f"({named})[datum.value]", labelAngle=0, labelLimit=110, orient="top",
            labelFontSize=12, labelFontWeight=600, grid=True, ticks=False, domain=False,
        ),
    )  # fmt: skip
    y = vega.Y("value:Q", scale=vega.Scale(domain=[-0.03, 1.03], nice=False), axis=None)
    # The brush speaks of points; a line is kept if each of its points on these axes is inside.
    inside = " && ".join(
        f"(indexof({BRUSH}.key, '{axis}') < 0 ||"
        f" (datum.{axis} >= {BRUSH}.value[0] && datum.{axis} <= {BRUSH}.value[1]))"
        for axis in axes
    )
    brush = vega.selection_interval(name=BRUSH, encodings=["x", "y"])
    folded = (
        vega.Chart(frame)
        .transform_calculate(kept=f"!isValid({BRUSH}.value) || ({inside})")
        .transform_fold([*axes])
    )
    lines = folded.mark_line(strokeWidth=1.4).encode(
        x=x,
        y=y,
        detail="run_id:N",
        color=vega.Color("colour:N", scale=None),
        opacity=vega.condition("datum.kept", vega.value(_opacity(len(frame))), vega.value(0.04)),
    )
    grips = folded.mark_point(opacity=0, size=1).encode(x=x, y=y).add_params(brush)
    told = vega.Chart(ticks.rename(columns={"axis": "key", "position": "value"}))
    paper, ink = ground(dark=dark)
    # Lines run where these words stand: each word has a halo in the page's own colour.
    looks = ({"color": paper, "stroke": paper, "strokeWidth": 4}, {"color": ink})
    halo, words = (
        told.mark_text(align="left", dx=5, fontSize=11, limit=100, **look).encode(
            x=x, y=y, text="text:N"
        )
        for look in looks
    )
    chart: vega.Chart = (
        vega.layer(lines, halo, words, grips)
        .properties(
            width="container",
            height=360,
            autosize=vega.AutoSizeParams(type="fit-x", contains="padding"),
        )
        .configure_view(stroke=None)
    )
    return chart


def _opacity(lines: int) -> float:
    """Lines that cover each other are drawn the paler the more there are."""
    return min(0.8, max(0.15, 4 / lines**0.5)) if lines else 1.0
