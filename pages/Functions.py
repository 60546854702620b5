"""Functions: activations, losses and softmax with their derivatives, and a formula of one's own."""

import streamlit as st

from core.language import N_
from pages.shared import failures
from pages.shared.frame import draw_frame

TITLE = N_("What does each function do, and what does its slope?")
PARTS = {
    "activations": N_("Activations"),
    "depth": N_("Through 50 layers"),
    "losses": N_("Losses"),
    "softmax": N_("Softmax: p − t"),
}

# Of the formula its field says what is wrong.
frame = draw_frame(TITLE, tells=("formula",))
_ = frame.translate
st.title(_(TITLE), anchor=False)


def page() -> None:
    """Draw the part of the link; imported here, for charts are half of a cold start."""
    from pages.shared import function_losses, functions
    from pages.shared.binding import bound

    part = st.segmented_control(
        _("What to look at"),
        list(PARTS),
        format_func=lambda name: _(PARTS[name]),
        required=True,
        label_visibility="collapsed",
        **bound("part", "part", list(PARTS), "activations"),
    )
    if part == "losses":
        function_losses.draw_losses(_)
    elif part == "softmax":
        function_losses.draw_softmax(_)
    else:
        functions.draw(part == "depth", _)


with failures.told(_):
    page()
