"""On PostgreSQL transactions that write the same runs wait for each other in one order.

A deadlock there ends one of the two with "busy with another program's work" after a second.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.experiment import Experiment
from core.report import EpochReport, RunEnd, Status
from core.store import Store

# So many that the other transaction begins in the middle of one.
SEEDS = range(300)
ROUNDS = 8


@pytest.mark.parametrize("ending", [None, Status.CANCELLED])
def test_a_comparison_is_submitted_while_its_runs_report(
    postgresql: str, ending: Status | None
) -> None:
    """Also one that is resumed while what was stopped still reports: its rows are changed."""
    experiment = Experiment(dataset="moons", epochs=1_000, seed=SEEDS)
    # Another order than that of the run_ids, as any grid's is.
    backwards = Experiment(dataset="moons", epochs=1_000, seed=SEEDS[::-1])
    ended = threading.Event()

    def submit() -> int:
        count = 0
        with Store.open(postgresql) as other:
            while not ended.is_set():
                other.submit(backwards)
                count += 1
        return count

    with Store.open(postgresql) as store, ThreadPoolExecutor(1) as pool:
        run_ids = store.job(store.submit(experiment)).run_ids
        submitting = pool.submit(submit)
        try:
            for epoch in range(ROUNDS):
                store.write(EpochReport(run_id, epoch, epoch, 0.0, 1.0, 1.0) for run_id in run_ids)
                if ending:
                    store.write(RunEnd(run_id, ending) for run_id in run_ids)
        finally:
            ended.set()
        assert submitting.result(60) > 0
        assert len(store.epochs(run_ids)) == ROUNDS * len(run_ids)


def test_jobs_end_while_runs_that_they_share_report(postgresql: str) -> None:
    experiment = Experiment(dataset="moons", epochs=1_000, seed=SEEDS)
    run_ids = [config.run_id for config in experiment.grid()]
    ended = threading.Event()

    def stop() -> int:
        count = 0
        with Store.open(postgresql) as other:
            while not ended.is_set():
                other.ask_stop(other.submit(experiment))
                count += 1
        return count

    with Store.open(postgresql) as store, ThreadPoolExecutor(1) as pool:
        store.add_runs(experiment.grid(), "", "stacked")
        stopping = pool.submit(stop)
        try:
            for epoch in range(ROUNDS):
                store.write(EpochReport(run_id, epoch, epoch, 0.0, 1.0, 1.0) for run_id in run_ids)
        finally:
            ended.set()
        assert stopping.result(60) > 0
        assert len(store.epochs(run_ids)) == ROUNDS * len(run_ids)


def test_a_job_ends_from_outside_while_its_trainer_records(postgresql: str) -> None:
    """As one does whose command is ended while another trainer trains it."""
    experiment = Experiment(dataset="moons", epochs=1_000, seed=SEEDS)
    with (
        Store.open(postgresql) as store,
        Store.open(postgresql) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        lease = store.take_lease("a", "1", lambda _: False)
        assert lease is not None
        for epoch in range(ROUNDS):
            job = store.submit(experiment)
            run_ids = store.job(job).run_ids
            store.start_job(job)
            ending = pool.submit(other.finish_job, job, Status.CANCELLED)
            reports = [EpochReport(run_id, epoch, epoch, 0.0, 1.0, 1.0) for run_id in run_ids]
            lease.record(job, 0.0, reports)
            ending.result(60)
            assert store.job(job).status == Status.CANCELLED
        assert len(store.epochs(run_ids)) == ROUNDS * len(run_ids)
