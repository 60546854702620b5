"""The gallery: its comparisons as pictures to press, and one of them in full.

The pictures come from summaries, so that the landing page needs neither pandas nor Altair; the
full comparison imports both when it is opened.
"""

from contextlib import suppress

import streamlit as st

from core.charts.still import as_address, thumbnail_svg
from core.errors import BundleUnavailable
from core.gallery.entries import ENTRIES
from core.gallery.entry import Entry
from core.gallery.summary import read_summary
from core.language import N_, Translate
from pages.shared.frame import HOME, Frame

_WIDE = 3  # cards beside one another where there is room


def draw_gallery(frame: Frame) -> None:
    """Every entry: its curves to press, what goes right, what goes wrong, and why."""
    _ = frame.translate
    st.subheader(_("What goes right, what goes wrong, and why"), anchor=False)
    entries = list(ENTRIES.values())
    with st.container(key="gallery"):
        for start in range(0, len(entries), _WIDE):
            for place, entry in zip(st.columns(_WIDE), entries[start:], strict=False):
                with place.container(border=True, height="stretch"):
                    _draw_card(entry, _)


def _draw_card(entry: Entry, _: Translate) -> None:
    picture = ""
    # Where there is none, its page says why; the card still says what the question is.
    with suppress(BundleUnavailable):
        picture = f"![]({as_address(thumbnail_svg(read_summary(entry.name).still))}) "
    link = {"gallery": entry.name}
    if "lang" in st.query_params:
        link["lang"] = st.query_params["lang"]
    st.page_link(
        HOME, label=f"{picture}**{_(entry.question)}**", query_params=link, width="stretch"
    )
    st.markdown(
        f":green[:material/check:] {_(entry.right)}\n\n"
        f":red[:material/close:] {_(entry.wrong)}\n\n"
        f":gray[:material/lightbulb: {_(entry.why)}]"
    )


def draw_entry(entry: Entry, frame: Frame) -> None:
    """The full comparison of ``entry``, what it teaches, and the way to train it changed."""
    _ = frame.translate
    try:
        summary = read_summary(entry.name)
    except BundleUnavailable as error:
        st.warning(error.told(_))
        return
    st.caption(summary.words[frame.language].setting)
    told = (
        (":green[:material/check:]", _("What goes right"), entry.right),
        (":red[:material/close:]", _("What goes wrong"), entry.wrong),
        (":gray[:material/lightbulb:]", _("Why"), entry.why),
        (":blue[:material/visibility:]", _("What to look for"), entry.look),
    )
    for place, (mark, title, sentence) in zip(st.columns(len(told)), told, strict=True):
        place.markdown(f"{mark} **{title}**\n\n{_(sentence)}")
    body = st.container()
    with body:
        waiting = st.skeleton(height=500)
    # pandas and Altair are imported only now: the explanation can be read meanwhile.
    from pages.shared.entry import draw_comparison

    waiting.empty()
    with body:
        draw_comparison(entry, _)


def tell_unknown(name: str, frame: Frame) -> None:
    """That the link asks for an entry that does not exist, and which do."""
    from core.analysis.leaderboard import escaped

    error = BundleUnavailable(
        N_("No shipped results named {name}; there are {valid}."),
        name=escaped(repr(name)[:80]),
        valid=", ".join(ENTRIES),
    )
    st.warning(error.told(frame.translate))
