"""What activations cost, beside one another: times the cost of ReLU, on a log axis.

Rows of ``analysis.costs`` in, charts out.
"""

import json
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from core.charts import vega
from core.charts.lines import NUMBERS, heading, name_axis
from core.language import Translate

_FIT = vega.AutoSizeParams(type="fit-x", contains="padding")
# Filled where it is compiled, a hollow diamond where it is not.
_SHAPES = ("circle", "diamond")


def cost_chart(
    frame: pd.DataFrame,
    names: Sequence[str],
    colours: Mapping[str, str],
    title: str,
    graphs: Mapping[str, str],
    _: Translate,
) -> vega.Chart:
    """One part of a pass: a point for each activation and way to run it, and its spread.

    Args:
        frame: columns activation, graph, times, times_low, times_high, ns, n; of one part.
        names: activations from top to bottom.
        graphs: ways to run a pass, with their titles in the reader's language.
    """
    middle, low, high = (frame[name].tolist() for name in ("times", "times_low", "times_high"))
    shown = frame.assign(
        way=[graphs[graph] for graph in frame["graph"].tolist()],
        told=[f"{m:.2f} ({a:.2f}–{b:.2f})" for m, a, b in zip(middle, low, high, strict=True)],
    )
    ways = list(graphs.values())
    first = next(iter(graphs))
    reach = max(high) * 1.15
    least = min(0.5, min(low) / 1.15)
    ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if least <= t <= reach]
    x = vega.X(
        "times:Q",
        title=_("times the cost of relu"),
        scale=vega.Scale(type="log", domain=[least, reach], nice=False, clamp=True),
        axis=vega.Axis(values=ticks, format=NUMBERS, grid=True),
    )
    base = vega.Chart(shown).encode(
        y=vega.Y(
            "activation:N", scale=vega.Scale(domain=list(names)), title=None, axis=name_axis()
        ),
        color=vega.Color(
            "activation:N",
            scale=vega.Scale(domain=list(names), range=[colours[name] for name in names]),
            legend=None,
        ),
    )
    one = vega.Chart({"times": np.ones(1)}).mark_rule(strokeDash=[4, 3], opacity=0.8)
    span = base.mark_rule(strokeWidth=2.5, opacity=0.5).encode(
        x=vega.X("times_low:Q"), x2=vega.X2("times_high:Q")
    )
    point = base.mark_point(size=70, strokeWidth=1.8, opacity=1).encode(
        x=x,
        shape=vega.Shape(
            "way:N",
            scale=vega.Scale(domain=ways, range=_SHAPES[: len(ways)]),
            legend=vega.Legend(orient="bottom", title=None, labelLimit=240),
        ),
        tooltip=[
            vega.Tooltip("activation:N", title=_("activation")),
            vega.Tooltip("way:N", title=_("way to run it")),
            vega.Tooltip("told:N", title=_("times the cost of relu")),
            vega.Tooltip("ns:Q", title=_("nanoseconds an element"), format=".2f"),
            vega.Tooltip("n:Q", title=_("rounds")),
        ],
    )
    filled = base.transform_filter(f"datum.graph === {json.dumps(first)}").mark_point(
        size=70, filled=True, opacity=1
    )
    chart: vega.Chart = (
        vega.layer(one.encode(x=x), span, point, filled.encode(x=x, shape=vega.value("circle")))
        .properties(width="container", height=vega.Step(22), autosize=_FIT, title=heading(title))
        .configure_view(stroke=None)
    )
    return chart
