"""Runs: everything in the store, to search, pick, name, tag, export and delete."""

import streamlit as st

from core.jobs.environment import is_public
from core.language import N_
from pages.shared import caches, failures
from pages.shared.frame import draw_frame
from pages.shared.markdown import escaped
from pages.shared.visitors import visitor

TITLE = N_("What has been trained?")

frame = draw_frame(TITLE)
_ = frame.translate
st.title(_(TITLE), anchor=False)
# Of the callback before this run: what it did not do is told first.
failure = failures.kept()
if failure:
    st.error(escaped(failure.told(_)))


def runs() -> None:
    """Draw the list; imported here, for pandas is half of a cold start."""
    from pages.shared import run_labels, run_list

    store = caches.store()
    st.caption(
        _(
            "Search, filter and order what the store holds; mark rows to compare them. What differs"
            " between marked runs is listed below them."
        )
    )
    query = run_list.choose_query(store, visitor(), _)
    total = run_list.draw_table(store, query, _)
    if not total:
        run_list.draw_nothing(query, _)
    picked = run_list.picked()
    if picked:
        run_labels.draw_picked(store, picked, visitor(), is_public(), _)
    if total:
        run_list.draw_lines(store, query, total, _)


with failures.told(_, failure, lambda: caches.store().queue()):
    runs()
