"""Compare: choose, train, watch, and see the runs side by side."""

import streamlit as st

from core.errors import InvalidExperiment, KasseiError, StoreUnavailable
from core.language import N_
from pages.shared import caches, failures, results, training
from pages.shared.binding import current_link
from pages.shared.comparison import draw_comparison, has_begun
from pages.shared.continuing import draw_continue, stops
from pages.shared.form import choose_dataset, choose_experiment
from pages.shared.frame import draw_frame
from pages.shared.markdown import escaped
from pages.shared.mirror import fill_from_link, mirror
from pages.shared.selection import find_runs, names_runs, tell_unheld
from pages.shared.stacking import arrive
from pages.shared.titles import by_title

TITLE = N_("What do you want to compare?")

frame = draw_frame(TITLE)
_ = frame.translate
st.title(_(TITLE), anchor=False)
above = st.container()

# The form is drawn whatever fails: what is chosen in it must not be lost.
failure = failures.kept()
store = job = chosen = unknown = None
try:
    store = caches.store()
    job = training.linked_job(store)
except StoreUnavailable as error:
    failure, store = error, None
except KasseiError as error:
    above.warning(unknown := escaped(error.told(_)))
try:
    if names_runs(current_link()) and not training.is_active(job):
        chosen = find_runs(current_link())
        tell_unheld(chosen, above, _)
        if store and chosen and (under_way := training.job_of(store, chosen.runs)):
            job, chosen = under_way, None
except KasseiError as error:
    failure = failure or (None if escaped(error.told(_)) == unknown else error)
arrive(results=chosen is not None or training.is_active(job))
try:
    fill_from_link(job, chosen)
except KasseiError as error:
    failure = failure or error

dataset = choose_dataset(_)
with st.container(key="compare"):
    form, shown = st.columns([5, 8], gap="medium")
experiment = None
with form:
    try:
        experiment = choose_experiment(dataset, _)
        mirror(experiment)
    except InvalidExperiment as error:
        above.warning(escaped(by_title(error, _).told(_)))
if failure:
    above.error(escaped(by_title(failure, _).told(_)))
if store is None:
    failures.draw_return(lambda: caches.store().queue())
with shown:
    settled = chosen and experiment and (chosen.holds(experiment) or stops(chosen, experiment))
    if store and experiment and not settled:
        with failures.told(_, failure):
            training.draw_start(store, experiment, job, _)
    if store and job and training.is_active(job):
        training.draw_job(store, job, _)
    else:
        if job and not stops(chosen):
            training.draw_ending(job, chosen.runs if chosen else None, _)
        if store and chosen:
            with failures.told(_, failure):
                draw_continue(store, chosen, experiment, _)
        if chosen is None or not has_begun(chosen):
            results.draw_empty(_)
        else:
            st.fragment(draw_comparison)(chosen, _, "job")
