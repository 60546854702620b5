"""What visitors ask of the store: to train an experiment, to stop it, to delete a run."""

from collections.abc import Sequence

from core.errors import KasseiError
from core.experiment import Experiment
from core.jobs.bounds import bounds, check
from core.jobs.environment import is_public
from core.jobs.estimate import pace
from core.language import N_
from core.store import Job, Store


def submit(store: Store, experiment: Experiment, visitor: str = "") -> str:
    """Queue ``experiment`` for the trainer; returns the job's id.

    Raises:
        InvalidExperiment: it is more than may be trained here.
        KasseiError: too many wait already.
    """
    limits = bounds()
    check(experiment, limits, store, pace(store))
    return store.submit(experiment, visitor, each=limits.queued_each, most=limits.queued)


def may_stop(job: Job, visitor: str) -> bool:
    """Whether ``visitor`` may stop a job: on a public deployment, who began it."""
    return not is_public() or job.visitor == visitor


def stop_job(store: Store, job_id: str, visitor: str = "") -> None:
    """Ask the trainer to stop a job.

    Raises:
        KasseiError: the store does not hold it, or another visitor began it on a public page.
    """
    if not may_stop(store.job(job_id), visitor):
        raise KasseiError(
            N_("This comparison is another visitor's: on a public page who began it can stop it.")
        )
    store.ask_stop(job_id)


def delete_runs(store: Store, run_ids: Sequence[str], visitor: str = "") -> None:
    """Delete runs, all or none; on a public deployment none that another visitor's job trained.

    Raises:
        UnknownRun: the store does not hold one of them.
        KasseiError: one is another visitor's, or a job that is queued or running needs it.
    """
    others = [run for run in run_ids if is_public() and store.visitors_of(run) - {visitor}]
    if others:
        raise KasseiError(
            N_("The run {run_id} is another visitor's: on a public page it stays."),
            run_id=others[0],
        )
    store.index.delete(run_ids)
