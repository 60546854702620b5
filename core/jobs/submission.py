"""What visitors ask of the store: to train an experiment, and to delete a run; within bounds."""

from core.errors import KasseiError
from core.experiment import Experiment
from core.jobs.bounds import bounds, check
from core.jobs.environment import is_public
from core.jobs.estimate import pace
from core.language import N_
from core.store import Store


def submit(store: Store, experiment: Experiment, visitor: str = "") -> str:
    """Queue ``experiment`` for the trainer; returns the job's id.

    Raises:
        InvalidExperiment: it is more than may be trained here.
        KasseiError: too many wait already.
    """
    limits = bounds()
    check(experiment, limits, store, pace(store))
    return store.submit(experiment, visitor, each=limits.queued_each, most=limits.queued)


def delete_run(store: Store, run_id: str, visitor: str = "") -> None:
    """Delete a run; on a public deployment not one that a job of another visitor trained.

    Raises:
        UnknownRun: the store does not hold it.
        KasseiError: it is another visitor's, or a job that is queued or running needs it.
    """
    if is_public() and store.visitors_of(run_id) - {visitor}:
        raise KasseiError(
            N_("The run {run_id} is another visitor's: on a public page it stays."), run_id=run_id
        )
    store.delete(run_id)
