"""Ridgelines: the distribution of a layer's activations, a ridge for each configuration.

A frame of ``analysis.ridges`` in, a chart out. A ridge is as high as its own greatest
density allows; exact zeros are told as a share beside it, for a spike would hide the rest.
"""

import json
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from core.charts import vega
from core.charts.lines import NUMBERS, QUIET
from core.charts.palette import Style
from core.language import Translate

_ROW = 44  # pixels from one ridge's foot to the next's
_HEIGHT = 1.35  # of a ridge in rows: they overlap a little, as mountains do


def ridge_chart(
    frame: pd.DataFrame,
    before: pd.DataFrame,
    layer: int,
    configurations: Sequence[str],
    styles: Mapping[str, Style],
    _: Translate,
) -> vega.Chart:
    """The ridges of one ``layer``; in outline what they were ``before`` training.

    Args:
        frame: columns configuration, layer, x, density, zeros, n.
        before: the same at epoch 0; may be empty.
    """
    rows = list(configurations)
    now = _placed(frame, layer, rows)
    start = _placed(before, layer, rows)
    low, high = float(now["x"].min()), float(now["x"].max())
    start = start[start["x"].between(low, high)] if len(start) else start
    names = json.dumps(rows, ensure_ascii=False)
    y = vega.Y(
        "top:Q",
        title=None,
        scale=vega.Scale(domain=[len(rows) - 1 + 0.12, -_HEIGHT], nice=False),
        axis=vega.Axis(
            values=list(range(len(rows))),
            labelExpr=f"{names}[datum.value]",
            labelLimit=150,
            labelFontSize=12,
            labelOverlap=False,
            grid=False,
            ticks=False,
            domain=False,
        ),
    )
    x = vega.X(
        "x:Q",
        title=_("activation a = f(z), layer {layer}").format(layer=layer),
        scale=vega.Scale(domain=[low, high], nice=False),
        axis=vega.Axis(format=NUMBERS, tickCount=5, grid=False),
    )
    colour = vega.Color(
        "configuration:N",
        scale=vega.Scale(domain=rows, range=[styles[row].colour for row in rows]),
        legend=None,
    )
    of = vega.Description("configuration:N")
    layers: list[vega.Chart] = [
        vega.Chart(pd.DataFrame({"x": [0.0]}))
        .mark_rule(opacity=0.35, strokeDash=[2, 3])
        .encode(x=x)
    ]
    # One layer a row, so that a ridge in front covers the one behind.
    for row in sorted(int(place) for place in now["row"].unique()):
        area = vega.Chart(now).mark_area(
            opacity=0.72, line={"strokeWidth": 1.3}, clip=True, interpolate="monotone"
        )
        layers.append(
            area.transform_filter(f"datum.row === {row}").encode(
                x=x,
                y=y,
                y2=vega.Y2("foot:Q"),
                color=colour,
                description=of,
                tooltip=[
                    vega.Tooltip("configuration:N", title=_("configuration")),
                    vega.Tooltip("share:N", title=_("share of exact zeros")),
                    vega.Tooltip("n:Q", title=_("seeds")),
                ],
            )
        )
    if len(start):
        outline = vega.Chart(start).mark_line(
            strokeWidth=1.2, strokeDash=[3, 2], color=QUIET, clip=True
        )
        layers.append(
            outline.encode(x=x, y=y, detail=vega.Detail("configuration:N"), description=of)
        )
    zeros = now[now["zeros"] >= 0.005].drop_duplicates("configuration")
    text = vega.Chart(zeros).mark_text(align="right", dx=-2, dy=-9, fontSize=11, color=QUIET)
    layers.append(
        text.encode(x=vega.value("width"), y=y.copy(), text=vega.Text("told:N"), description=of)
    )
    chart: vega.Chart = (
        vega.layer(*layers)
        .properties(
            width="container",
            height=int(_ROW * (len(rows) - 1 + _HEIGHT + 0.12)),
            autosize=vega.AutoSizeParams(type="fit-x", contains="padding"),
        )
        .configure_view(stroke=None)
    )
    return chart


def _placed(frame: pd.DataFrame, layer: int, rows: Sequence[str]) -> pd.DataFrame:
    """The rows of one layer with ``foot`` and ``top`` in rows, and the share of zeros in words."""
    own = frame[frame["layer"] == layer] if len(frame) else frame
    own = own[own["configuration"].isin(list(rows))]
    foot = pd.Index(rows).get_indexer(pd.Index(own["configuration"])).astype(float)
    density = own["density"].to_numpy(dtype=float)
    most = own.groupby("configuration")["density"].transform("max").to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        height = np.where(most > 0, density / most, 0.0) * _HEIGHT * 0.92
    shares = [_share(value) for value in own["zeros"]]
    return own.assign(
        row=foot, foot=foot, top=foot - height, share=shares, told=[f"0: {s}" for s in shares]
    )


def _share(value: float) -> str:
    return f"{100 * value:.0f} %" if value == 0 or value >= 0.005 else "<1 %"
