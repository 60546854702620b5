"""The gallery: its comparisons as pictures to press, and one of them in full.

The pictures come from summaries, so that the landing page needs no pandas; the full comparison
imports it when it is opened.
"""

import html

import streamlit as st

from core.errors import BundleUnavailable
from core.gallery.cards import RIGHT, WHY, WRONG, cards_html, entry_address
from core.gallery.entries import ENTRIES
from core.gallery.entry import Entry
from core.language import N_
from pages.shared.frame import Frame
from pages.shared.markdown import escaped


def draw_gallery(frame: Frame) -> None:
    """Every entry: its curves to press, what goes right, what goes wrong, and why."""
    _ = frame.translate
    st.subheader(_("What goes right, what goes wrong, and why"), anchor=False)
    st.html(cards_html(st.query_params.get("lang"), _))


def draw_entry(entry: Entry, frame: Frame) -> None:
    """The full comparison of ``entry``, what it teaches, and the way to train it changed."""
    _ = frame.translate
    told = (
        (":green[:material/check:]", _(RIGHT), entry.right),
        (":red[:material/close:]", _(WRONG), entry.wrong),
        (":gray[:material/lightbulb:]", _(WHY), entry.why),
        (":blue[:material/visibility:]", _("What to look for"), entry.look),
    )
    for place, (mark, title, sentence) in zip(st.columns(len(told)), told, strict=True):
        place.markdown(f"{mark} **{title}**\n\n{_(sentence)}")
    body = st.container()
    with body:
        waiting = st.skeleton(height=500)
    # pandas is imported only now: the explanation can be read meanwhile.
    from pages.shared.entry import draw_full

    waiting.empty()
    with body:
        draw_full(entry, _)
    home = html.escape(entry_address(None, st.query_params.get("lang")))
    label = html.escape(_("All comparisons"))
    st.html(f'<a href="{home}" style="color: inherit">{label}</a>')


def tell_unknown(name: str, frame: Frame) -> None:
    """That the link asks for an entry that does not exist, and which do."""
    from pages.shared.binding import current_link

    if "gallery" not in current_link().view:
        # What is no name at all the frame has told.
        return
    error = BundleUnavailable(
        N_("No shipped results named {name}; there are {valid}."),
        name=repr(name)[:80],
        valid=", ".join(ENTRIES),
    )
    st.warning(escaped(error.told(frame.translate)))
