"""Regressions: the fitted curves, and the residuals of each configuration."""

import pandas as pd
import streamlit as st

from core.analysis import predictions, readings
from core.analysis.configurations import configurations
from core.charts.fits import fit_chart, residual_panel
from core.charts.palette import styles
from core.language import Translate
from core.metrics import METRICS, number
from pages.shared import pictures
from pages.shared.markdown import escaped
from pages.shared.predicting import EARLY, Shown, ended, samples
from pages.shared.theme import is_dark

_POINTS = 300


def draw_fits(shown: Shown, _: Translate) -> None:
    """Curves over the samples where there is one input; residuals always."""
    data = samples(shown.config)
    seed = _(
        "Of seed {seed}: {count} samples of the training and of the test each, in the target's"
        " own units."
    ).format(seed=shown.seed, count=_POINTS)
    runs = {str(run["configuration"]): run for run in shown.of_seed.to_dict("records")}
    networks = {label: shown.network(run) for label, run in runs.items()}
    fits = {label: predictions.fit(net, data, _POINTS) for label, net in networks.items()}
    if data.source.kind == "line":
        st.markdown(
            _(
                "**What to look for:** whose curve follows the samples, and whose is pulled away by"
                " the outliers. Squared error (mse) is pulled most, absolute error (mae) least."
            )
        )
        curves = [
            predictions.curve(net, data).assign(configuration=label)
            for label, net in networks.items()
        ]
        drawn = styles(configurations(shown.runs), dark=is_dark())
        spots = next(iter(fits.values()))
        chart = fit_chart(pd.concat(curves, ignore_index=True), spots, drawn, _)
        title = _("What do the networks answer?")
        notes = [seed]
        if early := [label for label, run in runs.items() if run["status"] in EARLY]:
            told = _("Ended early, and so shown by their last kept weights: {names}.")
            notes.insert(0, told.format(names=_(", ").join(early)))
            st.caption(escaped(notes[0]))
        pictures.draw_chart(chart, title, shown.selection, _, key="fits", more=notes)
    if said := readings.outliers(fits, _):
        st.markdown(said)
    st.subheader(
        _("What is left over: the residuals"),
        anchor=False,
        help=_("Residual: the target minus what the network answers, $r = t - y(x)$."),
    )
    st.markdown(
        _(
            "**What to look for:** a shapeless cloud around 0. A slope or a bend is something that"
            " the network has not learned."
        )
    )
    reach = max(float(frame["residual"].abs().max()) for frame in fits.values()) * 1.05
    charts = []
    with st.container(horizontal=True, gap="medium", key="residuals"):
        for label, frame in fits.items():
            error = float(frame[frame["part"] == "test"]["residual"].abs().mean())
            score = f"{_(METRICS['test_mae'].title)} {number(error)}"
            told = ended(shown, runs[label], None, score, _)
            charts.append(residual_panel(frame, reach, (label, told), _))
            pictures.show(charts[-1], width="content", key=f"residual_{label}")
    title = _("What is left over: the residuals")
    pictures.draw_save_all(charts, title, shown.selection, _, key="residuals", more=[seed])
    st.caption(seed)
