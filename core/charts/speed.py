"""Charts of convergence: shares of seeds that arrived, and ratios of speed.

Frames of ``analysis.arrivals`` in, charts out.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from core.charts import vega
from core.charts.ends import last_points
from core.charts.lines import NUMBERS, QUIET, Axis, heading, line_chart, name_axis
from core.charts.palette import Style
from core.language import N_, Translate
from core.metrics import number

UNIT_TITLES: Mapping[str, str] = {
    "epochs": N_("epochs"),
    "updates": N_("updates"),
    "seconds": N_("seconds of training"),
}


_SHAPES = {"exact": "circle", "least": "triangle-right", "most": "triangle-left"}


def share_chart(
    frame: pd.DataFrame,
    unit: str,
    target: str,
    styles: Mapping[str, Style],
    _: Translate,
    *,
    hint: bool = True,
) -> vega.Chart:
    """Steps of the share of seeds that have arrived, with their bands.

    Args:
        frame: rows of ``analysis.arrivals.steps``.
        target: the target in words, ``97 %``.
        hint: whether to say what pointing does.
    """
    time = frame["time"].to_numpy(dtype=float)
    last = float(time.max())
    # A share that everyone has reached, or that nobody adds to any more, stays what it is.
    ends = last_points(frame["configuration"].tolist(), np.arange(len(frame)))
    ends = ends[time[ends] < last]
    shown = frame.iloc[np.concatenate([np.arange(len(frame)), ends])]
    times = np.concatenate([time, np.full(len(ends), last)])
    bands = zip(shown["low"].tolist(), shown["high"].tolist(), strict=True)
    told = shown.assign(
        time=times,
        percent=[f"{100 * value:.0f} %" for value in shown["share"].tolist()],
        band=[f"{100 * low:.0f}–{100 * high:.0f} %" if high > 0 else "–" for low, high in bands],
        moment=[number(value) for value in times.tolist()],
    )
    words = _(UNIT_TITLES[unit])
    return line_chart(
        told,
        Axis("time", words, domain=(0.0, max(last, 1e-9)), whole=unit == "epochs"),
        Axis("share", _("share of seeds"), format="%", domain=(-0.02, 1.02)),
        styles,
        title=heading(
            _("Share of seeds that have reached {target}").format(target=target),
            _("95 % band; of many lines, point at one") if hint else "",
        ),
        told={
            "configuration": _("configuration"),
            "moment": words,
            "percent": _("share of seeds"),
            "band": _("95 % interval"),
            "at_risk": _("seeds not there before"),
            "n": _("seeds"),
        },
        steps=True,
    )


def ratio_chart(
    race: pd.DataFrame, baseline: str, styles: Mapping[str, Style], _: Translate
) -> vega.Chart:
    """How many times sooner than ``baseline``: points and intervals on a log axis, 1 marked.

    Args:
        race: rows of ``analysis.arrivals.race`` with a column text: the ratio in words.
    """
    known = race[np.isfinite(race["ratio"].to_numpy())]
    rows = known["configuration"].tolist()
    texts = zip(rows, known["text"].tolist(), strict=True)
    shown = known.assign(
        text=[_("baseline") if row == baseline else text for row, text in texts],
        shape=[_SHAPES.get(bound) for bound in known["bound"].tolist()],
    )
    values = shown[["ratio", "ratio_low", "ratio_high"]].to_numpy(dtype=float)
    values = values[np.isfinite(values)]
    reach = max(1.5, *(float(v) for v in (values.max(initial=1), 1 / values.min(initial=1))))
    # A single wide interval must not squeeze the others to nothing.
    middles = shown["ratio"].to_numpy(dtype=float)
    most = 4 * max(2.0, float(middles.max(initial=1)), 1 / float(middles.min(initial=1)))
    reach = min(reach, most) * 1.1
    ticks = [
        t for t in (0.01, 0.03, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 100) if 1 / reach <= t <= reach
    ]
    base = vega.Chart(shown).encode(
        y=vega.Y("configuration:N", scale=vega.Scale(domain=rows), title=None, axis=name_axis()),
        color=vega.Color(
            "configuration:N",
            scale=vega.Scale(domain=rows, range=[styles[row].colour for row in rows]),
            legend=None,
        ),
        description=vega.Description("configuration:N"),
    )
    x = vega.X(
        "ratio:Q",
        # In two lines: one with a long name is cut on a phone.
        title=[_("times sooner than {baseline}").format(baseline=baseline), _("left of 1: later")],
        scale=vega.Scale(type="log", domain=[1 / reach, reach], nice=False, clamp=True),
        axis=vega.Axis(values=ticks, format=NUMBERS, grid=True),
    )
    one = vega.Chart({"ratio": np.ones(1)}).mark_rule(strokeDash=[4, 3], opacity=0.8)
    span = base.mark_rule(strokeWidth=3, opacity=0.55).encode(
        x=vega.X("ratio_low:Q"), x2=vega.X2("ratio_high:Q")
    )
    point = base.mark_point(size=90, filled=True, opacity=1).encode(
        x=x,
        shape=vega.Shape("shape:N", scale=None),
        tooltip=[
            vega.Tooltip("configuration:N", title=_("configuration")),
            vega.Tooltip("text:N", title=_("times sooner")),
            vega.Tooltip("pairs:Q", title=_("pairs of seeds")),
        ],
    )
    # Beside the plot: over it, it would cross the line at 1 or the names.
    text = base.mark_text(align="left", dx=10, fontSize=11).encode(
        x=vega.value("width"), text=vega.Text("text:N"), color=vega.value(QUIET)
    )
    chart: vega.Chart = (
        vega.layer(one.encode(x=x), span, point, text)
        .properties(
            width="container",
            height=vega.Step(28),
            autosize=vega.AutoSizeParams(type="fit-x", contains="padding"),
        )
        .configure_view(stroke=None)
    )
    return chart
