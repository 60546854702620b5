"""Layers: what happens inside the networks, layer by layer and epoch by epoch, side by side."""

import streamlit as st

from core.language import N_
from pages.shared import failures
from pages.shared.frame import draw_frame

TITLE = N_("What happens inside the layers?")

frame = draw_frame(TITLE)
_ = frame.translate
st.title(_(TITLE), anchor=False)


def page() -> None:
    """Draw the runs of the link; imported here, for charts are half of a cold start."""
    from pages.shared.growing import draw_growing
    from pages.shared.layers import draw_layers
    from pages.shared.selection import choose_runs

    draw_growing(choose_runs(_), draw_layers, _)


with failures.told(_):
    page()
