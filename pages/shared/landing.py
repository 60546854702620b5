"""The landing page's body: shipped results side by side, and the way to one's own."""

import streamlit as st

from core.analysis.sentences import setting
from core.errors import BundleUnavailable
from core.language import Translate
from pages.shared import caches
from pages.shared.frame import draw_link
from pages.shared.leaderboard import draw_leaderboard


def draw_landing(name: str, _: Translate) -> None:
    """The shipped results ``name``; where they are missing, why, and the way to train."""
    try:
        bundle = caches.gallery(name)
    except BundleUnavailable as error:
        st.info(error.told(_))
        _draw_way(_)
        return
    st.caption(setting(bundle.runs, _))
    left, right = st.columns([11, 9], gap="medium")
    place = left.empty()
    with place:
        st.skeleton(height=500)
    with right:
        draw_leaderboard(bundle.runs, bundle.epochs, _, "landing")
        _draw_way(_)
    # Altair is imported only now: the table can be read meanwhile.
    from pages.shared import results

    with place.container():
        results.draw_curves(bundle.runs, bundle.epochs, _, "landing")
    st.subheader(_("What happens inside: the layers"), anchor=False)
    results.draw_layers(bundle.runs, bundle.layers, _, "landing")


def _draw_way(_: Translate) -> None:
    draw_link("pages/Compare.py", _("Train your own comparison"), icon=":material/play_arrow:")
