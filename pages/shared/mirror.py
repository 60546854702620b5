"""The form of Compare and the fields in the address: each follows the other.

What is chosen is written to the address once it can be trained; "back", and any link that
opens, fills the form. Other parts of the link (which runs are shown) stay as they are.
"""

import streamlit as st

from core.document import from_yaml
from core.experiment import Experiment
from core.fields import FIELDS
from core.sharing import bundle
from core.sharing.links import address, enclosing, encode
from core.store import Job
from pages.shared.binding import current_link, follow
from pages.shared.filling import fill_form, usual_experiment
from pages.shared.selection import Selection

# What the form was last filled from, and what it said then or has written since.
_FILLED, _SAID = "form_filled", "form_said"


def fill_from_link(job: Job | None, shown: Selection | None) -> None:
    """Fill the form from the link's experiment, else from the runs that are ``shown``.

    Only where the link says something else than when it was last filled; and where the
    widgets were forgotten, as they are on the way over another page.

    Raises:
        KasseiError: the job's experiment is no longer valid, or shipped results are unknown.
    """
    link = current_link()
    named = {name: link.view.get(name) for name in ("gallery", "job", "runs")}
    source = address(_fields()) or address(encode(**named))
    if st.session_state.get(_FILLED) == source and "activation" in st.session_state:
        return
    fill_form(_experiment(job, shown) or usual_experiment())
    st.session_state[_FILLED] = source
    st.session_state.pop(_SAID, None)


def mirror(experiment: Experiment) -> None:
    """Write what the form says now to the address, unless that is what it was filled with."""
    parameters = encode(experiment)
    said = address(parameters)
    before = st.session_state.setdefault(_SAID, said)
    if said != before:
        follow({**dict.fromkeys(_fields()), **parameters})
        st.session_state[_SAID] = said
        st.session_state.pop("unheld", None)
        st.session_state[_FILLED] = address(_fields())


def _experiment(job: Job | None, shown: Selection | None) -> Experiment | None:
    link = current_link()
    if link.experiment is not None:
        return link.experiment
    if job is not None:
        return from_yaml(job.document)
    if "gallery" in link.view:
        return bundle.specification(link.view["gallery"])
    return enclosing(shown.runs) if shown else None


def _fields() -> dict[str, str]:
    """The part of the address that is the experiment."""
    asked = st.query_params.to_dict()
    return {name: text for name, text in asked.items() if name in FIELDS or name in ("v", "name")}
