"""A surface over the plane with the samples on it, and the surfaces of hidden units.

Arrays and frames of ``analysis.predictions`` in, charts out. A background is a
picture, so that a panel stays light and a dozen of them can follow a slider.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.charts import raster, vega
from core.language import N_, Translate
from core.metrics import number

SIDE = 220
_UNIT = 54
_UNITS_A_ROW = 6

PARTS = {"train": N_("training sample"), "test": N_("test sample")}
OUTLIER = N_("outlier")


def sample_marks(
    points: pd.DataFrame, targets: tuple[float, float] | None, _: Translate
) -> pd.DataFrame:
    """``points`` with columns fill (a colour) and kind (in words), as every panel draws them.

    Args:
        points: columns x, y, target, part, outlier.
        targets: the lowest and the highest target of a regression; None colours classes.
    """
    samples = zip(points["part"].tolist(), points["outlier"].tolist(), strict=True)
    return points.assign(
        fill=_fills(points["target"], targets),
        kind=[_(OUTLIER) if outlier else _(PARTS[part]) for part, outlier in samples],
    )


def surface_panel(
    picture: str,
    samples: pd.DataFrame,
    window: Sequence[float],
    title: tuple[str, str],
    what: str,
    _: Translate,
) -> vega.Chart:
    """One network's surface with samples on it.

    Args:
        picture: the address of the background.
        samples: of ``sample_marks``.
        window: left, right, bottom, top of the plane.
        title: the configuration, and below it how good it is.
        what: how a sample's target is called: the target, or the class.
    """
    left, right, bottom, top = window
    x = vega.X(
        "x:Q",
        scale=vega.Scale(domain=[left, right], nice=False, zero=False),
        title="x1",
        axis=_axis(),
    )
    y = vega.Y(
        "y:Q",
        scale=vega.Scale(domain=[bottom, top], nice=False, zero=False),
        title="x2",
        axis=_axis(titleAngle=0),
    )
    ground = (
        vega.Chart(
            {
                "url": np.array([picture], dtype=object),
                "x": np.array([(left + right) / 2]),
                "y": np.array([(bottom + top) / 2]),
            }
        )
        .mark_image(width=SIDE, height=SIDE, aspect=False)
        .encode(x=x, y=y, url=vega.Url("url:N"))
    )
    dots = (
        vega.Chart(samples)
        .mark_point(filled=True, size=26, opacity=1, strokeWidth=0.9)
        .encode(
            x=x,
            y=y,
            fill=vega.Fill("fill:N", scale=None),
            stroke=vega.condition(
                "datum.part == 'test'", vega.value("#10141B"), vega.value("#FFFFFF")
            ),
            shape=vega.condition("datum.outlier", vega.value("cross"), vega.value("circle")),
            size=vega.condition("datum.outlier", vega.value(60), vega.value(26)),
            tooltip=[
                vega.Tooltip("x:Q", title="x1", format=".2f"),
                vega.Tooltip("y:Q", title="x2", format=".2f"),
                vega.Tooltip("target:Q", title=what, format=".3~g"),
                vega.Tooltip("kind:N", title=_("sample")),
            ],
        )
    )
    chart: vega.Chart = (
        vega.layer(ground, dots)
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


def surface_picture(values: NDArray[Any], targets: tuple[float, float] | None) -> str:
    """The address of the background for a surface of ``analysis.predictions``."""
    if targets:
        return raster.png(raster.targets(values, *targets))
    if values.ndim == 3:
        return raster.png(raster.many_classes(values))
    return raster.png(raster.two_classes(values))


def unit_pictures(surfaces: NDArray[np.floating[Any]]) -> Mapping[str, NDArray[Any]]:
    """The surfaces (units, side, side) of one hidden layer as pictures, in rows of six.

    Columns: url, unit, column, row, low and high (in words).
    """
    place = np.arange(len(surfaces))
    lows, highs = np.nanmin(surfaces, axis=(1, 2)), np.nanmax(surfaces, axis=(1, 2))
    return {
        "url": np.array([raster.png(raster.signed(one)) for one in surfaces], dtype=object),
        "unit": place + 1,
        "column": place % _UNITS_A_ROW,
        "row": place // _UNITS_A_ROW,
        "low": np.array([number(low) for low in lows.tolist()], dtype=object),
        "high": np.array([number(high) for high in highs.tolist()], dtype=object),
    }


def units_chart(cells: Mapping[str, NDArray[Any]], layer: int, _: Translate) -> vega.Chart:
    """The units of one hidden layer, of ``unit_pictures``."""
    chart: vega.Chart = (
        vega.Chart(cells)
        .mark_image(width=_UNIT - 4, height=_UNIT - 4, aspect=False)
        .encode(
            x=vega.X("column:O", axis=None),
            y=vega.Y("row:O", axis=None),
            url=vega.Url("url:N"),
            tooltip=[
                vega.Tooltip("unit:Q", title=_("unit")),
                vega.Tooltip("low:N", title=_("lowest activation")),
                vega.Tooltip("high:N", title=_("highest activation")),
            ],
        )
        .properties(
            width=vega.Step(_UNIT),
            height=vega.Step(_UNIT),
            autosize=vega.AutoSizeParams(type="pad"),
            title=vega.Title(
                _("Hidden layer {layer}: {count} units").format(
                    layer=layer, count=len(cells["unit"])
                ),
                anchor="start",
                fontSize=13,
            ),
        )
        .configure_view(stroke=None)
        .configure_scale(bandPaddingInner=0, bandPaddingOuter=0)
    )
    return chart


def _fills(values: pd.Series, targets: tuple[float, float] | None) -> list[str]:
    if targets is None:
        return [raster.CLASSES[int(value) % len(raster.CLASSES)] for value in values]
    low, high = targets
    place = (values.to_numpy(np.float64) - low) / max(high - low, 1e-12)
    colours = raster.ramp(place[None], raster.TARGETS)[0]
    return ["#" + bytes(colour).hex().upper() for colour in colours]


def _axis(**settings: Any) -> vega.Axis:
    return vega.Axis(grid=False, tickCount=4, labelFontSize=11, titlePadding=4, **settings)
