"""The lease of the one trainer that writes to a store, and all that it writes under it.

Each write checks the lease's token in its own transaction: a trainer that was stopped for a
while, and replaced meanwhile, can write nothing any more. What is trained, and how, is not
known here.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from core.errors import LeaseLost
from core.language import N_
from core.report import BlockState, Report, Status
from core.store import claims, jobs, line, reports, states
from core.store.claims import Gone
from core.store.statements import plain, take_turns
from core.store.tables import JOBS, TRAINERS

# A trainer that has not said a word for so long may be replaced.
SILENCE_SECONDS = 10.0

Transaction = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, slots=True)
class Trainer:
    """The trainer that a store had last: whether it lives, and what it said of itself.

    ``holder`` is who it is (host and process), ``version`` that of its code, ``address`` its
    scheduler's (empty: its own), ``trouble`` a message of what keeps it from training, and
    ``speed`` the epochs that it trained in a second lately, over all runs.
    """

    holder: str
    version: str
    heartbeat: datetime
    alive: bool
    address: str
    workers: int
    trouble: str
    speed: float


def read(connection: Connection) -> Trainer | None:
    """The trainer of the store; None before the first."""
    row = connection.execute(select(TRAINERS)).mappings().one_or_none()
    if row is None:
        return None
    silent = _is_silent(row["heartbeat"], _clock(connection))
    names = ("holder", "version", "address", "workers", "trouble", "speed")
    return Trainer(
        heartbeat=datetime.fromtimestamp(row["heartbeat"], UTC),
        alive=bool(row["holder"]) and not silent,
        **{name: row[name] for name in names},
    )


def serves(connection: Connection) -> bool:
    """Whether a trainer serves the store now."""
    trainer = read(connection)
    return trainer is not None and trainer.alive


def take(connection: Connection, holder: str, version: str, is_gone: Gone) -> int | None:
    """The token of a new lease; None where another trainer, of code as new, holds it.

    ``is_gone`` is asked of the holder, so that one that is known to be dead is not waited for.
    """
    take_turns(connection)
    row = connection.execute(select(TRAINERS).with_for_update()).mappings().one_or_none()
    moment = _clock(connection)
    values: dict[str, Any] = {
        "holder": holder,
        "version": version,
        "heartbeat": moment,
        "address": "",
        "workers": 0,
        "trouble": "",
        "speed": 0.0,
    }
    if row is None:
        connection.execute(insert(TRAINERS).values(number=1, token=1, **values))
        return 1
    held = row["holder"] and not _is_silent(row["heartbeat"], moment)
    if held and row["version"] >= version and not is_gone(row["holder"]):
        return None
    token: int = row["token"] + 1
    connection.execute(update(TRAINERS).values(token=token, **values))
    return token


class Lease:
    """The right to write what is trained. Every method raises LeaseLost once it is another's."""

    def __init__(self, writing: Transaction, token: int) -> None:
        self._writing, self.token = writing, token
        # The jobs that had a turn under this lease.
        self._tried: set[str] = set()

    def renew(self, *, address: str, workers: int, trouble: str, speed: float) -> None:
        """Say that this trainer lives, and how it does."""
        with self._fenced() as connection:
            connection.execute(
                update(TRAINERS).values(
                    heartbeat=_clock(connection),
                    address=plain(address),
                    workers=workers,
                    trouble=plain(trouble),
                    speed=speed,
                )
            )

    def end_abandoned(self, is_gone: Gone) -> None:
        """Give back what programs had claimed that are gone."""
        with self._fenced(in_turn=True) as connection:
            claims.end_abandoned(connection, is_gone)

    def check(self) -> None:
        """Raise LeaseLost if the lease is another's."""
        with self._fenced():
            pass

    def release(self) -> None:
        """Give the lease back, so that the next trainer need not wait."""
        with self._fenced() as connection:
            connection.execute(update(TRAINERS).values(holder=""))
            # Whoever comes to say this was killed by no job.
            connection.execute(update(JOBS).where(JOBS.c.tries > 0).values(tries=0))

    def begin(self, job_id: str, *planned: Iterable[str]) -> bool:
        """Mark a job as running that trains the runs itself; False if it has ended.

        The runs of each of ``planned`` are trained together.
        """
        with self._fenced() as connection:
            begun = jobs.start(connection, job_id)
            if begun:
                for run_ids in planned:
                    line.plan(connection, job_id, run_ids)
            return begun

    def go_on(
        self,
        job_id: str,
        company: str,
        run_ids: Sequence[str],
        epochs: int,
        carried: Collection[int] | None,
    ) -> bytes | None:
        """As ``States.go_on``, for a job, which need not train the epochs that are there.

        Called before each block's first turn: the job's first counts as a try of this trainer.
        """
        first = int(job_id not in self._tried)
        with self._fenced() as connection:
            content, known = states.go_on(connection, company, run_ids, epochs, carried)
            values = {"known": JOBS.c.known + known, "tries": JOBS.c.tries + first}
            connection.execute(update(JOBS).where(JOBS.c.job_id == job_id).values(values))
        self._tried.add(job_id)
        return content

    def record(
        self,
        job_id: str,
        seconds: float,
        reports_: Iterable[Report],
        state: BlockState | None = None,
    ) -> None:
        """Write what a job's training reported in ``seconds`` of a worker's time.

        ``state`` is where the block stands that reported it.
        """
        with self._fenced() as connection:
            new = reports.write(connection, reports_)
            if state:
                states.keep(connection, state)
            values: dict[str, Any] = {"busy": JOBS.c.busy + seconds}
            if new:
                values["tries"] = 0
            connection.execute(update(JOBS).where(JOBS.c.job_id == job_id).values(values))

    def finish(self, job_id: str, status: Status, message: str = "") -> None:
        """End a job; its runs that are not trained, and that no other job needs, end with it."""
        with self._fenced(in_turn=True) as connection:
            jobs.finish(connection, job_id, status, message)

    @contextmanager
    def _fenced(self, *, in_turn: bool = False) -> Iterator[Connection]:
        """A transaction for as long as which the lease cannot pass to another."""
        with self._writing() as connection:
            if in_turn:
                # First, as ``take`` does: in two orders two trainers would wait for each other.
                take_turns(connection)
            held = connection.execute(select(TRAINERS.c.token).with_for_update()).scalar()
            if held != self.token:
                raise LeaseLost(N_("Another trainer has taken over this store."))
            yield connection


def _is_silent(heartbeat: float, moment: float) -> bool:
    """Also of a heartbeat to come: the clock was set back, and might not reach it for hours."""
    return abs(moment - heartbeat) > SILENCE_SECONDS


def _clock(connection: Connection) -> float:
    """Seconds since 1970 by the database's clock: machines' own clocks differ."""
    if connection.dialect.name == "postgresql":
        now = select(func.extract("epoch", func.clock_timestamp()))
        return float(connection.execute(now).scalar_one())
    return time.time()
