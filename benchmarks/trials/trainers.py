"""A real trainer and a store of its own: jobs submitted as a page does, and waited for."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.experiment import Experiment
from core.jobs import TrainerProcess
from core.report import Status
from core.store import Store
from data.mnist import cached_file, named_file

_PATIENCE_SECONDS = 1800.0
_LOOK_SECONDS = 0.02


@contextmanager
def trainer(scheduler: str | None = None) -> Iterator[Store]:
    """A trainer that has never compiled anything, in a folder of its own, and its store."""
    mnist = str(named_file() or cached_file())
    with tempfile.TemporaryDirectory() as folder:
        # Whatever is kept between trainers is kept beside the store or in the user's cache.
        before = dict(os.environ)
        os.environ |= {"KASSEI_MNIST": mnist, "XDG_CACHE_HOME": folder}
        with Store.open(f"sqlite:///{(Path(folder) / 'kassei.sqlite').as_posix()}") as store:
            process = TrainerProcess(store.url, scheduler)
            process.ensure()
            try:
                yield store
            finally:
                process.close()
                os.environ.clear()
                os.environ |= before


def until(condition: Callable[[], object]) -> float:
    """Wait until ``condition``; seconds waited."""
    begun = time.perf_counter()
    while not condition():
        if time.perf_counter() - begun > _PATIENCE_SECONDS:
            raise TimeoutError(f"not so within {_PATIENCE_SECONDS} s")
        time.sleep(_LOOK_SECONDS)
    return time.perf_counter() - begun


def train(store: Store, experiment: Experiment) -> float:
    """Have ``experiment`` trained; seconds from its submission to its end."""
    begun = time.perf_counter()
    job = store.submit(experiment)
    until(lambda: store.job(job).finished)
    if store.job(job).status is not Status.FINISHED:
        raise RuntimeError(f"the job ended as {store.job(job).status}: {store.job(job).message}")
    return time.perf_counter() - begun


def warm(store: Store) -> None:
    """Have a small job of a shape of its own trained: imports are done after it."""
    train(store, Experiment(dataset="digits", hidden=[7], epochs=1))


def first_epoch(store: Store, experiment: Experiment) -> float:
    """Seconds from submission to a first trained epoch in the store; the job is stopped then."""
    begun = time.perf_counter()
    job = store.submit(experiment)
    # Whoever asks for all epochs fifty times a second takes half a processor from the training.
    until(lambda: store.job(job).epochs_done or store.job(job).finished)
    seconds = time.perf_counter() - begun
    store.ask_stop(job)
    until(lambda: store.job(job).finished)
    return seconds
