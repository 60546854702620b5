"""Jobs for the chaos, and the comparison of their histories with undisturbed ones."""

import contextlib
import multiprocessing
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.family import until
from core.experiment import Experiment
from core.report import EpochReport, Report, Status
from core.store import Store

# TensorFlow takes some seconds to start, and a busy machine many.
PATIENCE = 600.0


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of it: the short form is for CI."""

    short: bool
    kills: int


def experiments(number: int, first: int = 0) -> list[Experiment]:
    """Small jobs of a second or two of work, each other than all others; some runs diverge."""
    return [
        Experiment(
            dataset=("plane", "moons", "circles", "spiral")[place % 4],
            activation=["relu", "tanh"],
            learning_rate=[0.01, 1e5] if place % 4 == 0 else 0.01,
            optimizer="sgd",
            seed=[2 * place, 2 * place + 1],
            epochs=40,
        )
        for place in range(first, first + number)
    ]


def undisturbed(jobs: list[Experiment], url: str, epochs: int | None = None) -> None:
    """Train all of them in one process, into a store of their own; stop after ``epochs``."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_train, args=(jobs, url, epochs))
    process.start()
    process.join()
    assert process.exitcode == 0


def _train(jobs: list[Experiment], url: str, epochs: int | None) -> None:
    from core.jobs import train

    for job in jobs:
        reached = [0]

        def saw(reports: list[Report], reached: list[int] = reached) -> None:
            reached += [each.epoch for each in reports if isinstance(each, EpochReport)]

        def stop(reached: list[int] = reached) -> bool:
            return epochs is not None and reached[-1] > epochs

        train(job, store=url, stop=stop, watch=saw)


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Equal to the last bit, but for the clock."""
    clock = ["seconds", "train_seconds", "experiment"]
    pd.testing.assert_frame_equal(
        one.drop(columns=clock, errors="ignore"),
        other.drop(columns=clock, errors="ignore"),
        check_exact=True,
    )


def compare(store: Store, jobs: list[Experiment], folder: Path) -> int:
    """Compare all histories with undisturbed ones; the number of epochs compared."""
    url = f"sqlite:///{folder}/undisturbed.sqlite"
    undisturbed(jobs, url)
    epochs = 0
    with Store.open(url) as other:
        for job in jobs:
            ids = [config.run_id for config in job.grid()]
            same(store.runs(ids), other.runs(ids))
            same(store.epochs(ids), other.epochs(ids))
            same(store.layers(ids), other.layers(ids))
            epochs += len(store.epochs(ids))
    return epochs


def compare_stopped(store: Store, job_id: str, job: Experiment, folder: Path) -> int:
    """Stop a job and compare its histories, up to the last epoch of all its runs."""
    store.ask_stop(job_id)
    until(lambda: not store.queue(), PATIENCE)
    assert store.job(job_id).status == Status.CANCELLED
    url = f"sqlite:///{folder}/undisturbed.sqlite"
    ids = [config.run_id for config in job.grid()]
    last = int(store.runs(ids)["epochs_done"].min())
    undisturbed([job], url, last)
    with Store.open(url) as other:
        for read in (Store.epochs, Store.layers):
            one, two = read(store, ids), read(other, ids)
            kept = [frame[frame["epoch"] <= last].reset_index(drop=True) for frame in (one, two)]
            same(*kept)
    return len(ids) * last


def check_integrity(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path, timeout=60)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
