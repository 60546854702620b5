"""Predictions: what the trained networks answer, side by side."""

import streamlit as st

from core.language import N_
from pages.shared import failures
from pages.shared.frame import draw_frame

TITLE = N_("What do the networks answer?")

frame = draw_frame(TITLE)
_ = frame.translate
st.title(_(TITLE), anchor=False)


def predictions() -> None:
    """Draw what fits the data set; imported here, for pandas is half of a cold start."""
    from core.analysis import sentences
    from pages.shared.predicting import choose_shown
    from pages.shared.selection import choose_runs

    selection = choose_runs(_)
    st.caption(sentences.setting(selection.runs, _))
    shown = choose_shown(selection, _)
    if shown is None:
        return
    if shown.left_out > 0:
        told = _("The first {shown} configurations; {count} more are left out.")
        st.caption(told.format(shown=len(shown.of_seed), count=shown.left_out))
    source = shown.config.source
    if source.kind == "plane":
        from pages.shared.planar import draw_planar

        draw_planar(shown, _)
    if source.task.kind == "regression":
        from pages.shared.regressed import draw_fits

        draw_fits(shown, _)
    elif source.kind != "plane":
        from pages.shared.classified import draw_confusions

        draw_confusions(shown, _)
        if source.kind == "image":
            from pages.shared.own_digit import draw_own_digit

            draw_own_digit(shown, _)


with failures.told(_):
    predictions()
