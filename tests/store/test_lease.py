"""One trainer writes: it holds a lease, and what a replaced one still writes is refused."""

import time
from collections.abc import Callable

import pytest

from core.errors import LeaseLost
from core.experiment import Experiment
from core.report import EpochReport, RunEnd, Status
from core.store import Store, lease


def lives(_name: str) -> bool:
    return False


def gone(_name: str) -> bool:
    return True


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Move the database's clock, as the store reads it, on by some seconds."""
    real, ahead = lease._clock, 0.0

    def move(seconds: float) -> None:
        nonlocal ahead
        ahead += seconds

    monkeypatch.setattr(lease, "_clock", lambda connection: real(connection) + ahead)
    return move


def test_a_store_has_one_trainer_at_a_time(store: Store) -> None:
    assert store.trainer() is None
    first = store.take_lease("host:1:0", "1", lives)
    assert first
    assert store.take_lease("host:2:0", "1", lives) is None
    told = store.trainer()
    assert told
    assert (told.holder, told.alive, told.workers, told.trouble) == ("host:1:0", True, 0, "")
    first.renew(address="tls://there:1", workers=3, trouble="", speed=2.5)
    told = store.trainer()
    assert told
    assert (told.address, told.workers, told.speed) == ("tls://there:1", 3, 2.5)
    first.release()
    told = store.trainer()
    assert told
    assert not told.alive
    assert store.take_lease("host:2:0", "1", lives)


def test_a_silent_a_dead_and_an_outdated_trainer_are_replaced(
    store: Store, later: Callable[[float], None]
) -> None:
    store.take_lease("host:1:0", "1", lives)
    later(lease.SILENCE_SECONDS - 1)
    assert store.take_lease("host:2:0", "1", lives) is None
    later(2)
    assert store.take_lease("host:2:0", "1", lives)
    assert store.take_lease("host:3:0", "1", gone)
    assert store.take_lease("host:4:0", "0", lives) is None
    assert store.take_lease("host:5:0", "2", lives)


def test_a_clock_that_is_set_back_makes_nobody_wait_for_a_dead_trainer(
    store: Store, later: Callable[[float], None]
) -> None:
    store.take_lease("elsewhere:1:0", "1", lives)
    later(-3_600)
    told = store.trainer()
    assert told
    assert not told.alive
    second = store.take_lease("host:2:0", "1", lives)
    assert second
    # One that lives has said so by the new clock within seconds.
    later(-3_600)
    second.renew(address="", workers=1, trouble="", speed=0.0)
    assert store.take_lease("host:3:0", "1", lives) is None


def test_what_a_replaced_trainer_writes_is_refused_and_leaves_nothing(
    store: Store, experiment: Experiment
) -> None:
    job_id = store.submit(experiment)
    run_id = experiment.grid()[0].run_id
    old = store.take_lease("host:1:0", "1", lives)
    assert old
    assert old.begin(job_id, [run_id])
    new = store.take_lease("host:2:0", "2", lives)
    assert new
    epoch = EpochReport(run_id, 0, 0, 0.0, 1.0, 1.0)
    for write in (
        lambda: old.record(job_id, 1.0, [epoch]),
        lambda: old.finish(job_id, Status.FAILED, "stale"),
        lambda: old.begin(job_id, [run_id]),
        lambda: old.renew(address="", workers=9, trouble="", speed=0.0),
        old.release,
        old.check,
    ):
        with pytest.raises(LeaseLost):
            write()
    assert store.epochs([run_id]).empty
    assert store.job(job_id).status == Status.RUNNING
    told = store.trainer()
    assert told
    assert (told.holder, told.workers) == ("host:2:0", 0)
    new.record(job_id, 1.5, [epoch])
    new.record(job_id, 1.0, [])
    assert len(store.epochs([run_id])) == 1
    assert store.job(job_id).busy == 2.5


def test_a_trainer_tries_a_job_once_however_many_blocks_it_begins(
    store: Store, experiment: Experiment
) -> None:
    job_id = store.submit(experiment)
    run_ids = store.job(job_id).run_ids
    for count in (1, 2):
        holder = store.take_lease(f"host:{count}:0", "1", gone)
        assert holder
        for block in (run_ids[:3], run_ids[3:]):
            holder.go_on(job_id, "a" * 64, block, 3, None)
        assert store.job(job_id).tries == count
    holder.record(job_id, 1.0, [RunEnd(run_ids[0], Status.DIVERGED, 0)])
    assert store.job(job_id).tries == 2
    holder.record(job_id, 1.0, [EpochReport(run_ids[1], 0, 0, 0.0, 1.0, 1.0)])
    assert store.job(job_id).tries == 0


def test_a_job_remembers_what_it_planned_and_in_which_round(
    store: Store, experiment: Experiment
) -> None:
    job_id = store.submit(experiment)
    run_ids = store.job(job_id).run_ids
    held = store.take_lease("host:1:0", "1", lives)
    assert held
    assert store.planned(job_id) == {}
    held.begin(job_id, run_ids[:4])
    held.begin(job_id, [])
    held.begin(job_id, run_ids[4:])
    assert store.planned(job_id) == {1: set(run_ids[:4]), 2: set(run_ids[4:])}
    assert store.untrained(job_id) == set(run_ids)


def test_the_clock_of_the_lease_is_this_machines_or_its_servers(store: Store) -> None:
    with store._reading() as connection:
        assert abs(lease._clock(connection) - time.time()) < 60
