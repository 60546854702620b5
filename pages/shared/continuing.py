"""Training that goes on, from a page: what was stopped is resumed, what ended trained longer.

A link never does either: a button does. What can be gone on from, and how far, is read from
the store; where nothing can, the page says that training begins at its start.
"""

from contextlib import suppress
from datetime import UTC, datetime

import streamlit as st

from core.analysis.sentences import stopped
from core.engine.company import needs_end
from core.errors import StoreUnavailable
from core.experiment import Experiment
from core.jobs.bounds import bounds
from core.jobs.estimate import Estimate, estimate
from core.jobs.planning import is_kept
from core.language import Translate
from core.metrics import duration
from core.report import TRAINED, Status
from core.store import Store
from pages.shared import failures
from pages.shared.selection import Selection
from pages.shared.training import start_training

# A block says where it stands once its worker is done with a turn, its own or another's.
_LATE_SECONDS, _LOOK_SECONDS = 40.0, 2.0


def stops(chosen: Selection | None, experiment: Experiment | None = None) -> bool:
    """Whether ``chosen`` is an experiment (that one, if it is said) that was stopped."""
    if chosen is None or chosen.experiment is None or chosen.gallery:
        return False
    statuses = set(chosen.runs["status"])
    told = experiment is None or experiment.grid() == chosen.experiment.grid()
    return told and Status.CANCELLED in statuses and statuses <= {Status.CANCELLED, *TRAINED}


def draw_continue(store: Store, chosen: Selection, asked: Experiment | None, _: Translate) -> None:
    """The button with which what is shown goes on; nothing where it cannot.

    Longer is trained what the form has ``asked`` for, if that is among what is shown.
    """
    shown = chosen.experiment
    if shown is None or chosen.gallery:
        return
    if stops(chosen):
        _draw_stopped(store, shown, chosen, _)
    elif (
        asked
        and not chosen.absent
        and chosen.holds(asked)
        and chosen.runs["epochs"].nunique() == 1
        and (chosen.runs["status"] == Status.FINISHED).any()
    ):
        # A length that varies is what is compared. Who diverged would do so again, at the same
        # update. Of the same runs the shown ones have the name.
        _draw_longer(store, shown if shown.grid() == asked.grid() else asked, _)


def _draw_stopped(store: Store, experiment: Experiment, chosen: Selection, _: Translate) -> None:
    ahead = estimate(experiment, store)
    begun = chosen.runs.loc[chosen.runs["status"] == Status.CANCELLED.value, "epochs_done"].any()
    how = _how(ahead, _("From the start: where it stood is not kept any more."), _)
    left = _("about {time} left").format(time=duration(ahead.seconds, _))
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="stopped"):
        st.button(
            _("Resume"),
            type="primary",
            icon=":material/resume:",
            key="resume",
            on_click=failures.keeping,
            args=(start_training, store, experiment),
        )
        st.markdown(
            f"**{stopped(chosen.runs, _)} · {left}**",
        )
    if begun:
        shown = _("What was trained until then is shown.")
        st.caption(_("{one} {other}").format(one=shown, other=how))
    if ahead.going_on < ahead.new_runs and _is_recent(chosen):
        st.fragment(_look_again, run_every=_LOOK_SECONDS)(store, experiment, chosen, ahead)


def _is_recent(chosen: Selection) -> bool:
    """Whether what is shown was stopped a moment ago."""
    ended = chosen.job.finished if chosen.job else None
    return ended is not None and (datetime.now(UTC) - ended).total_seconds() < _LATE_SECONDS


def _look_again(store: Store, experiment: Experiment, chosen: Selection, told: Estimate) -> None:
    """Draw the page anew once workers have said more of where it stands than was ``told``."""
    with suppress(StoreUnavailable):
        runs = store.runs(chosen.runs["run_id"])
        trained = runs["epochs_done"].sum() > chosen.runs["epochs_done"].sum()
        known = estimate(experiment, store).going_on > told.going_on
        if trained or known or not _is_recent(chosen):
            st.rerun()


def _draw_longer(store: Store, experiment: Experiment, _: Translate) -> None:
    epochs, most = experiment.grid()[0].epochs, bounds().epochs
    ids = [config.run_id for config in experiment.grid()]
    # What is shipped, and not in this store, stays as it is.
    if epochs >= most or len(store.finished(ids)) < len(ids):
        return
    key = f"longer_{epochs}"
    with st.container(horizontal=True, vertical_alignment="bottom", border=True, key="longer"):
        # Without bounds of the field's own: it would keep the number before, and train that.
        usual = min(max(2 * epochs, 1), most)
        asked = st.number_input(_("Epochs in all"), value=usual, step=1, key=key, width=150)
        st.button(
            _("Train longer"),
            icon=":material/fast_forward:",
            key="train_longer",
            on_click=failures.keeping,
            args=(_start_longer, store, experiment, key),
        )
        if not epochs < asked <= most:
            told = _("Give more than {done} epochs in all, and at most {most}.")
            st.warning(told.format(done=f"{epochs:,}", most=f"{most:,}"))
            return
        ahead = estimate(_longer(experiment, asked), store)
        st.caption(_told_longer(experiment, ahead, store, _), width="stretch")


def _told_longer(experiment: Experiment, ahead: Estimate, store: Store, _: Translate) -> str:
    if not ahead.new_runs:
        return _("All trained already: shown at once.")
    if any(map(needs_end, experiment.grid())):
        begins = _(
            "From the start: the learning-rate schedule depends on the number of epochs, so that a"
            " longer run is another one."
        )
    else:
        begins = (
            _("From the start: so many epochs are computed in another way, or in other blocks.")
            if is_kept(experiment.grid(), store)
            else _("From the start: where it ended is not kept any more.")
        )
    about = _("About {time}.").format(time=duration(ahead.seconds, _))
    return _("{one} {other}").format(one=_how(ahead, begins, _), other=about)


def _how(ahead: Estimate, begins: str, _: Translate) -> str:
    """Where training goes on, or that it ``begins`` anew."""
    if not ahead.going_on:
        return begins
    if ahead.going_on == ahead.new_runs and len(ahead.after) > 1:
        return _("All runs go on from where they stand, which is not the same epoch.")
    if ahead.going_on < ahead.new_runs:
        told = _("{count} of {runs} runs go on from where they stand, the others begin anew.")
        return told.format(count=ahead.going_on, runs=ahead.new_runs)
    told = _("Goes on from epoch {epoch}: the history is that of one training without a break.")
    return told.format(epoch=ahead.after[0])


def _longer(experiment: Experiment, epochs: int) -> Experiment:
    return Experiment(experiment.name, **experiment.fields | {"epochs": epochs})


def _start_longer(store: Store, experiment: Experiment, key: str) -> None:
    epochs, asked, most = experiment.grid()[0].epochs, st.session_state[key], bounds().epochs
    # What was typed and pressed at once is refused where it stands, when the page is drawn.
    if epochs < asked <= most:
        start_training(store, _longer(experiment, asked))
