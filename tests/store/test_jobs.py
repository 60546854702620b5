"""Jobs wait in line, are trained once, and say how far they are."""

from datetime import UTC, datetime

import pytest

from core.document import from_yaml
from core.errors import KasseiError
from core.experiment import Experiment
from core.report import EpochReport, RunEnd, Status
from core.store import Job, Store


def statuses(store: Store, job: Job) -> list[str]:
    listed: list[str] = store.runs(job.run_ids)["status"].tolist()
    return listed


def test_a_submitted_job_says_what_it_is(store: Store, experiment: Experiment) -> None:
    job = store.job(store.submit(experiment, visitor="Ada"))
    assert from_yaml(job.document) == experiment
    assert (job.name, job.visitor, job.status) == (experiment.name, "Ada", Status.QUEUED)
    assert job.run_ids == tuple(config.run_id for config in experiment.grid())
    assert (job.runs_total, job.runs_done, job.epochs_total, job.epochs_done) == (6, 0, 18, 0)
    assert (job.started, job.finished, job.stop_asked, job.message) == (None, None, False, "")
    assert abs((datetime.now(UTC) - job.created).total_seconds()) < 60


def test_jobs_are_trained_in_the_order_they_came(store: Store, experiment: Experiment) -> None:
    assert store.queue() == []
    first = store.submit(experiment)
    second = store.submit(experiment)
    assert [(entry.id, entry.place) for entry in store.queue()] == [(first, 1), (second, 2)]
    assert store.start_job(first)
    assert store.job(first).status == Status.RUNNING
    assert [(entry.id, entry.place) for entry in store.queue()] == [(first, 0), (second, 1)]
    store.finish_job(first, Status.FINISHED)
    assert [entry.id for entry in store.queue()] == [second]
    assert [job.id for job in store.jobs(status=Status.FINISHED)] == [first]
    assert [job.id for job in store.jobs(1)] == [second]
    assert store.jobs(visitor="nobody") == []


def test_progress_counts_runs_and_the_epochs_that_need_no_more_training(
    store: Store, experiment: Experiment
) -> None:
    job_id = store.submit(experiment)
    first, second, third, *_ = store.job(job_id).run_ids
    store.write(EpochReport(first, epoch, 0, 0.0, 1.0, 1.0) for epoch in range(4))
    store.write([RunEnd(first, Status.FINISHED)])
    store.write([EpochReport(second, 2, 0, 0.0, 1.0, 1.0)])
    store.write([EpochReport(third, 1, 0, 0.0, 1.0, 1.0), RunEnd(third, Status.DIVERGED, 12)])
    job = store.job(job_id)
    # All 3 of the finished, 2 so far, and all 3 of the one that diverged in its first.
    assert (job.runs_done, job.epochs_done) == (2, 8)


def test_trained_runs_are_linked_and_not_queued_again(store: Store, experiment: Experiment) -> None:
    first = store.job(store.submit(experiment))
    store.write([RunEnd(first.run_ids[0], Status.FINISHED)])
    wider = Experiment(dataset="moons", activation=["relu", "elu"], epochs=3, seed=[0, 1, 2])
    job = store.job(store.submit(wider))
    assert (job.runs_total, job.runs_done) == (6, 1)
    assert statuses(store, job) == ["finished", *["queued"] * 5]


def test_a_job_of_trained_runs_is_finished_at_once(store: Store, experiment: Experiment) -> None:
    first = store.job(store.submit(experiment))
    store.write(RunEnd(run_id, Status.FINISHED) for run_id in first.run_ids)
    store.finish_job(first.id, Status.FINISHED)
    again = store.job(store.submit(experiment))
    assert (again.status, again.runs_done) == (Status.FINISHED, 6)
    assert again.finished is not None
    assert store.queue() == []


def test_visitors_stand_in_line_by_turns(store: Store, experiment: Experiment) -> None:
    """Three of Ada's came first; Ben's one begins after the first of hers."""
    ada = [store.submit(experiment, "Ada") for _ in range(3)]
    ben = store.submit(experiment, "Ben")
    places = {entry.id: entry.place for entry in store.queue()}
    assert [places[job_id] for job_id in (ada[0], ben, ada[1], ada[2])] == [1, 2, 3, 4]
    store.start_job(ada[0])
    places = {entry.id: entry.place for entry in store.queue()}
    assert [places[job_id] for job_id in (ada[0], ben, ada[1], ada[2])] == [0, 1, 2, 3]


def test_a_job_stopped_while_it_waits_never_starts(store: Store, experiment: Experiment) -> None:
    job = store.job(store.submit(experiment))
    store.ask_stop(job.id)
    assert store.job(job.id).stop_asked
    assert store.job(job.id).status == Status.CANCELLED
    assert store.queue() == []
    assert not store.start_job(job.id)
    assert set(statuses(store, job)) == {"cancelled"}


def test_a_running_job_is_asked_to_stop_and_its_trainer_ends_it(
    store: Store, experiment: Experiment
) -> None:
    job = store.job(store.submit(experiment))
    store.start_job(job.id)
    assert not store.queue()[0].stop_asked
    store.ask_stop(job.id)
    assert store.queue()[0].stop_asked
    assert store.job(job.id).status == Status.RUNNING
    store.write([RunEnd(job.run_ids[0], Status.FINISHED)])
    store.finish_job(job.id, Status.CANCELLED, "Stopped.")
    ended = store.job(job.id)
    assert (ended.status, ended.message) == (Status.CANCELLED, "Stopped.")
    assert ended.finished is not None
    assert statuses(store, ended) == ["finished", *["cancelled"] * 5]


def test_an_ended_job_leaves_the_runs_that_another_waits_for(
    store: Store, experiment: Experiment
) -> None:
    failing = store.job(store.submit(experiment))
    half = Experiment(dataset="moons", activation="relu", epochs=3, seed=[0, 1, 2])
    waiting = store.job(store.submit(half))
    store.finish_job(failing.id, Status.FAILED, "No memory.")
    assert statuses(store, failing) == [*["queued"] * 3, *["failed"] * 3]
    assert set(statuses(store, waiting)) == {"queued"}
    assert store.provenance(failing.run_ids)["message"].tolist()[3:] == ["No memory."] * 3


def test_what_has_ended_stays_ended(store: Store, experiment: Experiment) -> None:
    job = store.job(store.submit(experiment))
    store.finish_job(job.id, Status.FINISHED)
    store.finish_job(job.id, Status.FAILED, "late")
    store.ask_stop(job.id)
    assert not store.start_job(job.id)
    ended = store.job(job.id)
    assert (ended.status, ended.message, ended.stop_asked) == (Status.FINISHED, "", False)


@pytest.mark.parametrize("job_id", ["", "none", "\0", "\ud800", "'; --", "f" * 400])
def test_a_job_that_is_not_there_is_refused(store: Store, job_id: str) -> None:
    with pytest.raises(KasseiError, match="holds no job"):
        store.job(job_id)
    assert not store.start_job(job_id)
    store.finish_job(job_id, Status.FINISHED)
    store.ask_stop(job_id)


def test_a_submit_that_fails_leaves_no_run_behind(
    store: Store, experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The job's name clashes in the last but one statement of the transaction.
    monkeypatch.setattr("secrets.token_hex", lambda _: "0123456789abcdef")
    store.submit(Experiment(dataset="circles", epochs=1))
    with pytest.raises(KasseiError, match="failed"):
        store.submit(experiment)
    assert len(store.runs()) == 1
    assert len(store.jobs()) == 1
