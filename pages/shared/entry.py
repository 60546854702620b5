"""A comparison of the gallery in full: every view of it, and the way to train it changed."""

import streamlit as st

from core.errors import BundleUnavailable
from core.gallery.entry import Entry
from core.language import Translate
from core.sharing.links import encode
from pages.shared.comparison import draw_comparison
from pages.shared.markdown import escaped
from pages.shared.selection import shipped


def draw_full(entry: Entry, _: Translate) -> None:
    """The shipped runs of ``entry``; a sentence where they cannot be read."""
    try:
        chosen = shipped(entry.name)
    except BundleUnavailable as error:
        st.warning(escaped(error.told(_)))
        return
    link = encode(chosen.experiment)
    if "lang" in st.query_params:
        link["lang"] = st.query_params["lang"]
    st.page_link(
        "pages/Compare.py",
        label=_("Change it and train"),
        icon=":material/tune:",
        query_params=link,
    )
    draw_comparison(chosen, _, entry.name)
