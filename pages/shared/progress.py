"""How training stands: a job's progress with its Stop, and a line on the trainer and its queue.

Read from the store; a page draws it anew every second while something is in training.
"""

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

# Epochs of each run that tell how long the others take: the first pays for the compilation.
_ENOUGH = 2


def draw_progress(store: Store, job: Job, _: Translate) -> None:
    """A bar, what is done and what is left of it, the button that stops it, and what is wrong."""
    line, trainer = store.queue(), store.trainer()
    trouble = (trainer.trouble if trainer and trainer.alive else "") or caches.trainer().trouble
    share = job.epochs_done / max(job.epochs_total, 1)
    bar, stop = st.columns([5, 1], vertical_alignment="center")
    bar.progress(share, text=_told(job, line, trainer, _, hindered=bool(trouble)))
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
    job: Job, line: list[Entry], trainer: Trainer | None, _: Translate, *, hindered: bool
) -> str:
    if job.stop_asked:
        return _("Stopping …")
    if hindered and job.epochs_done:
        # Why is told below; how long it takes nobody knows.
        return _done(job, _) + " · " + _("training waits")
    # Without a worker, too: one that died is started again within seconds.
    if trainer is None or not trainer.alive or (trainer.workers == 0 and job.epochs_done):
        return (
            _("The trainer is starting again; what was trained is kept, and it goes on from it …")
            if job.epochs_done
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
    visitors = len({entry.visitor for entry in line if entry.place == 0})
    # What was there before the job took it no time.
    trained = job.epochs_done - job.epochs_known
    ahead = job.epochs_done < job.epochs_total
    if ahead and job.busy > 0 and trained >= _ENOUGH * job.runs_total:
        workers = max(1, min(trainer.workers, job.runs_total))
        left = job.busy * (job.epochs_total - job.epochs_done) / trained
        told += " · " + _("about {time} left").format(
            time=duration(left * max(1, visitors / workers), _)
        )
    if visitors > 1:
        told += " · " + _("{visitors} visitors take turns").format(visitors=visitors)
    return told


def _done(job: Job, _: Translate) -> str:
    return _("{percent} % · epochs: {done} of {total} · runs: {runs}").format(
        percent=int(100 * job.epochs_done / max(job.epochs_total, 1)),
        done=f"{job.epochs_done:,}",
        total=f"{job.epochs_total:,}",
        runs=job.runs_total,
    )
