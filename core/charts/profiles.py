"""Statistics of layers as lines: across the layers, and over the epochs.

Frames of ``analysis.layers`` in, charts out.
"""

from collections.abc import Mapping

import pandas as pd

from core.charts import vega
from core.charts.lines import NUMBERS, Axis, heading, line_chart
from core.charts.palette import Style
from core.charts.strip import Statistic
from core.language import N_, Translate
from core.metrics import number

_SEEDS = N_("mean of {seeds} seeds with 95 % interval")
_GEOMETRIC = N_("geometric mean of {seeds} seeds with 95 % interval")
_ONE = N_("one seed")


def across_chart(
    frame: pd.DataFrame, statistic: Statistic, styles: Mapping[str, Style], _: Translate
) -> vega.Chart:
    """``statistic`` by hidden layer, on a log axis."""
    # Of networks of different depth, lines end amid the others.
    # Layers ascend within a configuration.
    deepest = dict(zip(frame["configuration"].tolist(), frame["layer"].tolist(), strict=True))
    apart = len(set(deepest.values())) > 1
    axis = Axis("layer", _("hidden layer"), whole=True, legend=apart)
    return _chart(frame, axis, statistic, "", styles, _)


def epochs_chart(
    frame: pd.DataFrame,
    statistic: Statistic,
    layer: int,
    styles: Mapping[str, Style],
    _: Translate,
) -> vega.Chart:
    """``statistic`` of one ``layer`` by epoch; orders of magnitude on a log axis."""
    place = _("layer {layer}").format(layer=layer)
    return _chart(frame, Axis("epoch", _("epoch"), whole=True), statistic, place, styles, _)


def _chart(
    frame: pd.DataFrame,
    x: Axis,
    statistic: Statistic,
    place: str,
    styles: Mapping[str, Style],
    _: Translate,
) -> vega.Chart:
    log = statistic.kind == "order"
    share = statistic.kind == "share"

    def text(value: float) -> str:
        return f"{100 * value:.1f} %" if share else number(value)

    told = frame.assign(
        told=[text(value) for value in frame["value"].tolist()],
        band=[
            f"{text(low)} – {text(high)}" if low == low else "–"
            for low, high in zip(frame["low"].tolist(), frame["high"].tolist(), strict=True)
        ],
    )
    seeds = int(frame["n"].max())
    words = _ONE if seeds == 1 else _GEOMETRIC if log else _SEEDS
    title = _(statistic.title)
    return line_chart(
        told,
        x,
        Axis(
            "value",
            "",
            log=log,
            format="%" if share else NUMBERS,
            domain=(-0.02, 1.02) if share else None,
        ),
        styles,
        title=heading(
            f"{place} · {title}" if place else title,
            _(words).format(seeds=seeds),
        ),
        told={
            "configuration": _("configuration"),
            x.column: x.title,
            "told": _(statistic.title),
            "band": _("95 % interval"),
            "n": _("seeds"),
        },
        height=260,
    )
