"""Processes of the service that are killed or frozen while they train."""

import contextlib
import random
import signal
import time
from pathlib import Path

import pandas as pd

from benchmarks.chaos.histories import (
    PATIENCE,
    Scale,
    check_integrity,
    compare,
    compare_stopped,
    experiments,
)
from benchmarks.family import Family, until
from core.engine.company import company
from core.engine.plan import Block, blocks
from core.errors import told_message
from core.experiment import Experiment
from core.jobs.turns import MOST_DEATHS
from core.report import Status
from core.store import Store


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
                if len(store.queue()) < 3:
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
            again = _train_suspected_again(store, jobs, ids)
            _still(store, jobs, acknowledged)
            epochs = compare(store, jobs, folder)
        finally:
            family.end()
    check_integrity(path)
    return (
        f"{done}: {len(jobs)} jobs finished ({again} of them asked for again, whose worker died"
        f" three times before an epoch), {epochs} epochs equal to the last bit, none lost"
    )


def _train_suspected_again(store: Store, jobs: list[Experiment], ids: list[str]) -> int:
    """Submit again what was failed for ending its worker three times, as chance has it here.

    Returns how many; anything else that is not finished is an error.
    """
    failed = [place for place, name in enumerate(ids) if store.job(name).status != Status.FINISHED]
    for place in failed:
        said = told_message(store.job(ids[place]).message, str)
        assert said.startswith(f"The training ended its worker {MOST_DEATHS} times"), said
        ids[place] = store.submit(jobs[place])
    until(lambda: not store.queue(), PATIENCE)
    assert all(store.job(job_id).status == Status.FINISHED for job_id in ids)
    return len(failed)


def _acknowledged(store: Store, jobs: list[Experiment]) -> pd.DataFrame:
    run_ids = [config.run_id for job in jobs for config in job.grid()]
    return store.epochs(run_ids).drop(columns="seconds")


def _still(store: Store, jobs: list[Experiment], acknowledged: pd.DataFrame) -> None:
    """Every epoch that was read before is there, with the same numbers."""
    now = _acknowledged(store, jobs)
    kept = acknowledged[["run_id", "epoch"]].merge(now, on=["run_id", "epoch"], how="left")
    pd.testing.assert_frame_equal(kept, acknowledged.reset_index(drop=True), check_exact=True)


def resumed(folder: Path, scale: Scale) -> str:
    """SIGKILL of worker, trainer and app in the middle of one long block, which goes on each time.

    Each kill waits until the store was told where the block stands: every half minute. At the
    end, when it has gone on from there once more, it is stopped, for it is longer than any
    machine needs.
    """
    path = folder / "kassei.sqlite"
    whos = ("worker",) if scale.short else ("worker", "trainer", "app")
    job = Experiment(dataset="moons", activation=["relu", "tanh"], seed=[0, 1], epochs=100_000)
    (block,) = blocks(job.grid())
    chance, stood = random.Random(), [0]
    with Store.open(f"sqlite:///{path}") as store:
        family = Family(f"sqlite:///{path}")
        try:
            job_id = store.submit(job)
            for who in (*whos, None):
                until(lambda: _stands(store, block) > stood[-1], PATIENCE)
                stood.append(_stands(store, block))
                if who:
                    time.sleep(chance.uniform(0, 10))
                    before = _acknowledged(store, [job])
                    assert family.signal(who, signal.SIGKILL)
                    _still(store, [job], before)
                    check_integrity(path)
                    family.start()
            epochs = compare_stopped(store, job_id, job, folder)
        finally:
            family.end()
    at = ", ".join(
        f"{who} after epoch {epoch}" for who, epoch in zip(whos, stood[1:], strict=False)
    )
    return f"killed: {at}; {epochs} epochs equal to the last bit"


def _stands(store: Store, block: Block) -> int:
    """The last epoch after which the store knows where a block stands; 0 if it knows none."""
    name = company(block)
    return store.states.standing([name]).get(name, (0,))[0]


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
