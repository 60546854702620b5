"""Runs that may still be growing: their setting, their job's progress, and what is drawn of them.

Used by pages that show a selection. What is drawn comes as a function of the selection; while
a job trains it is drawn again and again, as far as the runs are by then.
"""

from collections.abc import Callable

import streamlit as st

from core.analysis import sentences
from core.language import Translate
from core.report import ACTIVE
from pages.shared import caches, failures
from pages.shared.frame import draw_link
from pages.shared.markdown import escaped
from pages.shared.progress import draw_progress
from pages.shared.selection import Selection, of_job
from pages.shared.training import draw_ending

Draw = Callable[[Selection, Translate], None]


def draw_growing(selection: Selection, draw: Draw, _: Translate) -> None:
    """``draw`` the selection, again every few seconds while its job trains."""
    if selection.name:
        # As plain text: an experiment's name is nobody's Markdown.
        st.text(selection.question(_))
    st.caption(sentences.setting(selection.runs, _))
    job = selection.job
    if job is None or job.status not in ACTIVE:
        if job:
            draw_ending(job, selection.runs, _)
        _draw_state(selection, draw, _)
        return
    pause = 2.0 if job.runs_total <= 100 else 5.0
    st.fragment(_draw_again, run_every=pause)(job.id, draw, _)


def _draw_again(job_id: str, draw: Draw, _: Translate) -> None:
    with failures.told(_):
        store = caches.store()
        selection = of_job(store.job(job_id))
        if selection.job is None or selection.job.status not in ACTIVE:
            st.rerun()
        caches.trainer().ensure()
        draw_progress(store, selection.job, _)
        _draw_state(selection, draw, _)


def _draw_state(selection: Selection, draw: Draw, _: Translate) -> None:
    """The runs if they have reported anything, and which of them diverged."""
    if not (selection.runs["epochs_done"] > 0).any() and selection.epochs().empty:
        with st.container(
            border=True, height=200, vertical_alignment="center", horizontal_alignment="center"
        ):
            nothing = _("Nothing measured yet: charts begin with the first epoch.")
            st.markdown(f":gray[:material/hourglass_empty: {nothing}]", width="content")
            draw_link("pages/Compare.py", _("Open in Compare"), icon=":material/tune:")
        return
    if lost := sentences.diverged(selection.runs, _):
        st.warning(escaped(lost), icon=":material/trending_up:")
    draw(selection, _)
