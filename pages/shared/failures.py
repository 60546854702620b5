"""What goes wrong while a page is drawn or a button is pressed, as one sentence."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import streamlit as st

from core.errors import KasseiError, StoreUnavailable
from core.language import Translate
from pages.shared.markdown import escaped

_KEPT, _AWAY = "failure", "away"
_RETURN_SECONDS = 4.0


def keeping(action: Callable[..., Any], *values: Any) -> None:
    """Do ``action`` in a callback, whose failure the next run of the page tells."""
    try:
        action(*values)
    except KasseiError as error:
        st.session_state[_KEPT] = error


def kept() -> KasseiError | None:
    """What the callback before this run failed with; it is told once."""
    failure: KasseiError | None = st.session_state.pop(_KEPT, None)
    return failure


def draw_return(opens: Callable[[], Any]) -> None:
    """Look every few seconds whether what failed works again, and then draw the page anew."""

    @st.fragment(run_every=_RETURN_SECONDS)
    def look() -> None:
        # The first drawing is the page's own, which has just seen it fail.
        if st.session_state.pop(_AWAY, False):
            with suppress(KasseiError):
                opens()
                st.rerun()
        st.session_state[_AWAY] = True

    look()


@contextmanager
def told(
    _: Translate,
    known: KasseiError | None = None,
    opens: Callable[[], Any] | None = None,
) -> Iterator[None]:
    """Tell what fails inside in place of the rest, but not what is ``known`` a second time.

    Where it is the store, the page is drawn anew once ``opens`` works, if that is given.
    """
    try:
        yield
    except KasseiError as error:
        if known is None or str(error) != str(known):
            st.error(escaped(error.told(_)))
        if opens and isinstance(error, StoreUnavailable):
            draw_return(opens)
