"""Jobs: experiments that were submitted for training, in the order they came.

Plain functions on a connection inside the caller's transaction. A job's progress is
counted from its runs' rows; who trains it, and how, is not known here.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, case, func, insert, select, update

from core.document import to_yaml
from core.errors import KasseiError
from core.experiment import Experiment
from core.language import N_
from core.report import ACTIVE, ENDED, Status
from core.store import runs
from core.store.statements import now, plain, take_turns
from core.store.tables import JOB_RUNS, JOBS, RUNS

ENGINE = "stacked"


@dataclass(frozen=True, slots=True)
class Job:
    """One experiment submitted for training, and how far it is.

    ``runs_done`` counts the runs that need no more training, ``epochs_done`` the epochs of
    which that is so; a run that diverged or failed early counts as all of its epochs. Of these
    ``epochs_known`` were there before the job. Times are in UTC, ``busy`` is the seconds of a
    worker's time that it was given, ``tries`` the trainers that gave it a turn since its last new
    epoch, and did not end by themselves. ``document`` is the experiment's file, ``run_ids`` its
    grid in order.
    """

    id: str
    name: str
    document: str
    visitor: str
    status: Status
    stop_asked: bool
    message: str
    created: datetime
    started: datetime | None
    finished: datetime | None
    busy: float
    runs_total: int
    runs_done: int
    epochs_total: int
    epochs_done: int
    epochs_known: int
    tries: int
    run_ids: tuple[str, ...]


def submit(connection: Connection, experiment: Experiment, visitor: str) -> str:
    """Queue ``experiment``; returns the job's id. Runs that are trained already are linked.

    A job all of whose runs are trained is finished at once.
    """
    moment = now()
    run_ids = runs.add(connection, experiment.grid(), experiment.name, ENGINE)
    numbers = runs.numbers(connection, run_ids)
    done = len(runs.finished(connection, run_ids)) == len(run_ids)
    job_id = secrets.token_hex(8)
    row = {
        "job_id": job_id,
        "name": plain(experiment.name),
        "document": plain(to_yaml(experiment)),
        "visitor": plain(visitor),
        "status": Status.FINISHED.value if done else Status.QUEUED.value,
        "stop": False,
        "message": "",
        "created": moment,
        "started": moment if done else None,
        "finished": moment if done else None,
    }
    number = enter(connection, row, [numbers[run_id] for run_id in run_ids])
    known = connection.execute(_progress([number])).one().epochs_done
    connection.execute(update(JOBS).where(JOBS.c.number == number).values(known=known))
    return job_id


def enter(connection: Connection, row: Mapping[str, object], run_numbers: Sequence[int]) -> int:
    """Insert the ``row`` of a job with its runs in their order; returns its number."""
    inserted = connection.execute(insert(JOBS).values(row).returning(JOBS.c.number))
    number: int = inserted.scalar_one()
    links = [
        {"job": number, "position": position, "run": run}
        for position, run in enumerate(run_numbers)
    ]
    connection.execute(insert(JOB_RUNS), links)
    return number


def read(connection: Connection, job_id: str) -> Job:
    """One job.

    Raises:
        KasseiError: the store does not hold it.
    """
    found = _jobs(connection, select(JOBS.c.number).where(JOBS.c.job_id == plain(job_id)))
    if not found:
        raise _unknown(job_id)
    return found[0]


def listed(
    connection: Connection, limit: int, visitor: str | None, status: Status | None
) -> list[Job]:
    """The newest ``limit`` jobs, newest first."""
    query = select(JOBS.c.number).order_by(JOBS.c.number.desc()).limit(limit)
    if visitor is not None:
        query = query.where(JOBS.c.visitor == plain(visitor))
    if status is not None:
        query = query.where(JOBS.c.status == status.value)
    return _jobs(connection, query)


def start(connection: Connection, job_id: str) -> bool:
    """Mark a job as running; False if it was stopped, or has ended, before it began."""
    statement = (
        update(JOBS)
        .where(JOBS.c.job_id == plain(job_id), JOBS.c.status.in_(ACTIVE))
        .values(status=Status.RUNNING.value, started=func.coalesce(JOBS.c.started, now()))
    )
    return connection.execute(statement).rowcount > 0


def finish(connection: Connection, job_id: str, status: Status, message: str) -> None:
    """End a job that has not ended; its runs that no other waiting job needs end with it.

    They are failed if the job failed, else cancelled.
    """
    # A job that is being submitted, and needs some of them, is not seen before it is there.
    take_turns(connection)
    own = select(RUNS.c.run_id).join(JOB_RUNS, JOB_RUNS.c.run == RUNS.c.number)
    own = own.join(JOBS, JOBS.c.number == JOB_RUNS.c.job).where(JOBS.c.job_id == plain(job_id))
    active = JOBS.c.status.in_(ACTIVE), RUNS.c.status.in_(ACTIVE)
    # Before the job's row, as a trainer does that records.
    runs.lock(connection, connection.execute(own.where(*active)).scalars())
    ending = (
        update(JOBS)
        .where(JOBS.c.job_id == plain(job_id), JOBS.c.status.in_(ACTIVE))
        .values(status=status.value, message=plain(message), finished=now())
        .returning(JOBS.c.number)
    )
    number = connection.execute(ending).scalar()
    if number is None:
        return
    needed = (
        select(JOB_RUNS.c.run)
        .join(JOBS, JOBS.c.number == JOB_RUNS.c.job)
        .where(JOBS.c.status.in_(ACTIVE))
    )
    given_up = Status.FAILED if status == Status.FAILED else Status.CANCELLED
    left = (
        RUNS.c.number.in_(select(JOB_RUNS.c.run).where(JOB_RUNS.c.job == number)),
        RUNS.c.number.not_in(needed),
        RUNS.c.status.in_(ACTIVE),
    )
    values = {"status": given_up.value, "message": plain(message), "updated": now()}
    connection.execute(update(RUNS).where(*left).values(values))


def ask_stop(connection: Connection, job_id: str) -> None:
    """Ask the trainer to stop a job; one that still waits is cancelled at once."""
    take_turns(connection)
    asking = (
        update(JOBS)
        .where(JOBS.c.job_id == plain(job_id), JOBS.c.status.in_(ACTIVE))
        .values(stop=True)
        .returning(JOBS.c.status)
    )
    if connection.execute(asking).scalar() == Status.QUEUED.value:
        finish(connection, job_id, Status.CANCELLED, "")


def _jobs(connection: Connection, chosen: Select[int]) -> list[Job]:
    """The jobs with the chosen numbers, newest first."""
    found = connection.execute(chosen).scalars().all()
    if not found:
        return []
    progress = {row[0]: row[1:] for row in connection.execute(_progress(found))}
    run_ids: dict[int, list[str]] = {number: [] for number in found}
    linked = (
        select(JOB_RUNS.c.job, RUNS.c.run_id)
        .join(RUNS, RUNS.c.number == JOB_RUNS.c.run)
        .where(JOB_RUNS.c.job.in_(found))
        .order_by(JOB_RUNS.c.job, JOB_RUNS.c.position)
    )
    for number, run_id in connection.execute(linked):
        run_ids[number].append(run_id)
    query = select(JOBS).where(JOBS.c.number.in_(found)).order_by(JOBS.c.number.desc())
    return [
        _job(row, progress.get(row["number"], (0, 0, 0, 0)), tuple(run_ids[row["number"]]))
        for row in connection.execute(query).mappings()
    ]


def _progress(numbers: Sequence[int]) -> Select[Any]:
    """Job number, runs, runs done, epochs and epochs done of each job."""
    done = RUNS.c.status.in_(ENDED)
    epochs_done = case((done, RUNS.c.epochs), else_=func.coalesce(RUNS.c.epochs_done, 0))
    return (
        select(
            JOB_RUNS.c.job,
            func.count(),
            func.sum(case((done, 1), else_=0)),
            func.sum(RUNS.c.epochs),
            func.sum(epochs_done).label("epochs_done"),
        )
        .join(RUNS, RUNS.c.number == JOB_RUNS.c.run)
        .where(JOB_RUNS.c.job.in_(numbers))
        .group_by(JOB_RUNS.c.job)
    )


def _job(row: Any, progress: Sequence[int], run_ids: tuple[str, ...]) -> Job:
    runs_total, runs_done, epochs_total, epochs_done = map(int, progress)
    return Job(
        id=row["job_id"],
        name=row["name"],
        document=row["document"],
        visitor=row["visitor"],
        status=Status(row["status"]),
        stop_asked=row["stop"],
        message=row["message"],
        created=datetime.fromtimestamp(row["created"], UTC),
        started=_time(row["started"]),
        finished=_time(row["finished"]),
        busy=row["busy"],
        runs_total=runs_total,
        runs_done=runs_done,
        epochs_total=epochs_total,
        epochs_done=epochs_done,
        epochs_known=row["known"],
        tries=row["tries"],
        run_ids=run_ids,
    )


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _unknown(job_id: str) -> KasseiError:
    return KasseiError(N_("The store holds no job {job_id}."), job_id=repr(job_id[:40]))
