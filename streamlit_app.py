"""The landing page: a finished comparison on MNIST, at once, from shipped results."""

import streamlit as st

from core.language import N_
from pages.shared.frame import draw_frame

TITLE = N_("Which activation learns MNIST fastest?")
RESULTS = "mnist-activations"

frame = draw_frame(TITLE)
_ = frame.translate
st.title(_(TITLE), anchor=False)


def landing() -> None:
    """Draw the results; imported here, for pandas and Altair are half of a cold start."""
    waiting = st.caption(_("Opening the finished comparison …"))
    from pages.shared.landing import draw_landing

    waiting.empty()
    draw_landing(RESULTS, _)


landing()
