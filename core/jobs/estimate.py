"""How long an experiment will take, before it is started."""

import itertools
from dataclasses import dataclass
from math import isnan

from core.document import from_yaml
from core.engine import cost
from core.engine.plan import blocks
from core.errors import KasseiError
from core.experiment import Experiment
from core.jobs.planning import Planned, plan
from core.report import Status
from core.store import Job, Store

# A machine's factor is learned from its newest jobs, and believed within these bounds.
_JOBS, _LOOKED_AT, _SLOWEST, _FASTEST = 5, 20, 10.0, 0.1


@dataclass(frozen=True, slots=True)
class Estimate:
    """An experiment ahead: runs in all, those not trained yet, and seconds for these.

    ``going_on`` of the new runs go on from where they, or shorter ones, ended: after the epochs
    ``after``, which may be none.
    """

    runs: int
    new_runs: int
    seconds: float
    going_on: int = 0
    after: tuple[int, ...] = ()


def estimate(experiment: Experiment, store: Store) -> Estimate:
    """Runs and seconds of ``experiment`` on a trainer that is warm and has nothing else to do.

    The engine's model of time, corrected by what this store's newest jobs took.
    """
    configs = experiment.grid()
    known = store.finished(config.run_id for config in configs)
    rest = [config.run_id for config in configs if config.run_id not in known]
    if not rest:
        return Estimate(len(configs), 0, 0.0)
    ahead = plan(configs, rest, store)
    going = [planned for planned in ahead if planned.after is not None]
    reading = max(cost.reading_seconds(planned.block.shape) for planned in ahead)
    return Estimate(
        runs=len(configs),
        new_runs=len(rest),
        seconds=pace(store) * (reading + cost.together(map(_seconds, ahead))),
        going_on=sum(run_id not in known for planned in going for run_id in planned.run_ids),
        after=tuple(sorted({planned.after or 0 for planned in going})),
    )


def _seconds(planned: Planned) -> float:
    done = (planned.after or 0) / max(1, planned.block.shape.epochs)
    return cost.seconds(planned.block) - done * cost.training_seconds(planned.block)


def pace(store: Store) -> float:
    """Training seconds measured per second foreseen, over the newest finished jobs."""
    jobs = store.jobs(_LOOKED_AT, status=Status.FINISHED)
    # A job all of whose runs were known ended as it was submitted: it measured nothing.
    told = (_measured(job, store) for job in jobs if job.started != job.finished)
    newest = list(itertools.islice((one for one in told if one[1] > 0), _JOBS))
    measured, foreseen = sum(one[0] for one in newest), sum(one[1] for one in newest)
    if foreseen == 0 or measured == 0:
        return 1.0
    return min(_SLOWEST, max(_FASTEST, measured / foreseen))


def _measured(job: Job, store: Store) -> tuple[float, float]:
    """Training seconds that a job's blocks took, and that were foreseen for them.

    Only of those all of whose runs are there and were trained to their last epoch: who diverged
    at once took no time.
    """
    try:
        planned = blocks(from_yaml(job.document).grid())
    except KasseiError:
        # A job of an older version, whose fields are no longer valid, teaches nothing.
        return 0.0, 0.0
    ends = store.index.standing(job.run_ids)
    seconds = {
        run_id: taken
        for run_id, (status, taken) in ends.items()
        if status is Status.FINISHED and not isnan(taken)
    }
    whole = [block for block in planned if all(c.run_id in seconds for c in block.configs)]
    measured = sum(seconds[config.run_id] for block in whole for config in block.configs)
    return measured, cost.crowding(len(planned)) * sum(map(cost.training_seconds, whole))
