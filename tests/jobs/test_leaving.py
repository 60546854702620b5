"""How a trainer ends what it trains: jobs stopped or too long, workers that are gone."""

import sys
from collections.abc import Callable, Iterator
from math import inf
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from core.engine.company import company
from core.engine.plan import blocks
from core.errors import told_message
from core.experiment import Experiment
from core.jobs import trainer as module
from core.jobs.crew import Given, fetched
from core.jobs.turns import MOST_DEATHS, Outcome, Work
from core.jobs.worker import Training, Turn, Warm
from core.report import BlockState, EpochReport, RunEnd, Status
from core.store import Store

from .standing_in import Workers, hired


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open("sqlite://") as opened:
        yield opened


def test_a_job_that_takes_longer_than_it_may_is_ended_and_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seconds of turns, of which several threads have one at once."""
    monkeypatch.setattr(module, "processors", lambda: 3)
    trainer = hired(store, monkeypatch, seconds=20)
    job_id = store.submit(Experiment(dataset="moons", epochs=1))
    trainer.step()
    assert store.job(job_id).status == Status.RUNNING
    trainer._lease.record(job_id, 119.0, [])
    after = hired(store, monkeypatch, seconds=20)
    after.step()
    assert store.job(job_id).status == Status.RUNNING
    after._turns.begun[job_id].busy += 2
    after.step()
    job = store.job(job_id)
    assert job.status == Status.FAILED
    assert "longer than 40" in told_message(job.message, str)
    assert set(store.runs(job.run_ids)["status"]) == {"failed"}


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


def test_a_worker_that_dies_in_a_turn_loses_all_blocks_that_stand_on_it_and_no_others(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two that had turns there, and one that waited; it is one death of their job."""
    trainer = hired(store, monkeypatch)
    for hidden in ([4], [5], [6]):
        store.submit(Experiment(dataset="moons", hidden=[hidden], epochs=2), str(hidden))
    trainer.step()
    works = trainer._turns.works
    assert len(works) == 3
    for work, worker in zip(works, ("here", "here", "there"), strict=True):
        work.worker, work.name = worker, "block"
    works[0].given = works[1].given = True
    both = [Given("here", work, None, 0.0) for work in works[:2]]  # type: ignore[arg-type]
    trainer._blame(both)
    assert [work.worker for work in works] == [None, None, "there"]
    assert not works[0].given
    assert not works[1].given


def test_a_job_that_ends_its_workers_is_failed_and_no_job_that_shares_its_runs(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = hired(store, monkeypatch)
    deadly = store.submit(Experiment(dataset="moons", hidden=[[4], [5]], epochs=2), "Ada")
    trainer.step()
    sound = store.submit(Experiment(dataset="moons", hidden=[[4]], epochs=2), "Ben")
    trainer.step()
    guilty = next(work for work in trainer._turns.works if work.block.shape.hidden == (5,))
    for _ in range(MOST_DEATHS):
        assert store.job(deadly).status == Status.RUNNING
        guilty.worker, guilty.name = "here", "block"
        trainer._blame([Given("here", guilty, None, 0.0)])  # type: ignore[arg-type]
        trainer.step()
    job = store.job(deadly)
    assert job.status == Status.FAILED
    assert "ended its worker 3 times" in told_message(job.message, str)
    assert list(store.runs(job.run_ids)["status"]) == ["queued", "failed"]
    trainer.step()
    assert [work.job_id for work in trainer._turns.works] == [sound]
    assert store.job(sound).status == Status.RUNNING


def test_a_suspected_job_has_its_turns_alone_on_a_worker(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever trains beside it would die with it, and be suspected, too."""
    trainer = hired(store, monkeypatch)
    for visitor, hidden in (("Ada", [4]), ("Ben", [5])):
        store.submit(Experiment(dataset="moons", hidden=[hidden], epochs=2), visitor)
    trainer.step()
    suspect, sound = trainer._turns.works
    for work in (suspect, sound):
        work.given = False
    workers: Workers = trainer._crew  # type: ignore[assignment]
    trainer._turns.begun[suspect.job_id].deaths = 1

    def given(beside: list[Work]) -> Work | None:
        workers.last = None
        for work in (suspect, sound):
            work.given = work in beside
        monkeypatch.setattr(workers, "turns_on", lambda _: beside)
        trainer._give("here")
        return workers.last

    assert given([]) in (suspect, sound)
    assert given([suspect]) is None
    assert given([sound]) is None
    trainer._turns.begun[suspect.job_id].deaths = 0
    assert given([suspect]) is sound
    assert given([sound]) is suspect


def test_two_blocks_of_a_job_show_their_first_epoch_before_its_third_begins(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = hired(store, monkeypatch)
    store.submit(Experiment(dataset="moons", hidden=[[4], [5], [6]], epochs=2), "Ada")
    store.submit(Experiment(dataset="moons", hidden=[[7]], epochs=2), "Ben")
    trainer.step()
    first, second, third, other = trainer._turns.works
    first.worker = second.worker = "here"
    assert not trainer._fits("here", third)
    assert trainer._fits("here", other)
    assert trainer._fits("there", third)
    first.epoch = 0
    assert not trainer._fits("here", third)
    first.epoch = 1
    assert trainer._fits("here", third)


def test_a_block_whose_end_waits_to_be_written_begins_no_more_when_its_worker_dies(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store is away: what would train it again is no job's, and would stay in its worker."""
    trainer = hired(store, monkeypatch)
    store.submit(Experiment(dataset="moons", hidden=[[4], [5]], epochs=2))
    trainer.step()
    done, other = trainer._turns.works
    for work in (done, other):
        work.worker, work.name, work.given = "here", "block", True
    trainer._unwritten.append(Outcome(done, (), 1.0, ended=True))
    trainer._blame([Given("here", other, None, 0.0)])  # type: ignore[arg-type]
    assert [work for _, work in trainer._turns.candidates("there")] == [other]


def test_a_turn_whose_worker_died_before_it_was_fetched_is_lost() -> None:
    class Never:
        """A future as Dask's, of a worker that died with what it gave."""

        def result(self, timeout: float) -> Turn:
            assert timeout > 0
            raise TimeoutError

    assert fetched(Never()) == Turn(lost=True)


def test_a_block_whose_turn_was_not_heard_in_time_is_given_up_by_its_worker(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker may live: it would keep the block, which begins anew under another name."""
    trainer = hired(store, monkeypatch)
    store.submit(Experiment(dataset="moons", epochs=2))
    trainer.step()
    (work,) = trainer._turns.works
    work.worker, work.name = "here", "block"
    told: list[str | None] = []
    monkeypatch.setattr(trainer._crew, "forget", lambda work: told.append(work.name))
    monkeypatch.setattr(module, "fetched", lambda _: Turn(lost=True))
    trainer._conclude(Given("here", work, None, 0.0))  # type: ignore[arg-type]
    assert told == ["block"]
    assert work.name is None


def test_a_worker_gives_up_what_stands_in_it_when_another_trainer_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A training that nobody asks any more would keep its thread, samples and weights."""
    training = ModuleType("core.engine.training")

    def train_block(_block: object, stop: Callable[[], bool], *_: object, **__: object) -> Any:
        while not stop():
            yield []

    training.train_block = train_block  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "core.engine.training", training)
    warm = Warm(inf)
    block = blocks(Experiment(dataset="moons").grid())[0]
    standing = Training(block, None, inf, None)  # type: ignore[arg-type]
    warm.trainings["block"] = standing
    assert not standing.advance(0.0).ended
    warm.teardown(SimpleNamespace(status=SimpleNamespace(name="running")))  # type: ignore[arg-type]
    standing._thread.join(60)
    assert not standing._thread.is_alive()
