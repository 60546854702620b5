"""Who asks: the same visitor in every tab and after a reload, without an account.

Streamlit gives each browser a random token in a cookie, against requests forged by others'
pages. Its hash is the visitor's name. Who deletes the cookie is another visitor: bounds for
each visitor are for the sake of turns, and those in all protect the server.
"""

import hashlib
import secrets
from itertools import cycle

import streamlit as st

_COOKIE = "_streamlit_xsrf"
_NAME = "visitor"
_CHARACTERS = 16
# Of a token shorter than that there could be two alike.
_BYTES = 16


def visitor() -> str:
    """The visitor's name; of this session alone where the browser keeps no cookie."""
    if _NAME not in st.session_state:
        known = browser(st.context.cookies.get(_COOKIE, ""))
        st.session_state[_NAME] = known or secrets.token_hex(_CHARACTERS // 2)
    name: str = st.session_state[_NAME]
    return name


def browser(cookie: str) -> str | None:
    """A name for the browser that sent ``cookie``: version, mask, masked token and time.

    The mask is another in every answer, the token stays. None where it is no such cookie.
    """
    parts = cookie.strip("\"'").split("|")
    if len(parts) != 4 or parts[0] != "2":
        return None
    try:
        mask, masked = bytes.fromhex(parts[1]), bytes.fromhex(parts[2])
    except ValueError:
        return None
    if not mask or len(masked) < _BYTES:
        return None
    token = bytes(one ^ other for one, other in zip(masked, cycle(mask), strict=False))
    return hashlib.sha256(token).hexdigest()[:_CHARACTERS]
