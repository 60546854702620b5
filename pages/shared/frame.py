"""The frame around every page: logo, navigation, language.

Every page draws it itself. ``st.navigation`` would leave it out where the first request
after a start goes straight to a page's own address.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.language import LANGUAGES, N_, Translate, translator

HOME = "streamlit_app.py"
PAGES: Mapping[str, str] = {"pages/Compare.py": N_("Compare")}

_LOGO = Path(__file__).with_name("logo.svg")
# One line on the narrowest phone, the name larger than the links beside it.
_STYLE = """<style>
.st-key-frame p {white-space: nowrap;}
.st-key-logo p {font-size: 1.35rem; font-weight: 700;}
.st-key-data button {padding: 3px 0; min-width: 74px;}
.st-key-data button p {font-size: 0.7rem;}
.st-key-data button img
  {display: block; width: 67px; max-width: none; height: 42px; max-height: none;}
@media (max-width: 640px) {.st-key-data {flex-wrap: nowrap; overflow-x: auto;}}
</style>"""


@dataclass(frozen=True, slots=True)
class Frame:
    """The reader's language, and the translation of texts into it."""

    language: str
    translate: Translate


def draw_frame(title: str) -> Frame:
    """Set up the page, draw logo, links and language switch; ``title`` is a marked sentence."""
    language = _language()
    _ = translator(language)
    st.set_page_config(page_title=f"{_(title)} · Kassei", page_icon=_LOGO, layout="wide")
    st.html(_STYLE)
    with st.container(
        horizontal=True, wrap=False, vertical_alignment="center", gap="small", key="frame"
    ):
        with st.container(key="logo", width="content"):
            draw_link(HOME, "Kassei", icon=":material/airwave:")
        for page, label in PAGES.items():
            draw_link(page, _(label))
        st.space("stretch")
        _switch(language)
    return Frame(language, _)


def draw_link(page: str, label: str, icon: str | None = None) -> None:
    """A link to another page, in the language of this one."""
    kept = {"lang": st.query_params["lang"]} if "lang" in st.query_params else {}
    st.page_link(page, label=label, icon=icon, query_params=kept)


def _language() -> str:
    """The link's language; without one the browser's, where there is a translation."""
    asked = st.query_params.get("lang") or (st.context.locale or "").partition("-")[0]
    return asked if asked in LANGUAGES else "en"


def _switch(language: str) -> None:
    # The link is the truth: after "back" the switch must follow it.
    st.session_state["language"] = language
    st.segmented_control(
        "Language · 言語",
        list(LANGUAGES),
        format_func=lambda key: {"en": "EN"}.get(key, LANGUAGES[key]),
        key="language",
        label_visibility="collapsed",
        required=True,
        on_change=_follow_switch,
    )


def _follow_switch() -> None:
    st.query_params["lang"] = st.session_state["language"]
