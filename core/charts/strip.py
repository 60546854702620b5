"""A statistic by configuration and layer: cells of colour, the number in each, all rows named.

A frame of ``analysis.layers.layer_strip`` in, a chart out. Fill and text colour of a
cell are chosen here, by contrast, so that they read alike on light and dark pages.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from core.charts import vega
from core.charts.palette import DIVERGING, SEQUENTIAL, ink, shade
from core.charts.still_tables import Cell, Strip, strip_html
from core.language import N_, Translate
from core.metrics import number

_MOST_TEXT = 8  # layers beside which cells are too narrow for numbers


@dataclass(frozen=True, slots=True)
class Statistic:
    """How a column of the layer table is shown."""

    column: str
    title: str
    meaning: str
    kind: Literal["centred", "size", "share", "order"]


_STATISTICS = (
    Statistic(
        "mean",
        N_("Mean activation"),
        N_("The mean of a = f(z) over samples and units; 0 is centred."),
        "centred",
    ),
    Statistic(
        "std",
        N_("Spread of activations"),
        N_("The standard deviation of a = f(z) over samples and units."),
        "size",
    ),
    Statistic(
        "delta_rms",
        N_("Backpropagated signal"),
        N_("The root mean square of ∂loss/∂z of single samples; level across layers is healthy."),
        "order",
    ),
    Statistic(
        "zero_fraction",
        N_("Share of zeros"),
        N_("The share of activations that are exactly 0."),
        "share",
    ),
    Statistic(
        "saturated_fraction",
        N_("Share saturated"),
        N_(
            "The share of activations where |f′(z)| is at most 5 % of its greatest value; ReLU's "
            "are its zeros."
        ),
        "share",
    ),
    Statistic(
        "gradient_norm",
        N_("Gradient of the weights"),
        N_("The Frobenius norm of ∂(mean loss)/∂W."),
        "order",
    ),
)

# What the page of layers shows besides.
_MORE = (
    Statistic(
        "silent_fraction",
        N_("Share of silent units"),
        N_("The share of units whose f′(z) is 0 for every probe sample."),
        "share",
    ),
    Statistic(
        "dead_fraction",
        N_("Share of dead units"),
        N_("The share of units whose f′(z) is 0 for every training sample."),
        "share",
    ),
    Statistic(
        "update_ratio",
        N_("Size of the last update"),
        N_("|ΔW| / |W|: the epoch's last change of the weights over the weights, Frobenius norms."),
        "order",
    ),
    Statistic(
        "pre_mean",
        N_("Mean of z"),
        N_("The mean of the pre-activations z over samples and units."),
        "centred",
    ),
    Statistic(
        "pre_std",
        N_("Spread of z"),
        N_("The standard deviation of the pre-activations z over samples and units."),
        "size",
    ),
    Statistic(
        "weight_norm",
        N_("Size of the weights"),
        N_("The Frobenius norm of the weight matrix W."),
        "size",
    ),
)

STATISTICS: dict[str, Statistic] = {statistic.column: statistic for statistic in _STATISTICS}
EVERY: dict[str, Statistic] = STATISTICS | {statistic.column: statistic for statistic in _MORE}


def strip_chart(
    frame: pd.DataFrame,
    statistic: Statistic,
    configurations: Sequence[str],
    _: Translate,
    most_text: int = _MOST_TEXT,
) -> vega.Chart:
    """Cells of ``statistic``: rows are ``configurations`` in that order, columns layers.

    Args:
        frame: columns configuration, layer, statistic, value, n.
        most_text: of so many layers at most each cell says its number.
    """
    cells = coloured(frame, statistic)
    base = vega.Chart(cells).encode(
        x=vega.X("layer:O", title=_("hidden layer"), axis=_axis(labelAngle=0, orient="bottom")),
        y=vega.Y(
            "configuration:N",
            # The domain keeps a row for what has no value here: it diverged, say.
            scale=vega.Scale(domain=list(configurations)),
            title=None,
            axis=_axis(),
        ),
        tooltip=[
            vega.Tooltip("configuration:N", title=_("configuration")),
            vega.Tooltip("layer:O", title=_("hidden layer")),
            vega.Tooltip("text:N", title=_(statistic.title)),
            vega.Tooltip("n:Q", title=_("seeds")),
        ],
    )
    layers = [base.mark_rect(cornerRadius=2).encode(color=vega.Color("fill:N", scale=None))]
    count = cells["layer"].nunique()
    if count <= most_text:
        layers.append(
            base.mark_text(fontSize=12 if count <= _MOST_TEXT else 9).encode(
                text=vega.Text("text:N"), color=vega.Color("ink:N", scale=None)
            )
        )
    chart: vega.Chart = (
        vega.layer(*layers)
        .properties(
            width="container",
            height=vega.Step(26),
            autosize=vega.AutoSizeParams(type="fit-x", contains="padding"),
        )
        .configure_view(stroke=None)
        .configure_scale(bandPaddingInner=0.06, bandPaddingOuter=0)
    )
    return chart


def strip_table(
    frame: pd.DataFrame, statistic: Statistic, configurations: Sequence[str], _: Translate
) -> str:
    """The same as a table of HTML, which a browser draws at once: rows light up with curves."""
    own = frame[frame["statistic"] == statistic.column]
    places = zip(own["configuration"].tolist(), own["layer"].tolist(), strict=True)
    cells = dict(zip(places, _cells(own["value"].tolist(), statistic.kind), strict=True))
    count = int(frame["layer"].max()) if len(frame) else 0
    rows = tuple(
        tuple(cells.get((name, layer)) for layer in range(1, count + 1)) for name in configurations
    )
    strip = Strip(statistic.column, rows)
    title, meaning = _(statistic.title), _(statistic.meaning)
    return strip_html(strip, title, meaning, _("hidden layer"), configurations)


def coloured(frame: pd.DataFrame, statistic: Statistic) -> pd.DataFrame:
    """The rows of ``statistic``, with the fill of each cell, and its text and that one's colour."""
    own = frame[frame["statistic"] == statistic.column]
    cells = _cells(own["value"].tolist(), statistic.kind)
    return own.assign(
        fill=[cell.fill for cell in cells],
        ink=[cell.ink for cell in cells],
        text=[cell.text for cell in cells],
    )


def _cells(values: Sequence[float], kind: str) -> list[Cell]:
    fills = _fills(values, kind)
    return [
        Cell(_text(value, kind), fill, ink(fill)) for value, fill in zip(values, fills, strict=True)
    ]


def _axis(**settings: Any) -> vega.Axis:
    return vega.Axis(
        # Every row and every layer is named, whatever the theme thinks of room.
        labelOverlap=False,
        labelFlush=False,
        labelLimit=190,
        labelFontSize=12,
        ticks=False,
        domain=False,
        grid=False,
        **settings,
    )


def _text(value: float, kind: str) -> str:
    if kind == "share":
        # 0.4 % is not nothing: only an exact 0 reads 0 %.
        return f"{100 * value:.0f} %" if value == 0 or value >= 0.005 else "<1 %"
    if kind == "order":
        return number(value, 2)
    # Adding 0 turns a −0 that rounding left into 0.
    return f"{round(value, 2) + 0:.2f}".replace("-", "−") if abs(value) < 99.5 else number(value, 2)


def _fills(values: Sequence[float], kind: str) -> list[str]:
    if kind == "share":
        return [shade(SEQUENTIAL, value) for value in values]
    if kind == "centred":
        reach = max(max(map(abs, values), default=1.0), 0.1)
        return [shade(DIVERGING, 0.5 + value / reach / 2) for value in values]
    if kind == "size":
        top = max(max(values, default=1.0), 1e-12)
        return [shade(SEQUENTIAL, value / top) for value in values]
    logs = [math.log10(value) if value > 0 else math.nan for value in values]
    seen = [value for value in logs if math.isfinite(value)]
    # At least two powers of ten from pale to deep: small differences must look small.
    low, high = min(seen, default=0.0), max(seen, default=0.0)
    slack = max(0.0, 2 - (high - low)) / 2
    low, high = low - slack, high + slack
    return [shade(SEQUENTIAL, (v - low) / (high - low) if math.isfinite(v) else 0) for v in logs]
