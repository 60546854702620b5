"""How training stands: a job's progress with its Stop, and a line on the trainer and its queue.

Read from the store, but for the pace, which a page takes while it looks on; drawn anew every
second while something is in training.
"""

import time
from dataclasses import dataclass

import streamlit as st

from core.errors import told_message
from core.jobs import may_stop, stop_job
from core.language import Translate
from core.metrics import duration, number
from core.report import Status
from core.store import Entry, Job, Store, Trainer
from pages.shared import caches, failures
from pages.shared.markdown import escaped
from pages.shared.visitors import visitor

_WATCH = "progress_watch"
_LEAST_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Watch:
    """When a page first saw epochs that a job trained (seconds of a clock), and how many."""

    job_id: str
    clock: float
    epochs: int


def draw_progress(store: Store, job: Job, _: Translate) -> None:
    """A bar, what is done and what is left of it, the button that stops it, and what is wrong."""
    line, trainer = store.queue(), store.trainer()
    trouble = (trainer.trouble if trainer and trainer.alive else "") or caches.trainer().trouble
    share = job.epochs_done / max(job.epochs_total, 1)
    bar, stop = st.columns([5, 1], vertical_alignment="center")
    stalled = bool(trouble) or trainer is None or not trainer.alive or trainer.workers == 0
    left = _watched(job, stalled=stalled)
    words = _told(job, line, trainer, _, hindered=bool(trouble), left=left)
    bar.progress(share, text=words)
    if may_stop(job, visitor()):
        stop.button(
            _("Stop"),
            key="stop",
            disabled=job.stop_asked,
            on_click=failures.keeping,
            args=(stop_job, store, job.id, visitor()),
        )
    if trouble:
        st.warning(escaped(told_message(trouble, _)), icon=":material/build:")


def draw_service(store: Store, _: Translate) -> None:
    """One quiet line: whether someone trains, how many comparisons wait, how fast it goes."""
    line, trainer = store.queue(), store.trainer()
    begun = sum(entry.place == 0 for entry in line)
    if trainer is None or not trainer.alive:
        told = _("The trainer starts with the first comparison")
    elif trainer.workers == 0:
        told = _("The trainer is starting")
    else:
        told = _("The trainer is ready")
    if line:
        # Also after a start of the app that found jobs in line.
        caches.trainer().ensure()
        told += " · " + _("comparisons in training: {begun}, waiting: {waiting}").format(
            begun=begun, waiting=len(line) - begun
        )
    # The measure is of the last half minute: of one who waits it would be what is past.
    if begun and trainer and trainer.alive and trainer.speed > 0:
        told += " · " + _("{speed} epochs a second").format(speed=number(trainer.speed, 2))
    st.caption(told)


def _told(
    job: Job,
    line: list[Entry],
    trainer: Trainer | None,
    _: Translate,
    *,
    hindered: bool,
    left: float | None = None,
) -> str:
    if job.stop_asked:
        return _("Stopping …")
    if hindered and job.epochs_done:
        # Why is told below; how long it takes nobody knows.
        return _done(job, _) + " · " + _("training waits")
    # Without a worker, too: one that died is started again within seconds.
    if trainer is None or not trainer.alive or (trainer.workers == 0 and _trained(job)):
        return (
            _("The trainer is starting again; what was trained is kept, and it goes on from it …")
            if _trained(job)
            else _("Waiting for the trainer, which takes some seconds to start …")
        )
    if job.status == Status.QUEUED:
        place = next((entry.place for entry in line if entry.id == job.id), 0)
        return (
            _("Waiting: place {place} in the line …").format(place=place)
            if place > 1 or (place and any(entry.place == 0 for entry in line))
            else _("Waiting for the trainer, which takes some seconds to start …")
        )
    told = _done(job, _)
    if not _trained(job) and job.epochs_done < job.epochs_total:
        return told + " · " + _("the networks are being prepared …")
    if left is not None:
        told += " · " + _("about {time} left").format(time=duration(left, _))
    visitors = len({entry.visitor for entry in line if entry.place == 0})
    if visitors > 1:
        told += " · " + _("{visitors} visitors take turns").format(visitors=visitors)
    return told


def _watched(job: Job, *, stalled: bool) -> float | None:
    """``seconds_left`` of a job, from the first of its epochs that this page saw.

    What was waited for while it ``stalled`` is no pace: after it the page begins to watch anew.
    """
    now = time.monotonic()
    begun = st.session_state.get(_WATCH)
    if begun is None or begun.job_id != job.id or stalled:
        begun = Watch(job.id, now, _trained(job))
        if stalled or not begun.epochs:
            st.session_state.pop(_WATCH, None)
        else:
            st.session_state[_WATCH] = begun
    return seconds_left(job, begun, now)


def seconds_left(job: Job, begun: Watch, now: float) -> float | None:
    """Seconds until the last epoch at the pace since ``begun``; None where nobody can know yet.

    The wait for a worker and for compilations, before the first epoch, is no pace.
    """
    watched, trained = now - begun.clock, _trained(job) - begun.epochs
    ahead = job.epochs_total - job.epochs_done
    if watched < _LEAST_SECONDS or trained <= 0 or ahead <= 0:
        return None
    return ahead * watched / trained


def _trained(job: Job) -> int:
    """The epochs that the job itself trained: others, found or copied on its way, took no time."""
    return job.epochs_done - job.epochs_known


def _done(job: Job, _: Translate) -> str:
    return _("{percent} % · epochs: {done} of {total} · runs: {runs}").format(
        percent=int(100 * job.epochs_done / max(job.epochs_total, 1)),
        done=f"{job.epochs_done:,}",
        total=f"{job.epochs_total:,}",
        runs=job.runs_total,
    )
