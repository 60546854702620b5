"""The trainer's steps with workers that are none: what is planned, given, written and ended."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core.engine.company import company
from core.errors import StoreUnavailable, told_message
from core.experiment import Experiment
from core.jobs import trainer as module
from core.jobs.bounds import PRIVATE
from core.jobs.crew import Leaving, fetched
from core.jobs.trainer import Trainer
from core.jobs.turns import Outcome, Work
from core.jobs.worker import Turn
from core.report import BlockState, EpochReport, RunEnd, Status
from core.store import Entry, Lease, Store


class Workers:
    """One worker that has trained whatever it was given last, when ``done`` is asked."""

    def __init__(self, *_: object) -> None:
        self.here = self.ready = ["here"]
        self.last: Work | None = None
        self.start: bytes | None = None
        self.leaving: list[Leaving] = []
        # What they say where blocks stand that they give up; None while they still train.
        self.said: list[Turn] | None = []

    def look(self) -> list[object]:
        return []

    def done(self) -> list[object]:
        return []

    def free(self) -> list[str]:
        return [] if self.last else ["here"]

    def give(
        self, _address: str, work: Work, _seconds: float, *, begins: bool, start: bytes | None
    ) -> None:
        self.last, self.start = work, start

    def forget(self, work: Work) -> None:
        self.last = None

    def leave(self, work: Work) -> None:
        self.last = None
        self.leaving.append(Leaving(work, None, None, time.monotonic()))  # type: ignore[arg-type]

    def left(self) -> list[tuple[Work, list[Turn]]]:
        if self.said is None:
            return []
        gone, self.leaving = self.leaving, []
        return [(one.work, self.said) for one in gone]

    def end_stuck(self) -> None:
        pass


@dataclass
class Quiet:
    """A pulse that says nothing."""

    lease: Lease

    def tell(self, workers: int | None = None, trouble: object = None) -> None:
        assert trouble is None

    def trained(self, _reports: object) -> None:
        pass


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open("sqlite://") as opened:
        yield opened


def hired(store: Store, monkeypatch: pytest.MonkeyPatch, seconds: float = 1e9) -> Trainer:
    """A trainer of ``store`` with such workers, which replaces the one before."""
    monkeypatch.setattr(module, "Crew", Workers)
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.0)
    lease = store.take_lease("host:1:0", "1", lambda _: True)
    assert lease
    return Trainer(None, store, Quiet(lease), replace(PRIVATE, seconds=seconds))  # type: ignore[arg-type]


def test_a_job_that_takes_longer_than_it_may_is_ended_and_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = hired(store, monkeypatch, seconds=60)
    job_id = store.submit(Experiment(dataset="moons", epochs=1))
    trainer.step()
    assert store.job(job_id).status == Status.RUNNING
    trainer._lease.record(job_id, 119.0, [])
    after = hired(store, monkeypatch, seconds=60)
    after.step()
    assert store.job(job_id).status == Status.RUNNING
    after._turns.begun[job_id].busy += 2
    after.step()
    job = store.job(job_id)
    assert job.status == Status.FAILED
    assert "longer than 2 min 00 s" in told_message(job.message, str)
    assert set(store.runs(job.run_ids)["status"]) == {"failed"}


def test_the_next_trainer_trains_blocks_in_the_company_they_had(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a run of the block has diverged meanwhile, and needs no training itself."""
    experiment = Experiment(dataset="moons", seed=[0, 1, 2], epochs=1)
    job_id = store.submit(experiment)
    first = hired(store, monkeypatch)
    first.step()
    (before,) = first._turns.works
    first._lease.record(job_id, 1.0, [RunEnd(experiment.grid()[1].run_id, Status.DIVERGED, 3)])
    second = hired(store, monkeypatch)
    second.step()
    (after,) = second._turns.works
    assert after.block == before.block


def test_what_a_stopped_job_leaves_is_planned_by_the_job_that_needs_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = hired(store, monkeypatch)
    wide = store.submit(Experiment(dataset="moons", seed=[0, 1, 2], epochs=1), "Ada")
    trainer.step()
    narrow = store.submit(Experiment(dataset="moons", seed=1, epochs=1), "Ben")
    trainer.step()
    assert [work.job_id for work in trainer._turns.works] == [wide]
    store.ask_stop(wide)
    trainer.step()
    trainer.step()
    assert store.job(wide).status == Status.CANCELLED
    (work,) = trainer._turns.works
    assert work.job_id == narrow
    assert [config.seed for config in work.block.configs] == [1]
    run_id = work.block.configs[0].run_id
    reports = (EpochReport(run_id, 0, 0, 0.0, 1.0, 1.0), RunEnd(run_id, Status.FINISHED))
    trainer._unwritten.append(Outcome(work, reports, 1.0, ended=True))
    trainer.step()
    trainer.step()
    assert store.job(narrow).status == Status.FINISHED
    assert store.job(narrow).busy == 1.0


def test_an_idle_trainer_looks_at_the_line_only_where_something_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_IDLE_SECONDS", 0.0)
    with Store.open(f"sqlite:///{tmp_path}/kassei.sqlite") as store:
        trainer = hired(store, monkeypatch)
        looks = 0
        queue = store.queue

        def look() -> list[Entry]:
            nonlocal looks
            looks += 1
            return queue()

        monkeypatch.setattr(store, "queue", look)
        for _ in range(10):
            trainer.step()
        assert looks == 1
        job_id = store.submit(Experiment(dataset="moons", epochs=1))
        trainer.step()
        assert store.job(job_id).status == Status.RUNNING


def test_a_job_whose_beginning_failed_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_IDLE_SECONDS", 0.0)
    monkeypatch.setattr(module, "_RETRY_SECONDS", 0.0)
    monkeypatch.setattr(Quiet, "tell", lambda *_args, **_options: None)
    with Store.open(f"sqlite:///{tmp_path}/kassei.sqlite") as store:
        trainer = hired(store, monkeypatch)
        job_id = store.submit(Experiment(dataset="moons", epochs=1))
        with monkeypatch.context() as patch:
            patch.setattr(store, "queue", unavailable)
            trainer.step()
        trainer.step()
        assert store.job(job_id).status == Status.RUNNING


def unavailable() -> list[Entry]:
    raise StoreUnavailable("away")


def test_what_a_program_trains_by_itself_is_not_begun(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = hired(store, monkeypatch)
    experiment = Experiment(dataset="moons", epochs=1)
    claim = store.claims.enter(experiment, "stacked", "here:1:0", lambda _: False)
    assert store.claims.take(claim, lambda _: False)
    job_id = store.submit(experiment)
    trainer.step()
    assert store.job(job_id).status == Status.QUEUED
    store.claims.leave(claim, Status.CANCELLED)
    trainer.step()
    assert store.job(job_id).status == Status.RUNNING


def test_a_stopped_job_ends_once_it_is_written_where_it_stands_or_a_little_later(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what needs the same runs begins no sooner than that is known, to go on from there."""
    trainer = hired(store, monkeypatch)
    workers: Workers = trainer._crew  # type: ignore[assignment]
    experiment = Experiment(dataset="moons", seed=[0, 1], epochs=9)
    job_id = store.submit(experiment)
    trainer.step()
    (work,) = trainer._turns.works
    work.worker, work.name = "here", "block"
    workers.said = None
    store.ask_stop(job_id)
    for _ in range(2):
        trainer.step()
        assert store.job(job_id).status == Status.RUNNING
    monkeypatch.setattr(module, "_LEAVE_SECONDS", 0.0)
    trainer.step()
    assert store.job(job_id).status == Status.CANCELLED
    again = store.submit(experiment)
    trainer.step()
    assert store.job(again).status == Status.QUEUED
    run_ids = tuple(config.run_id for config in work.block.configs)
    state = BlockState(company(work.block), 1, run_ids, b"there")
    rows = tuple(EpochReport(run_id, n, n, 0.0, 1.0, 1.0) for run_id in run_ids for n in (0, 1))
    workers.said = [Turn(rows[:2], 0.5), Turn(lost=True), Turn(rows[2:], 0.5, state=state)]
    trainer.step()
    assert set(store.runs(run_ids)["epochs_done"]) == {1}
    assert store.job(job_id).busy == 1.0
    trainer.step()
    assert store.job(again).status == Status.RUNNING
    assert store.job(again).epochs_known == 0
    assert workers.start == b"there"
    # Runs that are deleted in that moment end nothing.
    workers.said = None
    store.ask_stop(again)
    trainer.step()
    for run_id in run_ids:
        store.delete(run_id)
    workers.said = [Turn(rows, 0.5, state=state)]
    trainer.step()
    assert store.runs().empty


def test_a_block_whose_worker_is_gone_between_two_turns_has_its_next_on_another(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = hired(store, monkeypatch)
    store.submit(Experiment(dataset="moons", epochs=2))
    trainer.step()
    workers = trainer._crew
    assert isinstance(workers, Workers)
    work = workers.last
    assert work
    assert work.worker == "here"
    # Its turn ended, and before it has another its worker is replaced.
    work.given, workers.last = False, None
    workers.here = workers.ready = ["there"]
    monkeypatch.setattr(workers, "free", lambda: [] if workers.last else ["there"])
    trainer.step()
    assert workers.last is work
    assert work.worker == "there"


def test_a_store_that_is_away_as_a_job_begins_does_not_fail_the_job(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = hired(store, monkeypatch)
    trainer._pulse.tell = lambda *_, **__: None  # type: ignore[method-assign]
    job_id = store.submit(Experiment(dataset="moons", epochs=1))
    with monkeypatch.context() as patch:

        def away(*_: object) -> None:
            raise StoreUnavailable("The store is busy.")

        patch.setattr(module, "check", away)
        trainer.step()
    assert store.job(job_id).status == Status.QUEUED
    trainer.step()
    assert store.job(job_id).status == Status.RUNNING


def test_a_job_that_was_let_in_is_not_refused_by_the_next_trainer(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For the estimate of its time has grown meanwhile."""
    job_id = store.submit(Experiment(dataset="moons", epochs=400))
    hired(store, monkeypatch, seconds=600).step()
    assert store.job(job_id).status == Status.RUNNING
    hired(store, monkeypatch, seconds=0.01).step()
    assert store.job(job_id).status == Status.RUNNING


def test_a_turn_whose_worker_died_before_it_was_fetched_is_lost() -> None:
    class Never:
        """A future as Dask's, of a worker that died with what it gave."""

        def result(self, timeout: float) -> Turn:
            assert timeout > 0
            raise TimeoutError

    assert fetched(Never()) == Turn(lost=True)
