"""Whether the reader's page is dark: what is black on a light page is white there."""

import streamlit as st


def is_dark() -> bool | None:
    """True on a dark page, False on a light one, None where the browser has not said."""
    kind = st.context.theme.type
    return None if kind is None else kind == "dark"
