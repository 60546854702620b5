"""Store: the one door to what is kept, safe to share among threads.

Each method is one short transaction; what goes wrong in the database leaves as a
StoreUnavailable sentence. A Store holds nothing but its connections.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from core.experiment import Experiment, RunConfig
from core.report import Report, Status
from core.store import frames, jobs, lease, line, reports, runs, snapshots
from core.store.claims import Claims, Gone
from core.store.failures import as_sentences, shown
from core.store.gate import Gate
from core.store.index import Index
from core.store.jobs import Job
from core.store.lease import Lease, Trainer
from core.store.line import Entry
from core.store.opening import PATIENCE_SECONDS, connect, file_of, mark, read_url, writer_of
from core.store.schema import bring_up_to_date
from core.store.states import States

if TYPE_CHECKING:
    import pandas as pd


class Store:
    """Runs, epochs, layers, snapshots and jobs behind one database URL.

    Example:
        >>> store = Store.open("sqlite:///.kassei/kassei.sqlite")
        >>> store.add_runs(experiment.grid(), experiment.name, "stacked")
        >>> store.write(reports)
        >>> store.epochs([run_id])
    """

    def __init__(self, engine: Engine, url: str) -> None:
        self._reader = engine
        self._writer = writer_of(engine)
        self._file = file_of(engine)
        self._gate = Gate(self._file, PATIENCE_SECONDS)
        # The store's URL for people: without its password.
        self.url = url
        # Searching, naming and tagging the runs.
        self.index = Index(self._reading, self._writing)
        # Where blocks stand, for training that goes on.
        self.states = States(self._reading, self._writing)
        # Which runs programs train by themselves.
        self.claims = Claims(self._writing, lease.serves)

    @staticmethod
    def open(url: str) -> "Store":
        """The store at ``url``, made or migrated if need be.

        ``sqlite:///…``, ``sqlite://`` for one in memory, or ``postgresql+psycopg://…``.

        Raises:
            StoreUnavailable: it cannot be reached, read or migrated.
        """
        location = read_url(url)
        engine = connect(location)
        store = Store(engine, shown(location))
        try:
            with as_sentences(store.url):
                bring_up_to_date(engine, store._writer, store.url)
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Close the connections; a store that is used again opens new ones."""
        self._reader.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def mark(self) -> tuple[int, int] | None:
        """What changes when anybody writes, for next to nothing; None: only a look tells."""
        return mark(self._file)

    # Runs

    def add_runs(self, configs: Iterable[RunConfig], experiment: str, engine: str) -> None:
        """Queue a run for each config that has none (``config.id_under(engine)``).

        Runs that exist stay as they are, but for failed and cancelled ones: these are queued
        again, those that failed without their rows. ``experiment`` is who first trains them.
        """
        with self._writing() as connection:
            runs.add(connection, configs, experiment, engine)

    def finished(self, run_ids: Iterable[str]) -> set[str]:
        """Those of ``run_ids`` that need no training: finished or diverged."""
        with self._reading() as connection:
            return runs.finished(connection, run_ids)

    def resolve(self, prefix: str) -> str:
        """The run_id that begins with ``prefix``.

        Raises:
            UnknownRun: none does, or several.
        """
        with self._reading() as connection:
            return runs.resolve(connection, prefix)

    def config(self, run_id: str) -> RunConfig:
        """The config of a run.

        Raises:
            UnknownRun: the store does not hold it.
        """
        with self._reading() as connection:
            return runs.config(connection, run_id)

    def delete(self, run_id: str) -> None:
        """Delete a run with its epochs, layers and snapshots.

        Raises:
            UnknownRun: the store does not hold it.
            KasseiError: a job that is queued or running needs it.
        """
        with self._writing() as connection:
            runs.remove(connection, run_id)

    def visitors_of(self, run_id: str) -> set[str]:
        """The visitors whose jobs a run belongs to."""
        with self._reading() as connection:
            return line.visitors_of(connection, run_id)

    # Reports

    def write(self, reports_: Iterable[Report]) -> None:
        """Write reports in one transaction: all of them, or none.

        Idempotent by (run, epoch[, layer]); late reports and ends are harmless.

        Raises:
            UnknownRun: a report of a run that was never added, or is deleted.
        """
        with self._writing() as connection:
            reports.write(connection, reports_)

    # Frames

    def runs(
        self,
        run_ids: Iterable[str] | None = None,
        *,
        experiment: str | None = None,
        status: Status | None = None,
        limit: int | None = None,
    ) -> "pd.DataFrame":
        """RUN_COLUMNS: in the order of ``run_ids``, or of their making (``limit``: the newest)."""
        with self._reading() as connection:
            return frames.runs(connection, run_ids, experiment, status, limit)

    def provenance(self, run_ids: Iterable[str] | None = None) -> "pd.DataFrame":
        """run_id, engine, message, created, updated (UTC)."""
        with self._reading() as connection:
            return frames.provenance(connection, run_ids)

    def epochs(self, run_ids: Iterable[str]) -> "pd.DataFrame":
        """EPOCH_COLUMNS of the runs."""
        with self._reading() as connection:
            return frames.epochs(connection, run_ids)

    def layers(self, run_ids: Iterable[str], epoch: int | None = None) -> "pd.DataFrame":
        """LAYER_COLUMNS of the runs, after one epoch or all."""
        with self._reading() as connection:
            return frames.layers(connection, run_ids, epoch)

    def histograms(self, run_ids: Iterable[str], epoch: int | None = None) -> "pd.DataFrame":
        """run_id, epoch, layer, bin, low, high, count: a row a bin."""
        with self._reading() as connection:
            return frames.histograms(connection, run_ids, epoch)

    # Weights

    def snapshot_epochs(self, run_id: str) -> tuple[int, ...]:
        """The epochs whose weights were kept, first to last."""
        with self._reading() as connection:
            return snapshots.epochs(connection, run_id)

    def weights(self, run_id: str, epoch: int | None = None) -> tuple[NDArray[np.generic], ...]:
        """The weights after ``epoch`` (None: the last kept), in the order of the Keras model's.

        Raises:
            UnknownRun: no such run, or no weights of that epoch.
        """
        with self._reading() as connection:
            content = snapshots.read(connection, run_id, epoch)
        return snapshots.from_bytes(content)

    # Jobs

    def submit(
        self,
        experiment: Experiment,
        visitor: str = "",
        *,
        each: int | None = None,
        most: int | None = None,
    ) -> str:
        """Queue an experiment; returns the job's id. Runs that are trained are only linked.

        Raises:
            KasseiError: ``each`` experiments of the visitor have not ended, or ``most`` of all.
        """
        with self._writing() as connection:
            line.refuse_crowds(connection, visitor, each, most)
            return jobs.submit(connection, experiment, visitor)

    def job(self, job_id: str) -> Job:
        """One job.

        Raises:
            KasseiError: the store does not hold it.
        """
        with self._reading() as connection:
            return jobs.read(connection, job_id)

    def jobs(
        self, limit: int = 20, *, visitor: str | None = None, status: Status | None = None
    ) -> list[Job]:
        """The newest jobs, newest first."""
        with self._reading() as connection:
            return jobs.listed(connection, limit, visitor, status)

    def training(self, run_ids: Iterable[str]) -> str | None:
        """The id of the newest job that has one of the runs and has not ended, if there is one."""
        with self._reading() as connection:
            return line.training(connection, run_ids)

    def queue(self) -> list[Entry]:
        """The jobs that have not ended; cheap enough to be asked several times a second."""
        with self._reading() as connection:
            return line.queue(connection)

    def planned(self, job_id: str) -> dict[int, set[str]]:
        """The runs that a job trains itself, by the rounds in which it planned to."""
        with self._reading() as connection:
            return line.planned(connection, job_id)

    def untrained(self, job_id: str) -> set[str]:
        """The runs of a job that have not ended."""
        with self._reading() as connection:
            return line.untrained(connection, job_id)

    def failure(self, job_id: str) -> str:
        """Why a run of the job failed, as a message; empty if none did."""
        with self._reading() as connection:
            return line.failure(connection, job_id)

    def start_job(self, job_id: str) -> bool:
        """Mark a job as running; False if it was stopped, or has ended, before it began."""
        with self._writing() as connection:
            return jobs.start(connection, job_id)

    def finish_job(self, job_id: str, status: Status, message: str = "") -> None:
        """End a job; its runs that are not trained, and that no other job needs, end with it."""
        with self._writing() as connection:
            jobs.finish(connection, job_id, status, message)

    def ask_stop(self, job_id: str) -> None:
        """Ask the trainer to stop a job; one that still waits is cancelled at once."""
        with self._writing() as connection:
            jobs.ask_stop(connection, job_id)

    # The trainer

    def take_lease(self, holder: str, version: str, is_gone: Gone) -> Lease | None:
        """The right to write what is trained; None while another trainer has it."""
        with self._writing() as connection:
            token = lease.take(connection, holder, version, is_gone)
        return None if token is None else Lease(self._writing, token)

    def trainer(self) -> Trainer | None:
        """What the last trainer says of itself; None before the first."""
        with self._reading() as connection:
            return lease.read(connection)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with as_sentences(self.url), self._gate.passed(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with as_sentences(self.url), self._writer.begin() as connection:
            yield connection
