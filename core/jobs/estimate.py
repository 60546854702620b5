"""How long an experiment will take, before it is started."""

from dataclasses import dataclass

import numpy as np

from core.document import from_yaml
from core.engine import cost
from core.engine.plan import blocks
from core.errors import KasseiError
from core.experiment import Experiment
from core.report import Status
from core.store import Store

# A machine's factor is learned from its newest jobs, and believed within these bounds.
_JOBS, _LOOKED_AT, _SLOWEST, _FASTEST = 5, 20, 10.0, 0.1


@dataclass(frozen=True, slots=True)
class Estimate:
    """An experiment ahead: runs in all, those not trained yet, and seconds for these."""

    runs: int
    new_runs: int
    seconds: float


def estimate(experiment: Experiment, store: Store) -> Estimate:
    """Runs and seconds of ``experiment`` on a trainer that is warm and has nothing else to do.

    The engine's model of time, corrected by what this store's newest jobs took.
    """
    configs = experiment.grid()
    known = store.finished(config.run_id for config in configs)
    rest = [config for config in configs if config.run_id not in known]
    seconds = sum(cost.seconds(block) for block in blocks(rest))
    return Estimate(len(configs), len(rest), seconds * pace(store) if rest else 0.0)


def pace(store: Store) -> float:
    """Training seconds measured per second foreseen, over the newest finished jobs."""
    measured, foreseen = 0.0, 0.0
    jobs = store.jobs(_LOOKED_AT, status=Status.FINISHED)
    # A job all of whose runs were known ended as it was submitted: it measured nothing.
    for job in [job for job in jobs if job.started != job.finished][:_JOBS]:
        try:
            planned = blocks(from_yaml(job.document).grid())
        except KasseiError:
            # A job of an older version, whose fields are no longer valid, teaches nothing.
            continue
        measured += float(np.nansum(store.runs(job.run_ids)["train_seconds"]))
        foreseen += sum(cost.training_seconds(block) for block in planned)
    if foreseen == 0 or measured == 0:
        return 1.0
    return min(_SLOWEST, max(_FASTEST, measured / foreseen))
