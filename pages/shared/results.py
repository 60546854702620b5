"""Runs side by side: curves and layers. Used by every page that compares.

Frames in, widgets and charts drawn; what is computed comes from ``core.analysis``. Runs may
still be growing.
"""

import pandas as pd
import streamlit as st

from core.analysis.comparison import headline
from core.analysis.configurations import configurations
from core.analysis.convergence import curves
from core.analysis.layers import layer_strip
from core.charts.curves import curve_chart
from core.charts.palette import styles
from core.charts.strip import STATISTICS, strip_chart
from core.language import Translate
from core.metrics import METRICS

# What can be drawn, by what the runs are judged by.
_CURVES = {
    "test_accuracy": ("test_accuracy", "train_accuracy", "test_loss", "train_loss"),
    "test_r2": ("test_r2", "train_r2", "test_loss", "train_loss"),
}


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


def draw_curves(runs: pd.DataFrame, epochs: pd.DataFrame, _: Translate, key: str) -> None:
    """Curves with bands and direct labels; the reader picks what is drawn."""
    names = _CURVES[headline(runs)]
    column = st.segmented_control(
        _("Curve"),
        names,
        default=names[0],
        format_func=lambda name: _(METRICS[name].title),
        required=True,
        label_visibility="collapsed",
        key=f"{key}_curve",
    )
    metric = METRICS[column or names[0]]
    frame = curves(epochs, runs, metric.column)
    if frame.empty:
        st.caption(_("Curves begin with the first epoch."))
        return
    drawn = styles(configurations(runs))
    chart = curve_chart(frame, metric, drawn, _, last_epoch=int(runs["epochs"].max()))
    st.altair_chart(chart, width="stretch", key=f"{key}_curves")


def draw_layers(runs: pd.DataFrame, layers: pd.DataFrame, _: Translate, key: str) -> None:
    """A strip of layer statistics per configuration, at an epoch that the reader picks."""
    if layers.empty:
        st.caption(_("These networks have no hidden layers."))
        return
    epochs = sorted(int(epoch) for epoch in layers["epoch"].unique())
    epoch = epochs[-1]
    if len(epochs) > 1:
        epoch = st.select_slider(
            _("Epoch (0 is before training)"), epochs, value=epoch, key=f"{key}_epoch", width=420
        )
    frame = layer_strip(layers, runs, list(STATISTICS), epoch)
    rows = list(configurations(runs)["configuration"])
    for start in range(0, len(STATISTICS), 3):
        for column, name in zip(st.columns(3), list(STATISTICS)[start : start + 3], strict=True):
            statistic = STATISTICS[name]
            column.markdown(f"**{_(statistic.title)}**", help=_(statistic.meaning))
            column.altair_chart(
                strip_chart(frame, statistic, rows, _), width="stretch", key=f"{key}_{name}"
            )
