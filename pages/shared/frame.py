"""The frame around every page: logo, navigation, language.

Every page draws it itself. ``st.navigation`` would leave it out where the first request
after a start goes straight to a page's own address.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import streamlit as st

from core.language import LANGUAGES, N_, Translate, translator
from pages.shared.markdown import escaped

HOME = "streamlit_app.py"
_ROOT = Path(__file__).resolve().parents[2]
_PAGES = {
    "pages/Compare.py": N_("Compare"),
    "pages/Convergence.py": N_("Convergence"),
    "pages/Layers.py": N_("Layers"),
    "pages/Predictions.py": N_("Predictions"),
    "pages/Functions.py": N_("Functions"),
    "pages/Claims.py": N_("Claims"),
    "pages/Runs.py": N_("Runs"),
}
# In the order of the navigation; a page that is not built yet is not named.
PAGES: Mapping[str, str] = {page: _PAGES[page] for page in _PAGES if (_ROOT / page).is_file()}

_LOGO = Path(__file__).with_name("logo.svg")
# Captions, chips and the one blue button in colours that can be read on both themes.
# The links are one line on the narrowest phone too, below the name, and scroll sideways there.
# On a tablet two charts stand abreast at most; a form or a table and what belongs to it do not.
_STYLE = """<style>
[data-testid="stCaptionContainer"] {color: inherit; opacity: 0.78;}
[data-testid="stMultiSelectTagsContainer"] [data-tag]
  {color: inherit; background-color: rgba(128, 128, 128, 0.22);}
[data-testid="stMultiSelectTagsContainer"] [data-tag] * {color: inherit;}
[data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primary"]:hover
  {background-color: #0072B2; border-color: #0072B2; color: #FFFFFF;}
.st-key-frame p {white-space: nowrap;}
:is(div, span):has(> .st-key-page_language), .st-key-page_language {display: none;}
:lang(ja) :is(h1, h2, h3, h4) {word-break: auto-phrase;}
[class*="st-key-"][class*="_save"]:not([class*="_save_"]) {margin-top: -0.6rem;}
.st-key-pages {flex: none; min-width: 0; overflow-x: auto; scrollbar-width: none;}
.st-key-logo p {font-size: 1.35rem; font-weight: 700;}
.st-key-data button {padding: 3px 0; min-width: 74px;}
.st-key-data button p {font-size: 0.7rem;}
.st-key-data button img
  {display: block; width: 67px; max-width: none; height: 42px; max-height: none;}
@media (max-width: 640px) {
  .st-key-data {flex-wrap: nowrap; overflow-x: auto;}
  .st-key-frame {flex-wrap: wrap; justify-content: space-between; row-gap: 0.25rem;}
  .st-key-frame > :has(> .st-key-pages) {order: 3; flex: 1 0 100%; min-width: 0;
    mask-image: linear-gradient(to right, black 88%, transparent);}
  .st-key-pages {padding-right: 2.5rem;}
}
@media (min-width: 641px) and (max-width: 1000px) {
  [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"]:nth-child(3)) {flex-wrap: wrap;}
  [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"]:nth-child(3))
    > [data-testid="stColumn"] {min-width: calc(50% - 1rem);}
  :is(.st-key-abreast, .st-key-compare) > * > [data-testid="stHorizontalBlock"]
    {flex-wrap: wrap;}
  :is(.st-key-abreast, .st-key-compare) > * > * > [data-testid="stColumn"] {min-width: 100%;}
}
</style>"""


@dataclass(frozen=True, slots=True)
class Frame:
    """The reader's language, and the translation of texts into it."""

    language: str
    translate: Translate


def draw_frame(title: str, *, icon: bool = True, tells: Sequence[str] = ()) -> Frame:
    """Set up the page, draw logo, links and language switch.

    Args:
        title: a marked sentence.
        icon: whether to set the tab's icon now. Streamlit imports NumPy and PIL for it; a page
            that must be quick calls ``draw_icon`` when all else is drawn.
        tells: parts of the link of which the page itself says what could not be read.
    """
    language = _language()
    _ = translator(language)
    # A browser keeps the words of a menu's choice until it is told them anew.
    st.session_state["spoken_anew"] = st.session_state.get("spoken", language) != language
    st.session_state["spoken"] = language
    st.set_page_config(page_title=f"{_(title)} · Kassei", layout="wide")
    if icon:
        draw_icon()
    st.html(_STYLE)
    with st.container(
        horizontal=True, wrap=False, vertical_alignment="center", gap="small", key="frame"
    ):
        with st.container(key="logo", width="content"):
            # Home is the landing page, whatever is shown here.
            st.page_link(HOME, label="Kassei", icon=":material/airwave:", query_params=_spoken())
        with st.container(horizontal=True, wrap=False, gap="small", key="pages"):
            for page, label in PAGES.items():
                draw_link(page, _(label))
        _switch(language)
        _speak(language)
    _tell_notes(tells, _)
    return Frame(language, _)


def draw_icon() -> None:
    """Set the icon of the browser's tab."""
    st.set_page_config(page_icon=_LOGO)


def draw_link(page: str, label: str, icon: str | None = None) -> None:
    """A link to another page, in the language of this one and with the same runs."""
    st.page_link(page, label=label, icon=icon, query_params=_travelling())


def here() -> str:
    """The address of this page, without what stands behind its ``?``."""
    parts = urlsplit(st.context.url or "")
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", "", ""))


def _speak(language: str) -> None:
    """Tell the browser which language the page is in: Streamlit's pages all say English.

    Readers aloud choose their voice by it, and lines of Japanese break between phrases.
    """
    script = f"<script>document.documentElement.lang = {json.dumps(language)};</script>"
    with st.container(key="page_language"):
        st.html(script, unsafe_allow_javascript=True)


def _spoken() -> dict[str, str]:
    """The language alone, where the link says one."""
    return {"lang": st.query_params["lang"]} if "lang" in st.query_params else {}


def _travelling() -> dict[str, str]:
    asked = st.query_params.to_dict()
    if not asked.keys() - {"lang"}:
        return asked
    # The codec knows every catalog: a page that is opened without a link need not wait for it.
    from core.sharing.links import travelling

    return travelling(asked)


def _tell_notes(untold: Sequence[str], _: Translate) -> None:
    """What of the link could not be read, a sentence each, but for the parts ``untold``."""
    if not st.query_params.to_dict().keys() - {"lang"} and _language_is_known():
        return
    from pages.shared import caches

    parts = {name: text for name, text in st.query_params.to_dict().items() if name not in untold}
    notes = caches.link(parts, repr(parts)).notes
    if notes:
        head = _("Some of this link could not be read; the rest is shown.")
        st.warning("\n- ".join([head + "\n", *(escaped(note.told(_)) for note in notes)]))


def _language_is_known() -> bool:
    return st.query_params.get("lang", "en") in LANGUAGES


def _language() -> str:
    """The link's language; where that is none the browser's, as far as there is a translation."""
    own = (st.context.locale or "").partition("-")[0]
    return next((one for one in (st.query_params.get("lang"), own) if one in LANGUAGES), "en")


def _switch(language: str) -> None:
    """A button for each other language. A plain one: the browser needs little to draw it."""
    for other, name in LANGUAGES.items():
        if other != language:
            st.button(
                name, key=f"to_{other}", type="tertiary", on_click=_follow_switch, args=(other,)
            )


def _follow_switch(language: str) -> None:
    st.query_params["lang"] = language
