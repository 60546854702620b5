"""Training one experiment by the service, from a program: on a Dask scheduler's workers.

The program queues the experiment and is the store's trainer until it has ended, unless another
trainer is that already. Others' jobs in the store have their turns meanwhile.
"""

from collections.abc import Callable
from contextlib import suppress

from core.errors import StoreUnavailable, TrainingFailed, told_message
from core.experiment import Experiment
from core.jobs.bounds import bounds
from core.jobs.connection import connected
from core.jobs.results import Results
from core.jobs.serve import serve
from core.jobs.submission import submit
from core.language import N_
from core.report import ENDED, Status
from core.store import Store


def train_served(
    experiment: Experiment,
    *,
    store: Store | str | None = None,
    scheduler: str,
    stop: Callable[[], bool] = lambda: False,
    watch: Callable[[int, int], None] = lambda _done, _total: None,
    told: Callable[[str], None] = lambda _: None,
) -> Results:
    """Train what ``store`` does not hold of ``experiment`` on the workers of ``scheduler``.

    Args:
        experiment: what to train.
        store: a Store or its URL; None keeps the results in memory.
        scheduler: the address of a Dask scheduler.
        stop: asked several times a second; True ends the training, and what was recorded stays.
        watch: called with the epochs that are done, and all.
        told: called with a message of what keeps the service from training.

    Raises:
        TrainerUnavailable: no scheduler answers there.
        TrainingFailed: a run failed; the sentence says why.
    """
    kept = Store.open(store or "sqlite://") if not isinstance(store, Store) else store
    # Here whoever asked is told at once; later a scheduler that is away is waited for.
    with connected(scheduler, bounds().memory):
        pass
    job_id = submit(kept, experiment)
    asked = False

    def ended() -> bool:
        nonlocal asked
        try:
            job = kept.job(job_id)
            if stop() and not asked:
                kept.ask_stop(job_id)
                asked = True
        except StoreUnavailable:
            return False
        watch(job.epochs_done, job.epochs_total)
        return job.status in ENDED

    try:
        serve(kept, scheduler, ended, told)
    except BaseException:
        with suppress(StoreUnavailable):
            kept.finish_job(job_id, Status.CANCELLED)
        raise
    job = kept.job(job_id)
    if job.status == Status.FAILED:
        raise TrainingFailed(
            N_("Training failed: {reason}."), reason=told_message(job.message, str).rstrip(".")
        )
    return Results(kept, job.run_ids)
