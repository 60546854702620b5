"""Ridgelines: the distribution of a layer's activations, a ridge for each configuration.

A frame of ``analysis.ridges`` in, a chart out. A ridge is as high as its own greatest
density allows; exact zeros are told as a share beside it, for a spike would hide the rest.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.charts import vega
from core.charts.lines import NUMBERS, QUIET
from core.charts.palette import Style
from core.language import Translate

_ROW = 44  # pixels from one ridge's foot to the next's
_MEASURED = ("x", "density", "zeros")
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
    within = (start["x"] >= low) & (start["x"] <= high)
    outlined = {name: start[name][within] for name in ("configuration", "x", "top")}
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
        vega.Chart({"x": np.zeros(1)}).mark_rule(opacity=0.35, strokeDash=[2, 3]).encode(x=x)
    ]
    # One layer a row, so that a ridge in front covers the one behind.
    for row in np.unique(now["foot"]).astype(int).tolist():
        area = vega.Chart(now).mark_area(
            opacity=0.72, line={"strokeWidth": 1.3}, clip=True, interpolate="monotone"
        )
        layers.append(
            area.transform_filter(f"datum.foot === {row}").encode(
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
    if within.any():
        outline = vega.Chart(outlined).mark_line(
            strokeWidth=1.2, strokeDash=[3, 2], color=QUIET, clip=True
        )
        layers.append(
            outline.encode(x=x, y=y, detail=vega.Detail("configuration:N"), description=of)
        )
    text = vega.Chart(_zeros(now)).mark_text(align="right", dx=-2, dy=-9, fontSize=11, color=QUIET)
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


def _placed(frame: pd.DataFrame, layer: int, rows: Sequence[str]) -> Mapping[str, NDArray[Any]]:
    """Ridges of one layer with ``foot`` and ``top`` in rows, and the share of zeros in words."""
    number = {name: index for index, name in enumerate(rows)}
    own = np.flatnonzero(frame["layer"].to_numpy() == layer)
    labels = frame["configuration"].array[own].tolist()
    place = np.array([number.get(label, -1) for label in labels], dtype=np.intp)
    own, place = own[place >= 0], place[place >= 0]
    x, density, zeros = (frame[name].to_numpy(dtype=float)[own] for name in _MEASURED)
    most = np.zeros(len(rows))
    np.maximum.at(most, place, density)
    height = np.divide(density, most[place], out=np.zeros(len(own)), where=most[place] > 0)
    shares = {value: _share(value) for value in np.unique(zeros).tolist()}
    return {
        "configuration": np.array(rows, dtype=object)[place],
        "x": x,
        "foot": place.astype(float),
        "top": place - height * _HEIGHT * 0.92,
        "zeros": zeros,
        "share": np.array([shares[value] for value in zeros.tolist()], dtype=object),
        "n": frame["n"].to_numpy()[own],
    }


def _zeros(ridges: Mapping[str, NDArray[Any]]) -> Mapping[str, NDArray[Any]]:
    """Where the share of zeros is written: at the first point of each ridge that has some."""
    first = np.unique(ridges["foot"], return_index=True)[1]
    first = np.sort(first[ridges["zeros"][first] >= 0.005])
    told = [f"0: {share}" for share in ridges["share"][first]]
    return {
        "configuration": ridges["configuration"][first],
        "top": ridges["top"][first],
        "told": np.array(told, dtype=object),
    }


def _share(value: float) -> str:
    return f"{100 * value:.0f} %" if value == 0 or value >= 0.005 else "<1 %"
