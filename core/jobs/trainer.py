"""The trainer: takes queued jobs from the store, has them trained by Dask, writes reports.

It is the one writer of reports. Where Dask is, is ``core.jobs.connection``'s.
"""

import logging
import pickle
import queue
from collections.abc import Callable
from contextlib import ExitStack

from distributed import Client, Event, Future

from core.document import from_yaml
from core.engine.plan import Block, blocks
from core.errors import KasseiError, TrainerUnavailable, as_message
from core.jobs import worker
from core.jobs.connection import check, connected
from core.report import Report, RunEnd, Status
from core.store import Job, Store

_IDLE_SECONDS = 0.2

_log = logging.getLogger(__name__)


def serve(store: Store, scheduler: str | None, ended: Callable[[], bool]) -> None:
    """Train the store's jobs, oldest first, until ``ended``.

    Raises:
        TrainerUnavailable: no scheduler answers at the address, and the jobs that waited are
            failed with that sentence; or it was lost, and they wait for the next trainer.
    """
    with ExitStack() as stack:
        try:
            client = stack.enter_context(connected(scheduler))
        except TrainerUnavailable as error:
            # Else whoever waits for a job would wait for ever.
            for job in (*store.running_jobs(), *store.jobs(1_000, status=Status.QUEUED)):
                store.finish_job(job.id, Status.FAILED, as_message(error))
            raise
        client.register_plugin(worker.Warm())
        client.submit(worker.start, pure=False)
        # Jobs that a lost trainer had begun come first; their finished runs are kept.
        for job in reversed(store.running_jobs()):
            train_job(client, store, job, ended)
        pause = queue.Queue[None]()
        while not ended():
            check(client, scheduler)
            waiting = store.next_job()
            if waiting:
                train_job(client, store, waiting, ended)
                continue
            try:
                pause.get(timeout=_IDLE_SECONDS)
            except queue.Empty:
                continue


def train_job(client: Client, store: Store, job: Job, ended: Callable[[], bool]) -> None:
    """Train the runs of ``job`` that are not trained yet, and end it."""
    if not store.start_job(job.id):
        return
    try:
        configs = from_yaml(job.document).grid()
    except KasseiError as error:
        store.finish_job(job.id, Status.FAILED, as_message(error))
        return
    known = store.finished(job.run_ids)
    planned = blocks(config for config in configs if config.run_id not in known)
    inbox: queue.Queue[list[Report]] = queue.Queue()

    def receive(event: tuple[float, tuple[str, bytes]]) -> None:
        job_id, reports = event[1]
        if job_id == job.id:
            inbox.put(pickle.loads(reports))

    client.subscribe_topic(worker.TOPIC, receive)
    try:
        message = _Work(client, store, job, inbox).finish(planned, ended)
    finally:
        client.unsubscribe_topic(worker.TOPIC)
    if message is None:
        return
    stopped = store.stop_asked(job.id)
    status = Status.FAILED if message else Status.CANCELLED if stopped else Status.FINISHED
    store.finish_job(job.id, status, message)


class _Work:
    """The blocks of one job under way."""

    def __init__(
        self, client: Client, store: Store, job: Job, inbox: "queue.Queue[list[Report]]"
    ) -> None:
        self.client, self.store, self.job, self.inbox = client, store, job, inbox
        self.stop = Event(worker.stop_flag(job.id), client=client)
        self.failure = ""

    def finish(self, planned: list[Block], ended: Callable[[], bool]) -> str | None:
        """Train all blocks; the reason if one failed, "" if none, None if ``ended`` first."""
        waiting: dict[Future, Block] = {
            self.client.submit(worker.train, block, self.job.id, pure=False): block
            for block in planned
        }
        asked = False
        while waiting:
            self._write(_IDLE_SECONDS)
            for future in [future for future in waiting if future.done()]:
                self._conclude(future, waiting.pop(future))
            if not asked and self.store.stop_asked(self.job.id):
                self.stop.set()
                asked = True
            if ended():
                return None
            check(self.client, self.client.scheduler.address)
        return self.failure

    def _conclude(self, future: Future, block: Block) -> None:
        # Events and results come by one connection in order: what was sent is here.
        self._write(0)
        error = future.exception()
        if error is None:
            self.store.write(future.result())
            return
        self.failure = as_message(error)
        if not isinstance(error, KasseiError):
            # Not foreseen: whoever keeps this running will want to know where.
            _log.error("a block of job %s failed", self.job.id, exc_info=error)
        self.store.write(
            RunEnd(config.run_id, Status.FAILED, message=self.failure) for config in block.configs
        )

    def _write(self, seconds: float) -> None:
        """Write all reports that have come, waiting at most ``seconds`` for the first."""
        reports: list[Report] = []
        try:
            reports += self.inbox.get(timeout=seconds) if seconds else self.inbox.get_nowait()
            while True:
                reports += self.inbox.get_nowait()
        except queue.Empty:
            pass
        if reports:
            self.store.write(reports)
