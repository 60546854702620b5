"""The view in the address: widgets whose value the link holds, so that "back" undoes them.

The link is the truth: before a widget is drawn its value comes from there, and what a
visitor picks is written there first. A part that says the widget's first value is left out.
Streamlit's own binding would keep labels, which are in the reader's language.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.errors import StoreUnavailable
from core.language import Translate
from core.sharing.links import Link, picked, travelling
from core.sharing.view import VIEW, written
from pages.shared import caches

# The parts of a link that say which runs are shown, and how, whichever they are.
_SHOWN = ("gallery", "job", "runs")
_DRAWN = ("lang", "curve", "axis", "scale", "xscale", "smooth", "group")


def current_link() -> Link:
    """What the address says."""
    parameters = st.query_params.to_dict()
    return caches.link(parameters, repr(parameters))


def bound(part: str, key: str, options: Sequence[Any], first: Any) -> dict[str, Any]:
    """``key`` and ``on_change`` of a menu whose choice is the ``part`` of the link.

    What the link says and ``options`` do not hold counts as ``first``; ``foreign`` tells it.

    Example:
        >>> st.selectbox(_("Compare with"), names, **bound("baseline", "job_baseline", names, a))
    """
    asked = st.query_params.get(part)
    held = {written(option): option for option in options}
    return _kept(part, key, held.get(asked, first) if asked is not None else first, first)


def bound_value(part: str, key: str, first: Any) -> dict[str, Any]:
    """As ``bound``, of a slider, a field or a toggle whose value is whatever the part reads.

    A toggle's part is the word that stands for "on": its first value is False.
    """
    return _kept(part, key, current_link().view.get(part, first), first)


def bound_text(part: str, key: str) -> dict[str, Any]:
    """As ``bound_value``, of a field that keeps what was typed even where it cannot be read."""
    return _kept(part, key, st.query_params.get(part, ""), "")


def bound_several(part: str, key: str, options: Sequence[Any], first: Sequence[Any]) -> Any:
    """As ``bound``, of a menu of several choices; none chosen, or none known, is ``first``."""
    asked = [value for value in current_link().view.get(part, ()) if value in options]
    return _kept(part, key, asked or list(first), list(first))


def foreign(part: str, options: Sequence[Any], _: Translate) -> None:
    """A sentence where the link says a ``part`` that is none of ``options``."""
    asked = st.query_params.get(part)
    if asked is not None and part in current_link().view:
        valid = [written(option) for option in options]
        if asked not in valid:
            told = _("The link asks for {value}, which is not among these; {first} is shown.")
            st.text(told.format(value=asked, first=valid[0] if valid else "–"))


def follow(changes: Mapping[str, str | None]) -> None:
    """Write parts of the link in one step of the browser's history; None takes one out."""
    asked = st.query_params.to_dict()
    wanted = {**asked, **changes}
    kept = {name: text for name, text in wanted.items() if text is not None}
    if kept != asked:
        st.query_params.from_dict(kept)


def show_runs(parameters: Mapping[str, str]) -> None:
    """Show other runs: the link's ``parameters`` are new; language, curve and axes stay."""
    asked = st.query_params.to_dict()
    kept = {name: asked[name] for name in _DRAWN if name in asked}
    st.query_params.from_dict({**kept, **parameters})


def pick_runs(run_ids: Sequence[str]) -> None:
    """Put runs that were picked by hand in the link, with the fields that say what they are."""
    try:
        said = picked(caches.store().runs(run_ids)) if run_ids else {}
    except StoreUnavailable:
        said = {"runs": written(tuple(run_ids))}
    if run_ids:
        said["runs"] = written(tuple(run_ids))
    asked = st.query_params.to_dict()
    chosen = [name for name in travelling(asked) if not VIEW.get(name) or name in _SHOWN]
    follow({**dict.fromkeys(chosen), **said})


def _kept(part: str, key: str, value: Any, first: Any) -> dict[str, Any]:
    if part not in VIEW:
        raise ValueError(f"{part} is no part of a link: add it to core.sharing.view")
    # Only where it differs: a value that is set anew would undo a click that is on its way.
    anew = st.session_state.get("spoken_anew", False)
    if anew or key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    return {"key": key, "on_change": _write, "args": (part, key, first)}


def _write(part: str, key: str, first: Any) -> None:
    value = st.session_state[key]
    usual = value is None or value in ([], first)
    follow({part: None if usual else written(value)})
