"""A comparison of the gallery in full: curves, leaderboard, layers, each as the reader asks."""

import streamlit as st

from core.analysis import sentences
from core.errors import BundleUnavailable
from core.gallery.entry import Entry
from core.language import Translate
from core.sharing.links import encode
from pages.shared import results
from pages.shared.leaderboard import draw_leaderboard
from pages.shared.selection import shipped


def draw_comparison(entry: Entry, _: Translate) -> None:
    """The shipped runs of ``entry``; a sentence where they cannot be read."""
    try:
        chosen = shipped(entry.name)
    except BundleUnavailable as error:
        st.warning(error.told(_))
        return
    with st.container(horizontal=True):
        link = encode(chosen.experiment)
        if "lang" in st.query_params:
            link["lang"] = st.query_params["lang"]
        st.page_link(
            "pages/Compare.py",
            label=_("Change it and train"),
            icon=":material/tune:",
            query_params=link,
        )
    left, right = st.columns([11, 9], gap="medium")
    with left:
        results.draw_curves(chosen.runs, chosen.epochs(), _, entry.name)
        if lost := sentences.diverged(chosen.runs, _):
            st.warning(lost, icon=":material/trending_up:")
    with right:
        draw_leaderboard(chosen.runs, chosen.epochs(), _, entry.name)
    layers = chosen.layers()
    if len(layers):
        st.subheader(_("What happens inside: the layers"), anchor=False)
        results.draw_layers(chosen.runs, layers, _, entry.name)
