"""Functions and their derivatives above one another, and what depth makes of a signal.

Frames of ``analysis.shapes``, ``analysis.depth`` and ``analysis.pulls`` in, charts out. What is
chosen is bold, the rest grey, so that one curve can be read among many.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.charts import vega
from core.charts.axes import tick_words
from core.language import Translate

Numbers = NDArray[np.float64]

_REST = "#9AA0A8"
_DASHES = [[1, 0], [8, 4], [2, 4], [1, 0], [1, 0]]
# The height is that of the plot: axes and legends come on top.
_FIT = vega.AutoSizeParams(type="fit-x", contains="padding")


def function_chart(
    frame: pd.DataFrame, chosen: str, colour: str, column: str, title: str, _: Translate
) -> vega.Chart:
    """One of f and f' of every activation, the ``chosen`` one bold in its ``colour``.

    Args:
        frame: columns activation, z, value, slope.
        column: value or slope.
    """
    frame = frame[["activation", "z", column]]
    own = frame[frame["activation"] == chosen]
    low, high = _limits(own[column].to_numpy(), frame[column].to_numpy())
    x = vega.X("z:Q", title=_("pre-activation z"), axis=vega.Axis(grid=False), scale=_plain())
    y = vega.Y(f"{column}:Q", title=None, scale=vega.Scale(domain=[low, high], nice=False))
    hovered = vega.selection_point(
        "hovered", fields=["activation"], on="pointerover", nearest=True, clear="pointerout"
    )
    rest = (
        vega.Chart(frame)
        .mark_line(strokeWidth=1, clip=True, color=_REST)
        .encode(
            x=x,
            y=y,
            detail=vega.Detail("activation:N"),
            opacity=vega.lit(hovered, 1, 0.4),
            strokeWidth=_thick(hovered),
        )
    )
    points = (
        vega.Chart(frame)
        .mark_point(opacity=0, size=40, clip=True)
        .encode(x=x, y=y, tooltip=_tips(column, title, _))
        .add_params(hovered)
    )
    zero = vega.Chart({"z": np.zeros(1)}).mark_rule(opacity=0.25).encode(x=vega.X("z:Q"))
    bold = vega.Chart(own).mark_line(strokeWidth=3.2, clip=True, color=colour).encode(x=x, y=y)
    chart: vega.Chart = (
        vega.layer(rest, zero, bold, points)
        .properties(height=230, width="container", autosize=_FIT, title=_heading(title))
        .configure_view(stroke=None)
    )
    return chart


def _tips(column: str, title: str, _: Translate) -> list[vega.Tooltip]:
    return [
        vega.Tooltip("activation:N", title=_("activation")),
        vega.Tooltip("z:Q", title="z", format=".2f"),
        vega.Tooltip(f"{column}:Q", title=title, format=".4~g"),
    ]


def _limits(own: Numbers, every: Numbers) -> tuple[float, float]:
    """An axis that shows the chosen curve whole, and of the others what lies near it."""
    seen = every if np.isnan(own).all() else own
    low, high = np.quantile(seen[~np.isnan(seen)], (0.002, 0.998)).tolist()
    low, high = min(low, -0.25), max(high, 1.05)
    room = 0.05 * (high - low)
    return low - room, high + room


def depth_chart(
    frame: pd.DataFrame,
    chosen: str,
    colour: str,
    column: str,
    title: str,
    _: Translate,
    *,
    log: bool = False,
) -> vega.Chart:
    """A number after each layer: the chosen activation bold, the others grey.

    Args:
        frame: columns activation, layer, ``column`` and, with ``log``, bound (dashed).
    """
    shown = frame[frame[column] > 0] if log else frame
    scale = vega.Scale(zero=False)
    if log:
        # What falls below leaves the chart: held at its edge, it would look level.
        scale = vega.Scale(type="log", domain=[1e-20, 1e5])
    x = vega.X("layer:Q", title=_("layers"), axis=vega.Axis(grid=False, format="d"), scale=_plain())
    axis = vega.Axis(format="~g")
    if log:
        ticks = [float(f"1e{power}") for power in range(-20, 5, 4)]
        axis = vega.Axis(values=ticks, labelExpr=tick_words(ticks))
    y = vega.Y(f"{column}:Q", title=None, scale=scale, axis=axis)
    tips = [
        vega.Tooltip("activation:N", title=_("activation")),
        vega.Tooltip("layer:Q", title=_("layers")),
        vega.Tooltip(f"{column}:Q", title=title, format=".3~g"),
    ]
    base = vega.Chart(shown).encode(x=x, y=y)
    hovered = vega.selection_point(
        "hovered", fields=["activation"], on="pointerover", nearest=True, clear="pointerout"
    )
    rest = base.mark_line(color=_REST, clip=True).encode(
        detail=vega.Detail("activation:N"),
        opacity=vega.lit(hovered, 1, 0.4),
        strokeWidth=_thick(hovered),
    )
    points = base.mark_point(opacity=0, clip=True).encode(tooltip=tips).add_params(hovered)
    own = shown[shown["activation"] == chosen]
    bold = vega.Chart(own).mark_line(strokeWidth=3.2, color=colour, clip=True).encode(x=x, y=y)
    layers = [rest, bold]
    if log:
        bound = own[own["bound"] > 0]
        layers.append(
            vega.Chart(bound)
            .mark_line(strokeDash=[5, 4], strokeWidth=1.6, color=colour, clip=True)
            .encode(x=x, y=vega.Y("bound:Q", scale=scale))
        )
    chart: vega.Chart = (
        vega.layer(*layers, points)
        .properties(height=260, width="container", autosize=_FIT, title=_heading(title))
        .configure_view(stroke=None)
    )
    return chart


def loss_chart(
    frame: pd.DataFrame,
    axis: str,
    column: str,
    title: str,
    colours: Mapping[str, str],
    _: Translate,
) -> vega.Chart:
    """Losses, or their gradients.

    Args:
        frame: columns loss, at, value, gradient.
        axis: the title of what they are drawn against.
        column: value or gradient.
    """
    names = list(dict.fromkeys(frame["loss"]))
    chart: vega.Chart = (
        vega.Chart(frame)
        .mark_line(strokeWidth=2.2, clip=True)
        .encode(
            x=vega.X("at:Q", title=axis, axis=vega.Axis(grid=False), scale=_plain()),
            y=vega.Y(f"{column}:Q", title=None, scale=_near(frame[column])),
            color=vega.Color(
                "loss:N",
                scale=vega.Scale(domain=names, range=[colours[name] for name in names]),
                legend=vega.Legend(orient="bottom", title=None, labelLimit=240, columns=2),
            ),
            # Losses that are one curve are seen through each other's gaps.
            strokeDash=vega.StrokeDash(
                "loss:N", scale=vega.Scale(domain=names, range=_DASHES[: len(names)]), legend=None
            ),
            tooltip=[
                vega.Tooltip("loss:N", title=_("loss")),
                vega.Tooltip("at:Q", title=axis, format=".2f"),
                vega.Tooltip(f"{column}:Q", title=title, format=".4~g"),
            ],
        )
        .properties(height=250, width="container", autosize=_FIT, title=_heading(title))
        .configure_view(stroke=None)
    )
    return chart


def outlier_chart(
    points: Sequence[float],
    outlier: float,
    fits: pd.DataFrame,
    colours: Mapping[str, str],
    _: Translate,
) -> vega.Chart:
    """Measured values on a line, one far away, and what each loss makes of them.

    Args:
        fits: columns loss, fit.
    """
    data = pd.DataFrame({"at": [*points, outlier], "out": [*([False] * len(points)), True]})
    names = list(fits["loss"])
    x = vega.X("at:Q", title=_("measured value"), axis=vega.Axis(grid=False), scale=_plain())
    dots = (
        vega.Chart(data)
        .mark_point(filled=True, size=70, opacity=0.8)
        .encode(x=x, y=vega.value(16), color=vega.value("#8C8C8C"))
        .encode(shape=vega.Shape("out:N", legend=None))
    )
    base = vega.Chart(fits.rename(columns={"fit": "at"})).encode(
        x=x,
        y=vega.Y("loss:N", title=None, sort=names, axis=vega.Axis(labelLimit=190), scale=_rows()),
        color=vega.Color(
            "loss:N",
            legend=None,
            scale=vega.Scale(domain=names, range=[colours[name] for name in names]),
        ),
        tooltip=[
            vega.Tooltip("loss:N", title=_("loss")),
            vega.Tooltip("at:Q", title=_("answer"), format=".3f"),
        ],
    )
    ticks = base.mark_tick(thickness=4, size=20)
    told = base.mark_text(align="left", dx=8, fontSize=12).encode(
        text=vega.Text("at:Q", format=".2f")
    )
    chart: vega.Chart = (
        vega.layer(dots, ticks, told)
        .properties(width="container", autosize=_FIT, height=200)
        .configure_view(stroke=None)
    )
    return chart


def bars_chart(frame: pd.DataFrame, title: str, _: Translate) -> vega.Chart:
    """A number of each class, from -1 to 1.

    Args:
        frame: columns label (the class), value.
    """
    # A probability needs no sign, a pull does.
    sign = "+" if (frame["value"] < 0).any() else ""
    base = vega.Chart(frame.assign(end=frame["value"].clip(lower=0))).encode(
        y=vega.Y("label:N", title=_("class")),
        tooltip=[
            vega.Tooltip("label:N", title=_("class")),
            vega.Tooltip("value:Q", title=title, format=".3f"),
        ],
    )
    x = vega.X("value:Q", title=None, scale=vega.Scale(domain=[-1, 1.25]))
    bars = base.mark_bar().encode(
        x=x, color=vega.condition("datum.value < 0", vega.value("#D55E00"), vega.value("#0072B2"))
    )
    texts = base.mark_text(dx=4, align="left", fontSize=12, color=_REST).encode(
        text=vega.Text("value:Q", format=sign + ".2f"), x=vega.X("end:Q")
    )
    chart: vega.Chart = (
        vega.layer(bars, texts)
        .properties(height=150, width="container", autosize=_FIT, title=_heading(title))
        .configure_view(stroke=None)
    )
    return chart


def _thick(hovered: vega.Parameter) -> vega.Words:
    return vega.lit(hovered, 2, 1)


def _plain() -> vega.Scale:
    return vega.Scale(nice=False, zero=False)


def _rows() -> vega.Scale:
    return vega.Scale(paddingOuter=0.9)


def _near(values: pd.Series) -> vega.Scale:
    """A scale of what most of the curve is: entropies grow without bound at the edge."""
    low, high = float(values.quantile(0.02)), float(values.quantile(0.98))
    room = 0.05 * (high - low or 1)
    return vega.Scale(domain=[low - room, high + room], nice=False)


def _heading(title: str) -> Any:
    return vega.Title(title, anchor="start", fontSize=13, fontWeight="normal", frame="group")
