"""The landing page: a finished comparison on MNIST, at once, from shipped results."""

import streamlit as st

from core.language import N_
from pages.shared.frame import draw_frame, draw_icon
from pages.shared.landing import draw_landing

TITLE = N_("Which activation learns MNIST fastest?")
RESULTS = "mnist-activations"

frame = draw_frame(TITLE, icon=False)
st.title(frame.translate(TITLE), anchor=False)
draw_landing(RESULTS, frame)
draw_icon()
