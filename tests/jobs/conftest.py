"""Stores and trainers of the tests' own."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import psutil
import pytest

from core.jobs import TrainerProcess
from core.report import ENDED
from core.store import Job, Store

# Long, for TensorFlow starts meanwhile, maybe on a machine that has much else to do.
PATIENCE_SECONDS = 120


def until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until ``condition``; fail after ``seconds``."""
    pause, rounds = threading.Event(), int(seconds / 0.05)
    for _ in range(rounds):
        if condition():
            return
        pause.wait(0.05)
    pytest.fail(f"not so within {seconds} s")


def ended(store: Store, job_id: str) -> Job:
    """The job, once it has ended."""
    until(lambda: store.job(job_id).status in ENDED)
    return store.job(job_id)


def same_numbers(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Equal to the last bit, but for the clock."""
    clock = ["seconds", "train_seconds"]
    pd.testing.assert_frame_equal(
        one.drop(columns=clock, errors="ignore"),
        other.drop(columns=clock, errors="ignore"),
        check_exact=True,
    )


def descendants(pid: int) -> list[psutil.Process]:
    """The processes that ``pid`` started, and those started by these."""
    return psutil.Process(pid).children(recursive=True)


def _command(process: psutil.Process) -> list[str]:
    """Of one that has ended, and that nobody waited for, nothing."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def worker_of(parent: int) -> psutil.Process:
    """The Dask worker among the processes that ``parent`` started."""
    found: list[psutil.Process] = []

    def look() -> bool:
        # Its own children alone: an app that another test still serves has a trainer, too.
        mine = psutil.Process(parent).children()
        trainers = [p for p in mine if _command(p)[-2:-1] == ["trainer"]]
        children = [child for trainer in trainers for child in trainer.children()]
        found[:] = [p for p in children if "spawn_main" in " ".join(_command(p))]
        return bool(found)

    until(look)
    return found[0]


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty store in memory."""
    with Store.open("sqlite://") as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store on disk that the tests of a module share."""
    folder = tmp_path_factory.mktemp("store")
    with Store.open(f"sqlite:///{folder}/kassei.sqlite") as opened:
        yield opened


@pytest.fixture(scope="module")
def trainer(shared: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainerProcess]:
    """A trainer of ``shared``; it finds an mnist.npz that is none."""
    corrupt = tmp_path_factory.mktemp("mnist") / "mnist.npz"
    corrupt.write_bytes(b"PK\x03\x04 cut short")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KASSEI_MNIST", str(corrupt))
        patch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
        process = TrainerProcess(shared.url)
    assert process.ensure()
    yield process
    process.close()


@pytest.fixture
def mine() -> Iterator[list[psutil.Process]]:
    """Processes that a test must not leave behind."""
    processes: list[psutil.Process] = []
    yield processes
    for process in processes:
        if process.is_running() and process.pid != os.getpid():
            process.kill()


ROOT = Path(__file__).resolve().parents[2]
