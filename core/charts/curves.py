"""Curves over epochs: the mean over seeds, its interval as a band, labels beside the ends.

A frame of ``analysis.convergence.curves`` in, a chart out, for light and dark alike.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.charts import vega
from core.charts.axes import Axes, pace_axis, positive
from core.charts.ends import last_points
from core.charts.palette import Style, legible
from core.charts.placing import apart
from core.language import N_, Translate
from core.metrics import Metric

_LABEL_GAP = 15  # pixels: the height of one label
_LEADER = 22  # pixels between the end of a line and its label
_MOST_LABELS = 40
_BAND = 0.16  # the opacity of a band
# An R² of 0 is the mean's for everything; a network that overflows has any, and would flatten
# all other curves: what is below this lies along the lower edge, where any is above 0.
_WORTHLESS = -1.0

MEAN_OF_SEEDS = N_("{metric}, mean of {seeds} seeds with 95 % interval")
# Where some diverged, or have not come as far: each point's tooltip says how many.
MEAN_OF_SEEDS_LEFT = N_("{metric}, mean of up to {seeds} seeds with 95 % interval")
MEAN_OF_RUNS = N_("{metric}, mean of up to {seeds} runs with 95 % interval")
ONE_SEED = N_("{metric}, one seed")


def curve_chart(
    frame: pd.DataFrame,
    metric: Metric,
    styles: Mapping[str, Style],
    _: Translate,
    *,
    last_epoch: int | None = None,
    height: int = 400,
    axes: Axes = Axes(),  # noqa: B008 - frozen
) -> vega.Chart:
    """Lines with bands and direct labels.

    Args:
        frame: columns configuration, epoch, mean, low, high, n; and that of ``axes.pace``.
        last_epoch: where the axis ends (None: with the data), so that growing curves
            do not rescale it.
        height: of the plot in pixels; it grows with the number of labels.
    """
    shown = _without_start(frame, metric, axes)
    log = not metric.higher_is_better if axes.log is None else axes.log
    labels = list(dict.fromkeys(shown["configuration"].tolist()))
    height = max(height, _LABEL_GAP * min(len(labels), _MOST_LABELS))
    domain = axis_domain(shown, metric)
    if log:
        domain = positive(domain, shown)
    ends = _ends(shown, axes.pace, domain, height, styles, log=log)
    style = [styles[label] for label in labels]
    x = pace_axis(shown, axes, last_epoch, _)
    y = {
        "scale": vega.Scale(
            domain=list(domain), type="log" if log else "linear", nice=False, clamp=True
        ),
        "axis": vega.Axis(format="%" if metric.share else "~g", tickCount=6, title=None),
    }
    colour = vega.Color(
        "configuration:N",
        scale=vega.Scale(domain=labels, range=[one.colour for one in style]),
        legend=None,
    )
    dash = vega.StrokeDash(
        "configuration:N",
        scale=vega.Scale(domain=labels, range=[list(one.dash) for one in style]),
        legend=None,
    )
    # What a mark is of, for readers of screens and for the page's rules on pointing.
    named: Any = {"color": colour, "description": vega.Description("configuration:N")}
    # Bands that lie over the whole plot would hide the lines: the wider, the fainter.
    faint = _BAND / max(1.0, _covered(shown, domain, log=log))
    base = vega.Chart(_told(shown, metric)).encode(x=x, **named)
    layers = (
        *_lines(base, y, dash, faint, metric, _),
        *_labels(vega.Chart(ends).encode(**named), x, y, dash),
    )
    chart: vega.Chart = (
        vega.layer(*layers)
        .properties(
            height=height,
            width="container",
            title=vega.Title(
                curve_title(shown, metric, _, axes),
                anchor="start",
                frame="group",
                fontSize=13,
                fontWeight="normal",
                offset=8,
            ),
            padding={"left": 5, "top": 5, "right": 5, "bottom": 5},
            autosize=vega.AutoSizeParams(type="fit-x", contains="padding"),
        )
        .configure_view(stroke=None)
    )
    return chart


def curve_title(
    frame: pd.DataFrame,
    metric: Metric,
    _: Translate,
    axes: Axes = Axes(),  # noqa: B008 - frozen
) -> str:
    """The metric, over how many seeds its mean is taken, and whether it is smoothed."""
    fewest, most = int(frame["n"].min()), int(frame["n"].max())
    many = MEAN_OF_SEEDS if fewest == most else MEAN_OF_SEEDS_LEFT
    if axes.runs:
        many = MEAN_OF_RUNS
    told = _(many if most > 1 else ONE_SEED).format(metric=_(metric.title), seeds=most)
    if axes.smooth > 1:
        told += " · " + _("smoothed: each point is the mean of up to {span} epochs").format(
            span=axes.smooth
        )
    return told


def _without_start(frame: pd.DataFrame, metric: Metric, axes: Axes) -> pd.DataFrame:
    """Epoch 0 (an untrained network) would flatten an axis of shares; later epochs stay.

    Nor has it a place on a log axis of epochs.
    """
    later = frame[frame["epoch"] > 0]
    return later if (metric.higher_is_better or axes.log_pace) and len(later) else frame


def axis_domain(frame: pd.DataFrame, metric: Metric) -> tuple[float, float]:
    """Limits around the means, and around the bands where they do not dwarf the means."""
    low, high = float(frame["mean"].min()), float(frame["mean"].max())
    if metric.higher_is_better and not metric.share and high > 0:
        low = max(low, _WORTHLESS)
    room = max(high - low, abs(high) * 0.01, 1e-9)
    low = min(low, max(float(frame["low"].fillna(low).min()), low - 0.25 * room))
    high = max(high, min(float(frame["high"].fillna(high).max()), high + 0.25 * room))
    if metric.higher_is_better:
        pad = 0.04 * (high - low) or 0.01
        return max(low - pad, 0.0) if metric.share else low - pad, min(high + pad, 1.0)
    smallest = float(frame["mean"][frame["mean"] > 0].min()) if (frame["mean"] > 0).any() else 1e-9
    return max(low, smallest / 2) * 0.94, max(high, smallest) * 1.06


def _ends(
    frame: pd.DataFrame,
    pace: str,
    domain: tuple[float, float],
    height: int,
    styles: Mapping[str, Style],
    *,
    log: bool,
) -> Mapping[str, NDArray[Any]]:
    """The last point of each line: where it is, where its label goes, and in which colour.

    That is the line's hue in a lightness that can be read.
    """
    labels, means = frame["configuration"].tolist(), frame["mean"].to_numpy(dtype=float)
    last = last_points(labels, frame["epoch"].to_numpy())
    if len(last) > _MOST_LABELS:
        last = last[np.argsort(-means[last], kind="stable")[:_MOST_LABELS]]
    to_axis, to_value = (np.log, np.exp) if log else (np.asarray, np.asarray)
    low, high = to_axis(domain)
    end = np.clip(means[last], *domain)
    pixels = height * (high - to_axis(end)) / (high - low)
    places = np.array(apart(pixels.tolist(), _LABEL_GAP, 4, height - 4))
    named = [labels[index] for index in last]
    along = frame[pace].to_numpy()[last]
    # By another pace lines end here and there: their names stand together all the same.
    edge = along if pace == "epoch" else np.full(len(last), along.max(initial=0))
    return {
        "configuration": np.array(named, dtype=object),
        pace: along,
        "end": end,
        "place": to_value(high - places / height * (high - low)),
        "edge": edge,
        "ink": np.array([legible(styles[label].colour) for label in named], dtype=object),
    }


def _told(frame: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """``frame`` with its numbers in words, for tooltips."""
    halves = (frame["high"] - frame["low"]) / 2
    return frame.assign(
        value=[metric.text(mean) for mean in frame["mean"].tolist()],
        spread=[metric.spread(half) for half in halves.tolist()],
    )


def _covered(frame: pd.DataFrame, domain: tuple[float, float], *, log: bool) -> float:
    """How many times the bands of all configurations together cover the plot."""
    scale = np.log if log else np.asarray
    low, high = (np.clip(frame[name].to_numpy(dtype=float), *domain) for name in ("low", "high"))
    first, last = scale(domain)
    wide = (scale(high) - scale(low)) / (last - first)
    return float(np.nansum(wide)) / frame["epoch"].nunique()


def _lines(
    base: vega.Chart,
    y: Mapping[str, Any],
    dash: vega.StrokeDash,
    faint: float,
    metric: Metric,
    _: Translate,
) -> tuple[vega.Chart, ...]:
    """Bands, lines, and the points that a pointer meets: the others then step back."""
    hovered = vega.selection_point(
        "hovered", fields=["configuration"], on="pointerover", clear="pointerout"
    )
    band = base.mark_area(clip=True).encode(
        y=vega.Y("low:Q", **y),
        y2=vega.Y2("high:Q"),
        opacity=vega.lit(hovered, _BAND, faint, empty=False),
    )
    line = base.mark_line(strokeWidth=2.2, clip=True).encode(
        y=vega.Y("mean:Q", **y),
        strokeDash=dash,
        opacity=vega.lit(hovered, 1, 0.25),
    )
    only = base.data["epoch"].nunique() == 1
    point = (
        base.mark_point(filled=True, clip=True)
        .encode(
            y=vega.Y("mean:Q", **y),
            # A line of one point is no line: then the points are seen. Else they are there, and
            # large, for a pointer to meet.
            opacity=vega.value(1 if only else 0),
            size=vega.value(60 if only else 160),
            tooltip=[
                vega.Tooltip("configuration:N", title=_("configuration")),
                vega.Tooltip("epoch:Q", title=_("epoch")),
                vega.Tooltip("value:N", title=_(metric.title)),
                vega.Tooltip("spread:N", title=_("95 % interval")),
                vega.Tooltip("n:Q", title=_("seeds")),
            ],
        )
        .add_params(hovered)
    )
    return band, line, point


def _labels(
    base: vega.Chart, x: vega.X, y: Mapping[str, Any], dash: vega.StrokeDash
) -> tuple[vega.Chart, vega.Chart]:
    """A name beside the end of each line; the leader in its colour and dash is the key."""
    leader = base.mark_rule(strokeWidth=1.8, x2Offset=_LEADER - 4).encode(
        x=x, x2=vega.X2("edge:Q"), y=vega.Y("end:Q", **y), y2=vega.Y2("place:Q"), strokeDash=dash
    )
    beside = vega.X("edge:Q", title=x["title"], scale=x["scale"], axis=x["axis"])
    name = base.mark_text(
        align="left", baseline="middle", dx=_LEADER, fontSize=12, fontWeight=600
    ).encode(
        x=beside,
        y=vega.Y("place:Q", **y),
        text=vega.Text("configuration:N"),
        color=vega.Color("ink:N", scale=None),
    )
    return leader, name
