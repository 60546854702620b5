"""Training from a page: what it will cost, the button, and a job's progress as it grows.

What is shown is read from the store; this process trains nothing. A job is named by the
link (``?job=``), so that a reload, "back" and a shared link show it.
"""

import pandas as pd
import streamlit as st

from core.analysis import sentences
from core.analysis.configurations import configurations, labelled
from core.charts.palette import styles
from core.errors import KasseiError, StoreUnavailable, told_message
from core.experiment import Experiment
from core.jobs import submit
from core.jobs.estimate import estimate
from core.language import N_, Translate
from core.metrics import duration
from core.report import ACTIVE, Status
from core.sharing.links import encode
from core.store import Job, Store
from pages.shared import caches, failures, results
from pages.shared.binding import current_link, show_runs
from pages.shared.markdown import escaped
from pages.shared.progress import draw_progress, draw_service
from pages.shared.theme import is_dark
from pages.shared.visitors import visitor

# A trainer that starts imports TensorFlow.
_START_SECONDS = 5.0
_ENDINGS = {
    Status.FAILED: N_("Training failed: {reason}"),
    Status.CANCELLED: N_("Stopped. What was trained until then is shown."),
}


def linked_job(store: Store) -> Job | None:
    """The job that the link names; None for a job of another server, if fields say what it was.

    Raises:
        KasseiError: the store does not hold it, and the link says nothing else.
    """
    link = current_link()
    if "job" not in link.view:
        # A store that was opened may be away by now: it is asked anything.
        store.queue()
        return None
    try:
        return store.job(link.view["job"])
    except StoreUnavailable:
        raise
    except KasseiError:
        if link.experiment is None:
            raise
        return None


def job_of(store: Store, runs: pd.DataFrame) -> Job | None:
    """The job that trains some of ``runs``, which a link names in another way."""
    if not runs["status"].isin(ACTIVE).any():
        return None
    job_id = store.training(runs["run_id"])
    return store.job(job_id) if job_id else None


def draw_start(store: Store, experiment: Experiment, job: Job | None, _: Translate) -> None:
    """How many runs, how long they will take, and the button that starts them.

    Not while a ``job`` trains, nor where its runs are those of the form.
    """
    asked = tuple(config.run_id for config in experiment.grid())
    if job and job.run_ids == asked and job.status in (*ACTIVE, Status.FINISHED):
        return
    if job and job.status in ACTIVE:
        st.caption(
            _("What is shown is in training. Stop it, or wait, to train what you chose now.")
        )
        return
    ahead = estimate(experiment, store)
    if not ahead.new_runs:
        told = _("Runs: {runs}, all trained already: shown at once")
    elif ahead.new_runs < ahead.runs:
        told = _("Runs: {runs}, new: {new} · about {time}")
    else:
        told = _("Runs: {runs} · about {time}")
    trainer = store.trainer()
    starting = 0.0 if trainer and trainer.alive else _START_SECONDS
    time = duration(ahead.seconds + starting, _)
    words = told.format(runs=ahead.runs, new=ahead.new_runs, time=time)
    if ahead.going_on == ahead.new_runs and len(ahead.after) == 1:
        words += " · " + _("goes on from epoch {epoch}").format(epoch=ahead.after[0])
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="start"):
        # Not in a callback, whose experiment is of the drawing before: what is typed into a field
        # arrives together with the click that leaves it.
        pressed = st.button(
            _("Train") if ahead.new_runs else _("Show"),
            type="primary",
            icon=":material/play_arrow:",
            key="train",
        )
        st.markdown(f"**{words}**", help=_("Measured on this machine where it has trained before."))
    if pressed:
        failures.keeping(start_training, store, experiment)
        st.rerun()
    draw_service(store, _)


def start_training(store: Store, experiment: Experiment) -> None:
    """Queue ``experiment``, and show its job.

    Raises:
        KasseiError: it is more than may be trained here, or too many wait already.
    """
    job_id = submit(store, experiment, visitor())
    # The fields beside the job are for other servers, and for this one when the job is gone.
    show_runs(encode(experiment, job=job_id))


def is_active(job: Job | None) -> bool:
    """Whether a job waits or is in training."""
    return job is not None and job.status in ACTIVE


def draw_ending(job: Job, runs: pd.DataFrame | None, _: Translate) -> None:
    """Why a job ended, unless it simply finished; or that nothing of its ``runs`` is here."""
    if not job.run_ids:
        st.info(_("The runs of this comparison were deleted: they can be trained again."))
    elif job.status == Status.CANCELLED and (runs is None or not runs["epochs_done"].any()):
        st.info(_("Stopped before anything was trained."))
    elif job.status in _ENDINGS:
        show = st.error if job.status == Status.FAILED else st.info
        show(_(_ENDINGS[job.status]).format(reason=escaped(told_message(job.message, _))))


def draw_job(store: Store, job: Job, _: Translate) -> None:
    """A job in training: its progress and growing curves."""
    # Only what still changes is drawn again and again, and less often what takes longer to read:
    # of many pages that watch, each takes a tenth of a core at most.
    pause = 4.0 if job.runs_total > 100 else min(max(1.0, job.epochs_total / 20_000), 4.0)
    st.fragment(_draw, run_every=pause)(store, job.id, _)


def _draw(store: Store, job_id: str, _: Translate) -> None:
    # Of the button inside; a fragment is drawn again without the page around it.
    failure = failures.kept()
    if failure:
        st.error(escaped(failure.told(_)))
    with failures.told(_, failure):
        _draw_state(store, job_id, _)


def _draw_state(store: Store, job_id: str, _: Translate) -> None:
    job = store.job(job_id)
    if not is_active(job):
        st.rerun()
    runs, epochs = labelled(store.runs(job.run_ids)), store.epochs(job.run_ids)
    caches.trainer().ensure()
    draw_progress(store, job, _)
    if epochs.empty:
        results.draw_empty(_)
        return
    st.caption(escaped(sentences.setting(runs, _)))
    drawn = styles(configurations(runs), dark=is_dark())
    results.draw_curves(runs, epochs, drawn, _, "job")
    if lost := sentences.diverged(runs, _):
        st.warning(escaped(lost), icon=":material/trending_up:")
