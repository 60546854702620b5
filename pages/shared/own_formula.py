"""A field for a formula of the visitor's own, in the form of Compare."""

from contextlib import suppress

import streamlit as st

from core.catalog.formula import FORMULA
from core.catalog.notation import EXAMPLE, canonical
from core.errors import InvalidExperiment
from core.language import Translate
from pages.shared.markdown import escaped


def ask_formula(_: Translate) -> None:
    """The field; what is written there joins the activations as soon as it can be read."""
    text = st.text_input(
        _("… or a formula of your own"),
        key="own_formula",
        placeholder=EXAMPLE,
        on_change=_take,
    )
    if text:
        try:
            canonical(text)
        except InvalidExperiment as error:
            st.warning(escaped(error.told(_)))


def _take() -> None:
    with suppress(InvalidExperiment):
        own = f"{FORMULA.name}({canonical(st.session_state['own_formula'])})"
        chosen = st.session_state.get("activation", ())
        st.session_state["activation"] = list(dict.fromkeys((*chosen, own)))
        st.session_state["own_formula"] = ""
