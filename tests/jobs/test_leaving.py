"""How a trainer ends what it trains, and what a worker does with what nobody asks any more."""

import sys
from collections.abc import Callable
from math import inf
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from core.engine.company import company
from core.engine.plan import blocks
from core.errors import told_message
from core.experiment import Experiment
from core.jobs import trainer as module
from core.jobs.turns import Outcome
from core.jobs.worker import Training, Turn, Warm
from core.report import BlockState, EpochReport, RunEnd, Status
from core.store import Store

from .standing_in import Workers, hired


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


def test_who_is_stopped_before_a_longer_training_began_shows_the_epochs_of_the_shorter(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorter = Experiment(dataset="moons", hidden=[[4], [5]], epochs=2)
    run_ids = [config.run_id for config in shorter.grid()]
    job_id = store.submit(shorter)
    store.start_job(job_id)
    for block in blocks(shorter.grid()):
        (run_id,) = (config.run_id for config in block.configs)
        store.write([EpochReport(run_id, n, n, 0.0, 0.5, 0.5) for n in range(3)])
        store.write([RunEnd(run_id, Status.FINISHED)])
        store.states.keep(BlockState(company(block), 2, (run_id,), b"there"))
    store.finish_job(job_id, Status.FINISHED)
    trainer = hired(store, monkeypatch)
    longer = Experiment(dataset="moons", hidden=[[4], [5], [6]], epochs=9)
    job_id = store.submit(longer)
    trainer.step()
    # One has begun; of the two that wait one has a shorter run.
    begun = trainer._crew.last  # type: ignore[attr-defined]
    assert sum(work.name is None for work in trainer._turns.works) == 2
    store.ask_stop(job_id)
    trainer.step()
    trainer.step()
    assert store.job(job_id).status == Status.CANCELLED
    told = store.runs(store.job(job_id).run_ids).set_index("hidden")
    assert begun.block.shape.hidden in ((4,), (5,))
    assert told.loc[["4", "5"], "epochs_done"].tolist() == [2, 2]
    assert told.loc["6", "epochs_done"] != 2
    # The shorter ones are what they were.
    assert store.runs(run_ids)["status"].tolist() == ["finished", "finished"]
