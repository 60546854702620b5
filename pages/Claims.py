"""Claims: what papers and articles say, and what shipped runs say to it."""

import streamlit as st

from core.language import N_
from pages.shared import failures
from pages.shared.frame import draw_frame

TITLE = N_("Is it true what articles say?")

frame = draw_frame(TITLE)
_ = frame.translate
st.title(_(TITLE), anchor=False)


def page() -> None:
    """Draw every claim with its verdict; imported here, for pandas is half of a cold start."""
    from pages.shared.claims import draw_claims

    draw_claims(_)


with failures.told(_):
    page()
