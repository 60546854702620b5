"""Readers whose reads overlap all the time keep no writer of another process out of SQLite."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.experiment import Experiment
from core.report import EpochReport
from core.store import Store
from core.store.gate import Gate

ROOT = Path(__file__).parents[2]
WRITE = """
import sys
from core.report import EpochReport
from core.store import Store
url, run_id = sys.argv[1:]
with Store.open(url) as store:
    for epoch in range(5):
        store.write([EpochReport(run_id, epoch, epoch, 0.0, 1.0, 1.0)])
"""


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Where SQLite keeps its journal while something is written."""
    return tmp_path / "kassei.sqlite-journal"


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path / "kassei.sqlite", patience=60)


def test_a_writer_gets_in_where_the_threads_of_a_process_read_all_the_time(
    tmp_path: Path, experiment: Experiment
) -> None:
    # So long that a read takes longer than the pause before a thread's next.
    epochs = range(2_000)
    run_ids = [config.run_id for config in experiment.grid()]
    url = f"sqlite:///{tmp_path}/kassei.sqlite?timeout=10"
    ended = threading.Event()

    with Store.open(url) as store, ThreadPoolExecutor(8) as pool:
        store.add_runs(experiment.grid(), "", "stacked")
        store.write(EpochReport(run_ids[0], epoch, epoch, 0.0, 1.0, 1.0) for epoch in epochs)

        def read() -> int:
            reads = 0
            while not ended.is_set():
                assert len(store.epochs(run_ids[:1])) == len(epochs)
                reads += 1
            return reads

        reading = [pool.submit(read) for _ in range(8)]
        try:
            command = [sys.executable, "-c", WRITE, url, run_ids[1]]
            written = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        finally:
            ended.set()
        assert written.returncode == 0, written.stderr
        assert all(reads.result(60) > 0 for reads in reading)
        assert len(store.epochs(run_ids[1:2])) == 5


@contextmanager
def another(gate: Gate) -> Iterator[threading.Event]:
    """A thread that reads as soon as it may: the event says that it does."""
    reads = threading.Event()

    def read() -> None:
        with gate.passed():
            reads.set()

    thread = threading.Thread(target=read)
    thread.start()
    yield reads
    thread.join(60)
    assert not thread.is_alive()


def test_while_nobody_writes_readers_read_together(gate: Gate) -> None:
    with gate.passed(), another(gate) as reads:
        assert reads.wait(60)


def test_while_something_is_written_a_reader_waits_for_the_last_to_leave(
    gate: Gate, journal: Path
) -> None:
    journal.touch()
    order: list[str] = []

    def late() -> None:
        with gate.passed():
            order.append("late")

    with gate.passed():
        thread = threading.Thread(target=late)
        thread.start()
        # It could come in now; that it has not is no proof, but it would show at times.
        thread.join(0.2)
        order.append("early")
    thread.join(60)
    assert order == ["early", "late"]


def test_alone_a_reader_passes_for_a_dead_writer_leaves_a_journal_that_only_readers_take_back(
    gate: Gate, journal: Path
) -> None:
    journal.touch()
    with another(gate) as reads:
        assert reads.wait(60)


def test_a_reader_waits_no_longer_than_the_writing(gate: Gate, journal: Path) -> None:
    journal.touch()
    with gate.passed(), another(gate) as reads:
        assert not reads.is_set()
        journal.unlink()
        assert reads.wait(60)


def test_a_reader_loses_its_patience_in_the_end(tmp_path: Path, journal: Path) -> None:
    impatient = Gate(tmp_path / "kassei.sqlite", patience=0.05)
    journal.touch()
    with impatient.passed(), another(impatient) as reads:
        assert reads.wait(60)


def test_a_link_to_a_store_waits_for_the_journal_of_the_file_itself(
    tmp_path: Path, journal: Path
) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "folder" / "link.sqlite"
    link.symlink_to(tmp_path / "kassei.sqlite")
    gate = Gate(link, patience=60)
    journal.touch()
    with gate.passed(), another(gate) as reads:
        assert not reads.is_set()
        journal.unlink()
        assert reads.wait(60)


def test_a_server_s_readers_never_wait() -> None:
    gate = Gate(None, patience=60)
    with gate.passed(), another(gate) as reads:
        assert reads.wait(60)
