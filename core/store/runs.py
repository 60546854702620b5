"""The runs that a store holds: adding, finding and deleting them.

Plain functions on a connection inside the caller's transaction. What training reports of
a run is ``core.store.reports``'s.
"""

import json
import re
from collections.abc import Iterable
from math import nan

from sqlalchemy import Connection, delete, select, update

from core.errors import KasseiError, UnknownRun
from core.experiment import RunConfig
from core.language import N_
from core.report import ACTIVE, GIVEN_UP, TRAINED, Status
from core.store.statements import insert_missing, now, plain, shares, take_turns
from core.store.tables import (
    EPOCHS,
    JOB_RUNS,
    JOBS,
    LAYERS,
    OUTCOMES,
    RUNS,
    SNAPSHOTS,
    STATE_RUNS,
)

_PREFIX = re.compile(r"[0-9a-f]{1,16}")


def add(
    connection: Connection, configs: Iterable[RunConfig], experiment: str, engine: str
) -> list[str]:
    """Queue the run of each config under ``engine``; returns their run_ids, each once.

    A run that exists keeps its rows and the name of its first experiment; one that was
    cancelled is queued again, one that had failed, too, and begins with nothing.
    """
    moment = now()
    rows = {}
    for config in configs:
        run_id = config.id_under(engine)
        rows[run_id] = {
            "run_id": run_id,
            "experiment": plain(experiment),
            "engine": engine,
            "config": json.dumps(config.model_dump(mode="json"), separators=(",", ":")),
            "epochs": config.epochs,
            "parameters": config.parameters,
            "status": Status.QUEUED.value,
            "message": "",
            "created": moment,
            "updated": moment,
        }
    # New rows are numbered in the order of the list, the order of the experiment's grid; two
    # experiments that share runs in different orders would wait for each other.
    take_turns(connection)
    insert_missing(connection, RUNS, "run_id", list(rows.values()))
    lock(connection, rows)
    for share in shares(rows):
        chosen = RUNS.c.run_id.in_(share)
        failed = chosen & (RUNS.c.status == Status.FAILED.value)
        # What an attempt that failed reported is not the next one's progress.
        for table in (EPOCHS, LAYERS, SNAPSHOTS, STATE_RUNS):
            begun = select(RUNS.c.number).where(failed)
            connection.execute(delete(table).where(table.c.run.in_(begun)))
        blank = dict.fromkeys(OUTCOMES, None)
        connection.execute(update(RUNS).where(failed).values(blank))
        values = {"status": Status.QUEUED.value, "message": "", "updated": moment}
        given_up = chosen & RUNS.c.status.in_(GIVEN_UP)
        connection.execute(update(RUNS).where(given_up).values(values))
    return list(rows)


def lock(connection: Connection, run_ids: Iterable[str]) -> None:
    """Let no other transaction write the rows of the runs that exist until this one's end.

    In the order in which reports are written: in two orders two transactions would wait for
    each other. Rows that only name a run (a job's, a tag) are written meanwhile.
    """
    for share in shares(sorted(run_ids)):
        query = select(RUNS.c.number).where(RUNS.c.run_id.in_(share)).order_by(RUNS.c.run_id)
        connection.execute(query.with_for_update(key_share=True)).all()


def numbers(connection: Connection, run_ids: Iterable[str]) -> dict[str, int]:
    """The row numbers of the runs that exist, by run_id."""
    found: dict[str, int] = {}
    for share in shares(run_ids):
        query = select(RUNS.c.run_id, RUNS.c.number).where(RUNS.c.run_id.in_(share))
        found.update((run_id, number) for run_id, number in connection.execute(query))
    return found


def finished(connection: Connection, run_ids: Iterable[str]) -> set[str]:
    """Those of ``run_ids`` that are trained to their end: finished or diverged."""
    found: set[str] = set()
    for share in shares(run_ids):
        query = select(RUNS.c.run_id).where(RUNS.c.run_id.in_(share), RUNS.c.status.in_(TRAINED))
        found.update(connection.execute(query).scalars())
    return found


def standing(connection: Connection, run_ids: Iterable[str]) -> dict[str, tuple[Status, float]]:
    """Where each run stands that exists, and its seconds of training: NaN before a report."""
    found: dict[str, tuple[Status, float]] = {}
    for share in shares(run_ids):
        query = select(RUNS.c.run_id, RUNS.c.status, RUNS.c.train_seconds)
        for run_id, status, seconds in connection.execute(query.where(RUNS.c.run_id.in_(share))):
            found[run_id] = Status(status), nan if seconds is None else seconds
    return found


def progress(connection: Connection, run_ids: Iterable[str]) -> dict[str, tuple[str, int, float]]:
    """How far each run is that exists: its status, epochs, and the moment of its last change."""
    found: dict[str, tuple[str, int, float]] = {}
    for share in shares(run_ids):
        query = select(RUNS.c.run_id, RUNS.c.status, RUNS.c.epochs_done, RUNS.c.updated)
        for run_id, *told in connection.execute(query.where(RUNS.c.run_id.in_(share))):
            found[run_id] = (told[0], told[1] or 0, told[2])
    return found


def resolve(connection: Connection, prefix: str) -> str:
    """The one run_id that begins with ``prefix``.

    Raises:
        UnknownRun: no run does, or several do.
    """
    start = prefix.strip().lower()
    found: list[str] = []
    if _PREFIX.fullmatch(start):
        # "g" follows every hexadecimal digit: a range, which an index serves, unlike LIKE.
        query = select(RUNS.c.run_id).where(RUNS.c.run_id.between(start, start + "g"))
        found = list(connection.execute(query.order_by(RUNS.c.run_id).limit(4)).scalars())
    if len(found) > 1:
        raise UnknownRun(
            N_("Several runs begin with {prefix}: {runs}; write more of the run's name."),
            prefix=start,
            runs=", ".join(found[:3]) + (", …" if len(found) > 3 else ""),
        )
    if not found:
        raise unknown([prefix])
    return found[0]


def config(connection: Connection, run_id: str) -> RunConfig:
    """The config of a run.

    Raises:
        UnknownRun: the store does not hold it.
        InvalidExperiment: this version of the code cannot train such a config.
    """
    text = None
    for share in shares([run_id]):
        text = connection.execute(select(RUNS.c.config).where(RUNS.c.run_id.in_(share))).scalar()
    if text is None:
        raise unknown([run_id])
    return RunConfig(**json.loads(text))


def remove(connection: Connection, run_id: str) -> None:
    """Delete a run with its epochs, layers and snapshots.

    Raises:
        UnknownRun: the store does not hold it.
        KasseiError: a job that is queued or running needs it.
    """
    take_turns(connection)
    number = numbers(connection, [run_id]).get(run_id)
    if number is None:
        raise unknown([run_id])
    needed = (
        select(JOBS.c.job_id)
        .join(JOB_RUNS, JOB_RUNS.c.job == JOBS.c.number)
        .where(JOB_RUNS.c.run == number, JOBS.c.status.in_(ACTIVE))
    )
    job_id = connection.execute(needed.limit(1)).scalar()
    if job_id is not None:
        raise KasseiError(
            N_("The run {run_id} is being trained by job {job_id}: stop the job first."),
            run_id=run_id,
            job_id=job_id,
        )
    connection.execute(delete(RUNS).where(RUNS.c.number == number))


def unknown(run_ids: Iterable[str]) -> UnknownRun:
    """The sentence for runs that the store does not hold."""
    listed = [run_id[:40] for run_id in run_ids]
    return UnknownRun(
        N_("The store holds no run {runs}; `python -m core runs` lists all that it holds."),
        runs=", ".join(map(repr, listed[:3])) + (", …" if len(listed) > 3 else ""),
    )
