"""``python -m benchmarks.chaos [CASE …]``: what the training service survives, and how.

Real processes are killed, frozen and starved at random moments while they train; then every
history must equal an undisturbed one's to the last bit, and nothing acknowledged may be gone.
"""

import contextlib
import multiprocessing
import random
import resource
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import pandas as pd

from benchmarks.family import Family, until
from benchmarks.postgres import Server
from core.errors import StoreUnavailable, told_message
from core.experiment import Experiment
from core.report import EpochReport, Status
from core.store import Store

ACTIVE = (Status.QUEUED, Status.RUNNING)
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


def undisturbed(jobs: list[Experiment], url: str) -> None:
    """Train all of them in one process, into a store of their own."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_train, args=(jobs, url))
    process.start()
    process.join()
    assert process.exitcode == 0


def _train(jobs: list[Experiment], url: str) -> None:
    from core.jobs import train

    for job in jobs:
        train(job, store=url)


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


def check_integrity(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path, timeout=60)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def kills(folder: Path, scale: Scale) -> str:
    """SIGKILL of worker, trainer and app at random moments."""
    count = scale.kills
    path = folder / "kassei.sqlite"
    # Another sequence every time: the moments are random in any case.
    chance = random.Random()
    jobs: list[Experiment] = []
    ids: list[str] = []
    acknowledged = pd.DataFrame()
    done = dict.fromkeys(("worker", "trainer", "app"), 0)
    with Store.open(f"sqlite:///{path}") as store:
        family = Family(f"sqlite:///{path}")
        try:
            while sum(done.values()) < count:
                if sum(entry.place >= 0 for entry in store.queue()) < 3:
                    (job,) = experiments(1, len(jobs))
                    jobs.append(job)
                    ids.append(store.submit(job, f"visitor {len(jobs) % 3}"))
                # Half of them while something trains, the others at any moment.
                if chance.random() < 0.5:
                    before = sum(store.job(job_id).epochs_done for job_id in ids[-4:])
                    with contextlib.suppress(AssertionError):
                        until(
                            lambda b=before: sum(store.job(i).epochs_done for i in ids[-4:]) > b, 40
                        )
                time.sleep(chance.uniform(0, 2))
                acknowledged = _acknowledged(store, jobs)
                who = chance.choice(list(done))
                if family.signal(who, signal.SIGKILL):
                    done[who] += 1
                    _still(store, jobs, acknowledged)
                    check_integrity(path)
                    if sum(done.values()) % 10 == 0:
                        print(f"  {done}, {len(acknowledged)} epochs", flush=True)
                family.start()
            until(lambda: not store.queue(), PATIENCE)
            ended = [store.job(job_id) for job_id in ids]
            failed = [told_message(j.message, str) for j in ended if j.status != Status.FINISHED]
            assert not failed, failed
            _still(store, jobs, acknowledged)
            epochs = compare(store, jobs, folder)
        finally:
            family.end()
    check_integrity(path)
    return f"{done}: {len(jobs)} jobs finished, {epochs} epochs equal to the last bit, none lost"


def _acknowledged(store: Store, jobs: list[Experiment]) -> pd.DataFrame:
    run_ids = [config.run_id for job in jobs for config in job.grid()]
    return store.epochs(run_ids).drop(columns="seconds")


def _still(store: Store, jobs: list[Experiment], acknowledged: pd.DataFrame) -> None:
    """Every epoch that was read before is there once, with the same numbers."""
    now = _acknowledged(store, jobs)
    assert not now.duplicated(["run_id", "epoch"]).any()
    kept = acknowledged[["run_id", "epoch"]].merge(now, on=["run_id", "epoch"], how="left")
    pd.testing.assert_frame_equal(kept, acknowledged.reset_index(drop=True), check_exact=True)


def frozen(folder: Path, scale: Scale) -> str:
    """SIGSTOP of the worker, and of a trainer that another app's then replaces; SIGCONT."""
    seconds = 13.0 if scale.short else 60.0
    url = f"sqlite:///{folder}/kassei.sqlite"
    jobs = [Experiment(dataset="moons", activation=["relu", "tanh"], seed=[0, 1], epochs=400)]
    with Store.open(url) as store:
        first = Family(url)
        second = None
        try:
            job_id = store.submit(jobs[0])
            until(lambda: store.job(job_id).epochs_done > 0, PATIENCE)
            first.signal("worker", signal.SIGSTOP)
            time.sleep(2.0 if scale.short else seconds)
            first.signal("worker", signal.SIGCONT)
            until(lambda: store.job(job_id).epochs_done > 20, PATIENCE)
            holder = store.trainer().holder
            second = Family(url)
            first.signal("trainer", signal.SIGSTOP)
            until(lambda: store.trainer().holder != holder, PATIENCE)
            time.sleep(seconds)
            first.signal("trainer", signal.SIGCONT)
            until(lambda: not store.queue(), PATIENCE)
            assert store.job(job_id).status == Status.FINISHED
            assert store.trainer().holder != holder
            epochs = compare(store, jobs, folder)
        finally:
            first.signal("trainer", signal.SIGCONT)
            first.end()
            if second:
                second.end()
    return f"{seconds:.0f} s: the other trainer took over, {epochs} epochs equal to the last bit"


SPECIAL = (np.nan, np.inf, -np.inf, 5e-324, 1.7976931348623157e308, -0.0)


def report(run_id: str, epoch: int) -> EpochReport:
    """An epoch whose numbers can be told from its place; some are none, or infinite."""
    loss = SPECIAL[epoch % 13] if epoch % 13 < len(SPECIAL) else epoch / 7
    return EpochReport(run_id, epoch, 10 * epoch, epoch / 3, loss, loss, 0.5, epoch / 2**20)


def _write(url: str, run_id: str, reports: int, together: int) -> None:
    with Store.open(url) as store:
        for first in range(0, reports, together):
            last = min(first + together, reports)
            store.write(report(run_id, epoch) for epoch in range(first, last))


def _read(url: str, run_ids: list[str], ended: object) -> None:
    def look(store: Store) -> None:
        while not ended.is_set():
            store.runs(run_ids)
            store.epochs(run_ids[:1])
            store.queue()
            # Twenty times as often as a page looks.
            ended.wait(0.05)

    with Store.open(url) as store:
        threads = [threading.Thread(target=look, args=(store,)) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def writers(folder: Path, scale: Scale) -> str:
    """8 processes of 10,000 epoch reports each, with 20 readers, on SQLite and PostgreSQL."""
    reports, together = (300, 10) if scale.short else (10_000, 10)
    told = []
    server = Server()
    try:
        for url in (f"sqlite:///{folder}/writers.sqlite", server.url):
            took = _write_and_read(url, reports, together)
            told.append(f"{url.partition(':')[0]} {8 * reports} reports in {took:.0f} s")
    finally:
        server.remove()
    return ", ".join(told) + ": 0 lost, 0 refused, NaN and infinities as they went in"


def _write_and_read(url: str, reports: int, together: int) -> float:
    experiment = Experiment(dataset="moons", epochs=100_000, seed=range(8))
    run_ids = [config.run_id for config in experiment.grid()]
    context = multiprocessing.get_context("spawn")
    ended = context.Event()
    with Store.open(url) as store:
        store.add_runs(experiment.grid(), "", "stacked")
        reading = [context.Process(target=_read, args=(url, run_ids, ended)) for _ in range(4)]
        arguments = [(url, run_id, reports, together) for run_id in run_ids]
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
        assert [p.exitcode for p in (*reading, *writing)] == [0] * 12
        epochs = store.epochs(run_ids)
        assert len(epochs) == 8 * reports
        for run_id in run_ids:
            mine = epochs[epochs["run_id"] == run_id]
            wanted = [report(run_id, epoch).train_loss for epoch in range(reports)]
            assert np.array_equal(mine["train_loss"], wanted, equal_nan=True)
    return took


def away(folder: Path, scale: Scale) -> str:
    """The database's server gone for half a minute."""
    seconds = 5.0 if scale.short else 30.0
    server = Server()
    jobs = [Experiment(dataset="circles", activation=["relu", "tanh"], epochs=1000)]
    try:
        family = Family(server.url)
        with Store.open(server.url) as store:
            job_id = store.submit(jobs[0])
            until(lambda: store.job(job_id).epochs_done > 0, PATIENCE)
            before = store.job(job_id).epochs_done
            server.stop()
            time.sleep(seconds)
            with contextlib.suppress(StoreUnavailable):
                store.job(job_id)
                raise AssertionError("the server answers")
            server.start()
            back = until(lambda: store.job(job_id).epochs_done > before, PATIENCE)
            until(lambda: not store.queue(), PATIENCE)
            assert store.job(job_id).status == Status.FINISHED
            epochs = compare(store, jobs, folder)
    finally:
        family.end()
        server.remove()
    return f"gone {seconds:.0f} s, trains again after {back:.1f} s, {epochs} epochs equal"


def full(folder: Path, scale: Scale) -> str:
    """A disk that is full for a while: the trainer's files may not grow beyond what they are."""
    path = folder / "kassei.sqlite"
    jobs = [Experiment(dataset="spiral", activation=["relu", "tanh"], epochs=600)]
    with Store.open(f"sqlite:///{path}") as store:
        family = Family(f"sqlite:///{path}")
        try:
            job_id = store.submit(jobs[0])
            until(lambda: store.job(job_id).epochs_done > 0, PATIENCE)
            trainer = family.find("trainer")
            _, hard = resource.prlimit(trainer.pid, resource.RLIMIT_FSIZE)
            size = path.stat().st_size
            resource.prlimit(trainer.pid, resource.RLIMIT_FSIZE, (size, hard))
            time.sleep(3 if scale.short else 30)
            stood = store.job(job_id).epochs_done
            time.sleep(3)
            assert store.job(job_id).epochs_done == stood
            assert store.job(job_id).status == Status.RUNNING
            check_integrity(path)
            resource.prlimit(trainer.pid, resource.RLIMIT_FSIZE, (hard, hard))
            back = until(lambda: store.job(job_id).epochs_done > stood, PATIENCE)
            until(lambda: not store.queue(), PATIENCE)
            assert store.job(job_id).status == Status.FINISHED
            epochs = compare(store, jobs, folder)
        finally:
            family.end()
    return f"goes on {back:.1f} s after there is room, {epochs} epochs equal"


CASES = {"kills": kills, "frozen": frozen, "writers": writers, "away": away, "full": full}


@click.command()
@click.argument("case", nargs=-1, type=click.Choice(list(CASES)))
@click.option("--short", is_flag=True, help="a minute or two, as in CI")
@click.option("--kills", "count", default=1_000, show_default=True, help="how many SIGKILLs")
def main(case: tuple[str, ...], short: bool, count: int) -> None:
    """Run CASEs (all unless said); exit 1 if one fails."""
    failed = False
    for name in case or CASES:
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="kassei-chaos-") as folder:
            try:
                told = CASES[name](Path(folder), Scale(short, min(count, 4) if short else count))
            except AssertionError as error:
                failed, told = True, f"FAILED: {error}"
        print(f"{name}: {told} ({time.monotonic() - start:.0f} s)", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
