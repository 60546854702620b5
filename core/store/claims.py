"""Claims of programs that train by themselves, so that no run is trained twice at once.

A claim is a job that no trainer begins, as long as its program lives: jobs that share a run
with it are held in line until it is gone. Who claims leaves to the trainer what that trains.
"""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import Connection, delete, func, select

from core.experiment import Experiment
from core.report import ACTIVE, Status
from core.store import jobs, line, runs
from core.store.line import CLAIM
from core.store.statements import now, plain, take_turns
from core.store.tables import JOB_RUNS, JOBS, RUNS

# A program that is not seen from here, and has reported nothing for so long, is gone.
_SILENCE_SECONDS = 3_600.0

Transaction = Callable[[], AbstractContextManager[Connection]]
# Whether a process is gone; None where that cannot be seen from here.
Gone = Callable[[str], bool | None]


class Claims:
    """The claims of a store; ``served`` says whether a trainer lives."""

    def __init__(self, writing: Transaction, served: Callable[[Connection], bool]) -> None:
        self._writing, self._served = writing, served

    def enter(self, experiment: Experiment, engine: str, holder: str, is_gone: Gone) -> str:
        """Queue the runs of an experiment, for ``holder`` to train; returns the claim."""
        with self._writing() as connection:
            end_abandoned(connection, is_gone)
            return _enter(connection, experiment, engine, holder)

    def take(self, claim: str, is_gone: Gone) -> set[str]:
        """Those of the claim's runs that wait for training and are nobody else's."""
        with self._writing() as connection:
            take_turns(connection)
            end_abandoned(connection, is_gone, claim)
            mine = line.untrained(connection, claim) - _others(
                connection, claim, self._served(connection)
            )
            line.plan(connection, claim, mine)
            return mine

    def leave(self, claim: str, status: Status, message: str = "") -> None:
        """Give the claim back: its runs that are not trained, and that no job needs, end so."""
        with self._writing() as connection:
            _leave(connection, claim, status, message)


def end_abandoned(connection: Connection, is_gone: Gone, own: str = "") -> None:
    """Give back the claims of programs that are gone; the caller's ``own`` is not among them."""
    query = (
        select(JOBS.c.job_id, JOBS.c.visitor, func.max(RUNS.c.updated))
        .join(JOB_RUNS, JOB_RUNS.c.job == JOBS.c.number)
        .join(RUNS, RUNS.c.number == JOB_RUNS.c.run)
        .where(JOBS.c.status.in_(ACTIVE), JOBS.c.visitor.startswith(CLAIM), JOBS.c.job_id != own)
        .group_by(JOBS.c.job_id, JOBS.c.visitor)
    )
    for claim, visitor, spoken in connection.execute(query).all():
        gone = is_gone(visitor.removeprefix(CLAIM))
        # One that lives may be silent for long: where a lid was closed, or all is others' work.
        if gone or (gone is None and now() - spoken > _SILENCE_SECONDS):
            _leave(connection, claim, Status.CANCELLED, "")


def _enter(connection: Connection, experiment: Experiment, engine: str, holder: str) -> str:
    run_ids = runs.add(connection, experiment.grid(), experiment.name, engine)
    numbers = runs.numbers(connection, run_ids)
    claim, moment = secrets.token_hex(8), now()
    row = {
        "job_id": claim,
        "name": plain(experiment.name),
        "document": "",
        "visitor": CLAIM + plain(holder),
        "status": Status.RUNNING.value,
        "stop": False,
        "message": "",
        "created": moment,
        "started": moment,
    }
    jobs.enter(connection, row, [numbers[run_id] for run_id in run_ids])
    return claim


def _others(connection: Connection, claim: str, served: bool) -> set[str]:
    """The runs that other programs train, and, where a trainer lives, those of its jobs."""
    query = (
        select(RUNS.c.run_id)
        .join(JOB_RUNS, JOB_RUNS.c.run == RUNS.c.number)
        .join(JOBS, JOBS.c.number == JOB_RUNS.c.job)
        .where(JOBS.c.status.in_(ACTIVE), JOBS.c.job_id != claim)
    )
    claimed = JOBS.c.visitor.startswith(CLAIM) & JOB_RUNS.c.planned.is_not(None)
    theirs = claimed | ~JOBS.c.visitor.startswith(CLAIM) if served else claimed
    return set(connection.execute(query.where(theirs)).scalars())


def _leave(connection: Connection, claim: str, status: Status, message: str) -> None:
    jobs.finish(connection, claim, status, message)
    # A claim is no comparison that anybody asked for: nothing of it stays.
    connection.execute(delete(JOBS).where(JOBS.c.job_id == claim))
