"""Many processes that write to one store while others read it."""

import multiprocessing
import threading
import time
from pathlib import Path

import numpy as np

from benchmarks.chaos.histories import Scale
from benchmarks.postgres import Server
from core.experiment import Experiment
from core.report import EpochReport
from core.store import Store

SPECIAL = (np.nan, np.inf, -np.inf, 5e-324, 1.7976931348623157e308, -0.0)

# Epochs that a trainer writes in one transaction, about.
TOGETHER = 10


def report(run_id: str, epoch: int) -> EpochReport:
    """An epoch whose numbers can be told from its place; some are none, or infinite."""
    loss = SPECIAL[epoch % 13] if epoch % 13 < len(SPECIAL) else epoch / 7
    return EpochReport(run_id, epoch, 10 * epoch, epoch / 3, loss, loss, 0.5, epoch / 2**20)


def _write(url: str, run_id: str, reports: int, waits: object) -> None:
    longest = 0.0
    with Store.open(url) as store:
        for first in range(0, reports, TOGETHER):
            last = min(first + TOGETHER, reports)
            start = time.monotonic()
            store.write(report(run_id, epoch) for epoch in range(first, last))
            longest = max(longest, time.monotonic() - start)
    waits.put(longest)


def _read(url: str, run_ids: list[str], ended: object, waits: object) -> None:
    longest = [0.0]

    def look(store: Store) -> None:
        while not ended.is_set():
            start = time.monotonic()
            store.runs(run_ids)
            store.epochs(run_ids[:1])
            store.queue()
            longest.append(time.monotonic() - start)
            # Twenty times as often as a page looks.
            ended.wait(0.05)

    with Store.open(url) as store:
        threads = [threading.Thread(target=look, args=(store,)) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    waits.put(max(longest))


def writers(folder: Path, scale: Scale) -> str:
    """8 processes of 10,000 epoch reports each, with 20 readers, on SQLite and PostgreSQL."""
    # Most of the short form is the start of its processes: half as many.
    crowd, reports = (4, 100) if scale.short else (8, 10_000)
    told = []
    server = Server()
    try:
        for url in (f"sqlite:///{folder}/writers.sqlite", server.url):
            took, write, read = _write_and_read(url, crowd, reports)
            told.append(
                f"{url.partition(':')[0]} {crowd * reports:,} reports in {took:.0f} s (longest"
                f" write of {TOGETHER} {write:.1f} s, longest look of a reader {read:.1f} s)"
            )
    finally:
        server.remove()
    return ", ".join(told) + ": 0 lost, 0 refused, NaN and infinities as they went in"


def _write_and_read(url: str, crowd: int, reports: int) -> tuple[float, float, float]:
    """Seconds of all, of the longest write and of the longest look of a reader."""
    experiment = Experiment(dataset="moons", epochs=100_000, seed=range(crowd))
    run_ids = [config.run_id for config in experiment.grid()]
    context = multiprocessing.get_context("spawn")
    ended, writes, reads = context.Event(), context.Queue(), context.Queue()
    with Store.open(url) as store:
        store.add_runs(experiment.grid(), "", "stacked")
        looks = (url, run_ids, ended, reads)
        reading = [context.Process(target=_read, args=looks) for _ in range(crowd // 2)]
        arguments = [(url, run_id, reports, writes) for run_id in run_ids]
        writing = [context.Process(target=_write, args=each) for each in arguments]
        start = time.monotonic()
        for process in (*reading, *writing):
            process.start()
        for process in writing:
            process.join()
        took = time.monotonic() - start
        ended.set()
        for process in reading:
            process.join()
        assert [p.exitcode for p in (*reading, *writing)] == [0] * (crowd + crowd // 2)
        epochs = store.epochs(run_ids)
        assert len(epochs) == crowd * reports
        for run_id in run_ids:
            mine = epochs[epochs["run_id"] == run_id]
            wanted = [report(run_id, epoch).train_loss for epoch in range(reports)]
            assert np.array_equal(mine["train_loss"], wanted, equal_nan=True)
    return took, max(writes.get() for _ in writing), max(reads.get() for _ in reading)
