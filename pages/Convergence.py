"""Convergence: epochs, updates and seconds to a target, ratios of speed, learning rates."""

import streamlit as st

from core.language import N_
from pages.shared import failures
from pages.shared.frame import draw_frame
from pages.shared.markdown import escaped

TITLE = N_("Which gets there first?")

frame = draw_frame(TITLE)
_ = frame.translate
st.title(_(TITLE), anchor=False)
failure = failures.kept()
if failure:
    st.error(escaped(failure.told(_)))


def page() -> None:
    """Draw the runs of the link; imported here, for charts are half of a cold start."""
    from pages.shared import rates
    from pages.shared.growing import draw_growing
    from pages.shared.selection import choose_runs
    from pages.shared.speed import draw_speed

    selection = choose_runs(_)
    draw_growing(selection, draw_speed, _)
    rates.draw_search(selection, _)


with failures.told(_, failure):
    page()
