"""The line of jobs: who waits, what each job trains itself, and what is left of it.

Plain functions on a connection inside the caller's transaction, for the trainer and for
pages that show the line. What a job is, is ``core.store.jobs``'s.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from core.errors import KasseiError
from core.language import N_
from core.report import ACTIVE, Status
from core.store.statements import plain, shares, take_turns
from core.store.tables import JOB_RUNS, JOBS, RUNS

# The visitor of a claim: a job that a program trains by itself, see ``core.store.claims``.
CLAIM = "process:"


@dataclass(frozen=True, slots=True)
class Entry:
    """A job in the queue: one that waits, or is in training.

    ``place`` is 1 for the one that begins next, 0 for those that have begun: visitors take
    turns, and each visitor's jobs begin in the order they came. ``held`` is what no trainer may
    begin now: a claim of a program that trains by itself, and what shares a run with it.
    """

    id: str
    visitor: str
    status: Status
    stop_asked: bool
    place: int
    held: bool = False


def queue(connection: Connection) -> list[Entry]:
    """The jobs that have not ended, in the order they came."""
    query = select(JOBS.c.job_id, JOBS.c.visitor, JOBS.c.status, JOBS.c.stop)
    rows = connection.execute(query.where(JOBS.c.status.in_(ACTIVE)).order_by(JOBS.c.number)).all()
    before: Counter[str] = Counter()
    waiting: list[tuple[int, int]] = []
    for number, (_, visitor, status, _) in enumerate(rows):
        if status == Status.QUEUED.value:
            waiting.append((before[visitor], number))
        before[visitor] += 1
    places = {number: place for place, (_, number) in enumerate(sorted(waiting), start=1)}
    claims = {job_id for job_id, visitor, _, _ in rows if visitor.startswith(CLAIM)}
    held = claims | _sharing(connection) if claims else claims
    return [
        Entry(job_id, visitor, Status(status), stop, places.get(number, 0), job_id in held)
        for number, (job_id, visitor, status, stop) in enumerate(rows)
    ]


def _sharing(connection: Connection) -> set[str]:
    """The jobs that need a run which a claim trains; one that is to be stopped needs none."""
    active = JOBS.c.status.in_(ACTIVE)
    claimed = (
        select(JOB_RUNS.c.run)
        .join(JOBS, JOBS.c.number == JOB_RUNS.c.job)
        .join(RUNS, RUNS.c.number == JOB_RUNS.c.run)
        .where(active, JOBS.c.visitor.startswith(CLAIM), JOB_RUNS.c.planned.is_not(None))
        .where(RUNS.c.status.in_(ACTIVE))
    )
    query = select(JOBS.c.job_id).join(JOB_RUNS, JOB_RUNS.c.job == JOBS.c.number)
    needing = query.where(active, JOBS.c.stop.is_(False), JOB_RUNS.c.run.in_(claimed))
    return set(connection.execute(needing.distinct()).scalars())


def refuse_crowds(connection: Connection, visitor: str, each: int | None, most: int | None) -> None:
    """Refuse one more job where ``each`` of the visitor have not ended, or ``most`` of all.

    Raises:
        KasseiError: so it is.
    """
    if each is None and most is None:
        return
    take_turns(connection)
    active = select(func.count()).where(JOBS.c.status.in_(ACTIVE))
    mine = connection.execute(active.where(JOBS.c.visitor == plain(visitor))).scalar_one()
    if each is not None and mine >= each:
        raise KasseiError(
            N_(
                "{count} comparisons of yours are in training or wait for it, the most that one"
                " visitor may have here: stop one, or wait for one to end."
            ),
            count=mine,
        )
    count = connection.execute(active).scalar_one()
    if most is not None and count >= most:
        raise KasseiError(
            N_("{count} comparisons wait for training here, as many as may: try again later."),
            count=count,
        )


def visitors_of(connection: Connection, run_id: str) -> set[str]:
    """The visitors whose jobs a run belongs to."""
    query = (
        select(JOBS.c.visitor)
        .join(JOB_RUNS, JOB_RUNS.c.job == JOBS.c.number)
        .join(RUNS, RUNS.c.number == JOB_RUNS.c.run)
        .where(RUNS.c.run_id == plain(run_id))
    )
    return set(connection.execute(query).scalars())


def training(connection: Connection, run_ids: Iterable[str]) -> str | None:
    """The newest job that has not ended and has one of the runs; no claim. None without one."""
    query = (
        select(func.max(JOBS.c.number))
        .join(JOB_RUNS, JOB_RUNS.c.job == JOBS.c.number)
        .join(RUNS, RUNS.c.number == JOB_RUNS.c.run)
        .where(JOBS.c.status.in_(ACTIVE), ~JOBS.c.visitor.startswith(CLAIM))
    )
    found = [
        connection.execute(query.where(RUNS.c.run_id.in_(some))).scalar()
        for some in shares(run_ids)
    ]
    newest = max(filter(None, found), default=0)
    return connection.execute(select(JOBS.c.job_id).where(JOBS.c.number == newest)).scalar()


def plan(connection: Connection, job_id: str, run_ids: Iterable[str]) -> None:
    """Note that a job trains the runs itself, together, beside those it planned before."""
    number = select(JOBS.c.number).where(JOBS.c.job_id == plain(job_id)).scalar_subquery()
    rounds = select(func.coalesce(func.max(JOB_RUNS.c.planned), 0)).where(JOB_RUNS.c.job == number)
    this = connection.execute(rounds).scalar_one() + 1
    for share in shares(run_ids):
        chosen = JOB_RUNS.c.run.in_(select(RUNS.c.number).where(RUNS.c.run_id.in_(share)))
        statement = update(JOB_RUNS).where(JOB_RUNS.c.job == number, chosen)
        connection.execute(statement.values(planned=this))


def planned(connection: Connection, job_id: str) -> dict[int, set[str]]:
    """The runs that a job trains itself, by the rounds in which it planned to."""
    query = _runs_of(job_id).add_columns(JOB_RUNS.c.planned).where(JOB_RUNS.c.planned.is_not(None))
    rounds: dict[int, set[str]] = {}
    for run_id, number in connection.execute(query.order_by(JOB_RUNS.c.planned)):
        rounds.setdefault(number, set()).add(run_id)
    return rounds


def untrained(connection: Connection, job_id: str) -> set[str]:
    """The runs of a job that have not ended."""
    return set(connection.execute(_runs_of(job_id).where(RUNS.c.status.in_(ACTIVE))).scalars())


def failure(connection: Connection, job_id: str) -> str:
    """The message of a run of the job that failed; empty if none did."""
    query = _runs_of(job_id).with_only_columns(RUNS.c.message)
    failed = query.where(RUNS.c.status == Status.FAILED.value).order_by(JOB_RUNS.c.position)
    return connection.execute(failed.limit(1)).scalar() or ""


def _runs_of(job_id: str) -> Select[Any]:
    return (
        select(RUNS.c.run_id)
        .join(JOB_RUNS, JOB_RUNS.c.run == RUNS.c.number)
        .join(JOBS, JOBS.c.number == JOB_RUNS.c.job)
        .where(JOBS.c.job_id == plain(job_id))
    )
