"""The trainer's steps with workers that are none: what is planned, given and begun."""

from pathlib import Path

import pytest

from core.errors import StoreUnavailable, told_message
from core.experiment import Experiment
from core.jobs import trainer as module
from core.jobs.bounds import PUBLIC
from core.jobs.trainer import Trainer
from core.jobs.turns import MOST_TRIES
from core.report import EpochReport, RunEnd, Status
from core.store import Entry, Store

from .standing_in import Quiet, Workers, hired


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


def test_a_job_whose_trainers_die_without_a_new_epoch_is_failed_and_no_other(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a block does that takes the trainer with it: nobody is left who could count its deaths."""
    job_id = store.submit(Experiment(dataset="moons", epochs=9))
    other = store.submit(Experiment(dataset="circles", epochs=9), "somebody else")
    for _ in range(MOST_TRIES):
        hired(store, monkeypatch).step()
        assert store.job(job_id).status == Status.RUNNING
    trainer = hired(store, monkeypatch)
    trainer.step()
    failed = store.job(job_id)
    assert failed.status == Status.FAILED
    assert told_message(failed.message, str).startswith(
        f"The training was begun {MOST_TRIES} times"
    )
    # The other, in whose turn none died, has its first now.
    (work,) = trainer._turns.works
    assert (work.job_id, work.given) == (other, True)
    assert store.job(other).tries == 1


def test_a_trainer_that_ends_by_itself_and_a_new_epoch_clear_a_job_of_suspicion(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = store.submit(Experiment(dataset="moons", epochs=9))
    (run_id,) = store.job(job_id).run_ids

    def tried(times: int) -> Trainer:
        for _ in range(times):
            trainer = hired(store, monkeypatch)
            trainer.step()
        assert store.job(job_id).tries == times
        return trainer

    first = EpochReport(run_id, 0, 0, 0.0, 1.0, 1.0)
    lease = tried(MOST_TRIES - 1)._lease
    lease.record(job_id, 1.0, [first])
    assert store.job(job_id).tries == 0
    lease = tried(2)._lease
    # The same epoch again, after a beginning at the start, is none that is new.
    lease.record(job_id, 1.0, [first])
    assert store.job(job_id).tries == 2
    lease.release()
    assert store.job(job_id).tries == 0


def test_three_visitors_with_all_of_mnist_take_turns_on_a_public_page(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = hired(store, monkeypatch, bounds=PUBLIC)
    workers = trainer._crew
    assert isinstance(workers, Workers)
    for number, visitor in enumerate(("Ada", "Ben", "Cem")):
        lists = {"activation": ["relu", "tanh", "gelu"], "seed": [2 * number, 2 * number + 1]}
        store.submit(Experiment(dataset="mnist", hidden=[128, 128], **lists), visitor)
    turns = []
    for _ in range(6):
        trainer.step()
        assert workers.last
        turns.append(store.job(workers.last.job_id).visitor)
        # The turn has ended, and the block stands there.
        workers.last.given, workers.last = False, None
    assert sorted(turns) == ["Ada", "Ada", "Ben", "Ben", "Cem", "Cem"]
    assert turns[:3] == turns[3:]
