"""Workers that die, or are not heard: what a trainer loses by it, and whom it suspects."""

import pytest

from core.errors import told_message
from core.experiment import Experiment
from core.jobs import trainer as module
from core.jobs.crew import Given, fetched
from core.jobs.turns import MOST_DEATHS, Outcome, Work
from core.jobs.worker import Turn
from core.report import Status
from core.store import Store

from .standing_in import Workers, hired


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
    """Of two that had turns there, and one that waited elsewhere."""
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


def test_a_worker_that_dies_in_two_turns_of_a_job_is_one_death_of_that_job(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = hired(store, monkeypatch)
    job_id = store.submit(Experiment(dataset="moons", hidden=[[4], [5]], epochs=2))
    other_id = store.submit(Experiment(dataset="moons", hidden=[[6]], epochs=2), "another")
    trainer.step()
    works, jobs = trainer._turns.works, trainer._turns.begun
    assert [work.job_id for work in works] == [job_id, job_id, other_id]
    turns = [Given("here", work, None, 0.0) for work in works]  # type: ignore[arg-type]
    trainer._blame(turns[:2])
    assert (jobs[job_id].deaths, jobs[other_id].deaths) == (1, 0)
    trainer._blame(turns[1:])
    assert (jobs[job_id].deaths, jobs[other_id].deaths) == (2, 1)


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
