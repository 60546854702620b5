"""Runs side by side: curves and layers. Used by every page that compares.

Frames in, widgets and charts drawn; what is computed comes from ``core.analysis``. Runs may
still be growing.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from core.analysis.comparison import headline
from core.analysis.layers import layer_strip
from core.analysis.pacing import paced_curves
from core.charts.axes import PACES, Axes
from core.charts.curves import curve_chart
from core.charts.palette import Style
from core.charts.strip import STATISTICS, Statistic, strip_chart, strip_table
from core.charts.vega import Chart
from core.language import Translate
from core.metrics import METRICS
from pages.shared.binding import bound, bound_value
from pages.shared.lighting import lighting

# What can be drawn, by what the runs are judged by.
_CURVES = {
    "test_accuracy": ("test_accuracy", "train_accuracy", "test_loss", "train_loss"),
    "test_r2": ("test_r2", "train_r2", "test_loss", "train_loss"),
}
_MOST_SMOOTH = 20


def draw_empty(_: Translate) -> None:
    """What stands where results will be."""
    promise = _("Curves will grow here.")
    with st.container(
        border=True, height=300, vertical_alignment="center", horizontal_alignment="center"
    ):
        st.markdown(f":gray[:material/show_chart:] {promise}", width="content")
        st.caption(
            _(
                "All runs of a seed get the same split, the same batches and the same draw of "
                "their first weights: what differs is what you chose."
            ),
            width=420,
            text_alignment="center",
        )


def draw_curves(
    runs: pd.DataFrame,
    epochs: pd.DataFrame,
    drawn: Mapping[str, Style],
    _: Translate,
    key: str,
    *,
    grouped: bool = False,
) -> Chart | None:
    """Curves with bands and direct labels; the reader picks what is drawn, and against what.

    Args:
        drawn: the style of each configuration of ``runs``, in their order.
    """
    names = _CURVES[headline(runs)]
    with st.container(horizontal=True, vertical_alignment="center"):
        column = st.segmented_control(
            _("Curve"),
            names,
            format_func=lambda name: _(METRICS[name].title),
            required=True,
            label_visibility="collapsed",
            **bound("curve", f"{key}_curve", names, names[0]),
        )
        metric = METRICS[column or names[0]]
        axes = _choose_axes(not metric.higher_is_better, grouped, _, key)
    frame = paced_curves(epochs, runs, metric.column, axes.smooth)
    if frame.empty:
        st.caption(_("Curves begin with the first epoch."))
        return None
    st.html(lighting(list(drawn)))
    last = int(runs["epochs"].max())
    chart = curve_chart(frame, metric, drawn, _, last_epoch=last, axes=axes)
    st.vega_lite_chart(chart.to_arrow(), width="stretch", key=f"{key}_curves")
    return chart


def _choose_axes(log: bool, grouped: bool, _: Translate, key: str) -> Axes:
    """The axes and the smoothing, folded away: what is there at first needs no choice."""
    with st.popover(_("Axes"), icon=":material/tune:", key=f"{key}_axes"):
        pace = st.segmented_control(
            _("Against"),
            list(PACES),
            format_func=lambda name: _(PACES[name]),
            required=True,
            **bound("axis", f"{key}_axis", list(PACES), "epoch"),
        )
        scales = {"linear": _("linear"), "log": _("log")}
        across = st.segmented_control(
            _("Horizontal axis"),
            list(scales),
            format_func=scales.__getitem__,
            required=True,
            **bound("xscale", f"{key}_xscale", list(scales), "linear"),
        )
        upward = st.segmented_control(
            _("Vertical axis"),
            list(scales),
            format_func=scales.__getitem__,
            required=True,
            **bound("scale", f"{key}_scale_{log}", list(scales), "log" if log else "linear"),
        )
        smooth = st.slider(
            _("Smoothing: epochs of a moving mean (1 is none)"),
            1,
            _MOST_SMOOTH,
            **bound_value("smooth", f"{key}_smooth", 1),
        )
    return Axes(pace or "epoch", upward == "log", across == "log", grouped, smooth)


def draw_layers(
    runs: pd.DataFrame, layers: pd.DataFrame, names: Sequence[str], _: Translate, key: str
) -> dict[str, Callable[[], Chart]]:
    """A strip of layer statistics per configuration, at an epoch that the reader picks.

    Returns by their titles what makes charts of the same strips, for pictures.

    Args:
        names: the configurations of ``runs``, in their order.
    """
    if layers.empty:
        st.caption(_("These networks have no hidden layers."))
        return {}
    epochs = sorted(int(epoch) for epoch in layers["epoch"].unique())
    epoch = epochs[-1]
    if len(epochs) > 1:
        epoch = st.select_slider(
            _("Epoch (0 is before training)"),
            epochs,
            width=420,
            **bound("epoch", f"{key}_epoch", epochs, epoch),
        )
    frame = layer_strip(layers, runs, list(STATISTICS), epoch)
    tables = [strip_table(frame, statistic, names, _) for statistic in STATISTICS.values()]
    st.html(f'<div class="k-strips">{"".join(tables)}</div>')

    def chart(statistic: Statistic) -> Chart:
        return strip_chart(frame, statistic, names, _).properties(title=_(statistic.title))

    return {_(one.title): partial(chart, one) for one in STATISTICS.values()}
