"""The landing page: a finished comparison, at once, and the gallery; one of it with ?gallery=."""

import streamlit as st

from core.gallery.entries import ENTRIES
from pages.shared.frame import draw_frame, draw_icon
from pages.shared.gallery import draw_entry, draw_gallery, tell_unknown
from pages.shared.landing import draw_landing

first = next(iter(ENTRIES.values()))
name = st.query_params.get("gallery")
asked = ENTRIES.get(name or "")
frame = draw_frame((asked or first).question, icon=False)
st.title(frame.translate((asked or first).question), anchor=False)
if asked:
    draw_entry(asked, frame)
else:
    if name:
        tell_unknown(name, frame)
    draw_landing(first, frame)
    draw_gallery(frame)
draw_icon()
