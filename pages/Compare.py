"""Compare: choose, train, watch, and see the runs side by side."""

import streamlit as st

from core.errors import InvalidExperiment, KasseiError, StoreUnavailable
from core.language import N_
from pages.shared import caches, failures, results, training
from pages.shared.form import choose_dataset, choose_experiment
from pages.shared.frame import draw_frame

TITLE = N_("What do you want to compare?")

frame = draw_frame(TITLE)
_ = frame.translate
st.title(_(TITLE), anchor=False)

# The form is drawn whatever fails: what is chosen in it must not be lost.
failure = failures.kept()
store = job = None
try:
    store = caches.store()
    job = training.linked_job(store)
except StoreUnavailable as error:
    failure, store = error, None
except KasseiError as error:
    st.warning(error.told(_))
if failure:
    st.error(failure.told(_))
if store is None:
    failures.draw_return(lambda: caches.store().queue())

dataset = choose_dataset(_)
form, shown = st.columns([5, 8], gap="medium")
experiment = None
with form:
    try:
        experiment = choose_experiment(dataset, _)
    except InvalidExperiment as error:
        st.warning(error.told(_))
with shown:
    if store and experiment:
        with failures.told(_, failure):
            training.draw_start(store, experiment, job, _)
    if store and job:
        training.draw_job(store, job, _)
    else:
        results.draw_empty(_)
if store and job:
    with failures.told(_, failure):
        training.draw_layers(store, job, _)
