"""Runs are found by the hash of their config, and deleted with all they own."""

import numpy as np
import pandas as pd
import pytest

from core.errors import KasseiError, UnknownRun
from core.experiment import Experiment
from core.report import EpochReport, LayerReport, RunEnd, Snapshot, Status
from core.store import Store


def test_a_config_is_one_run_whoever_adds_it(store: Store, experiment: Experiment) -> None:
    store.add_runs(experiment.grid()[:4], "first", "stacked")
    store.add_runs(experiment.grid(), "second", "stacked")
    frame = store.runs()
    assert frame["run_id"].tolist() == [config.run_id for config in experiment.grid()]
    assert frame["experiment"].tolist() == ["first"] * 4 + ["second"] * 2
    assert set(frame["status"]) == {Status.QUEUED}


def test_a_config_comes_back_equal(store: Store, run_ids: list[str]) -> None:
    odd = Experiment(
        dataset="sine",
        activation="leaky_relu(0.1)",
        hidden="none",
        learning_rate=1 / 3,
        clip_norm=0.7,
        noise=0.25,
        seed=2**32 - 1,
    )
    store.add_runs(odd.grid(), "", "stacked")
    config = odd.grid()[0]
    assert store.config(config.run_id) == config
    row = store.runs([config.run_id]).iloc[0]
    assert (row["hidden"], row["learning_rate"], row["seed"]) == ("none", 1 / 3, 2**32 - 1)
    assert (row["clip_norm"], row["noise"], row["parameters"]) == (0.7, 0.25, config.parameters)
    assert np.isnan(store.runs(run_ids[:1])["clip_norm"].iloc[0])


def test_engines_keep_runs_of_their_own(store: Store, experiment: Experiment) -> None:
    store.add_runs(experiment.grid()[:1], "", "stacked")
    store.add_runs(experiment.grid()[:1], "", "keras")
    ids = [experiment.grid()[0].id_under(engine) for engine in ("stacked", "keras")]
    frame = store.provenance()
    assert dict(zip(frame["run_id"], frame["engine"], strict=True)) == dict(
        zip(ids, ("stacked", "keras"), strict=True)
    )
    assert (pd.Timestamp.now("UTC") - frame["created"]).max() < pd.Timedelta(minutes=1)


def test_runs_come_in_the_order_asked_for(store: Store, run_ids: list[str]) -> None:
    asked = [run_ids[4], run_ids[0], "not a run", run_ids[2], run_ids[0]]
    expected = [run_ids[4], run_ids[0], run_ids[2]]
    assert store.runs(asked)["run_id"].tolist() == expected
    store.write(EpochReport(run_id, e, 0, 0.0, 1.0, 1.0) for e in (1, 0) for run_id in run_ids)
    epochs = store.epochs(asked)
    assert epochs["run_id"].tolist() == [run_id for run_id in expected for _ in range(2)]
    assert epochs["epoch"].tolist() == [0, 1] * 3


def test_runs_are_chosen_by_experiment_status_and_number(
    store: Store, experiment: Experiment, run_ids: list[str]
) -> None:
    store.write([RunEnd(run_ids[1], Status.FINISHED), RunEnd(run_ids[2], Status.DIVERGED, 3)])
    assert store.runs(status=Status.DIVERGED)["run_id"].tolist() == [run_ids[2]]
    assert store.runs(experiment=experiment.name)["run_id"].tolist() == run_ids
    assert store.runs(experiment="other").empty
    assert store.runs(limit=2)["run_id"].tolist() == run_ids[-2:]
    assert store.runs(run_ids, limit=2)["run_id"].tolist() == run_ids[:2]
    assert store.runs(limit=0).empty
    assert store.finished([*run_ids, "none"]) == {run_ids[1], run_ids[2]}


def test_runs_that_were_given_up_are_queued_again_and_others_are_not(
    store: Store, experiment: Experiment, run_ids: list[str]
) -> None:
    ends = (Status.FAILED, Status.CANCELLED, Status.FINISHED, Status.DIVERGED, Status.RUNNING)
    store.write(
        RunEnd(run_id, end, message="so it ended")
        for run_id, end in zip(run_ids, ends, strict=False)
    )
    store.add_runs(experiment.grid(), "again", "stacked")
    again = ("queued", "queued", "finished", "diverged", "running", "queued")
    assert store.runs(run_ids)["status"].tolist() == list(again)
    assert store.provenance(run_ids)["message"].tolist()[:3] == ["", "", "so it ended"]


def test_a_run_that_failed_begins_with_nothing_when_it_is_queued_again(
    store: Store, experiment: Experiment, run_ids: list[str], layer: LayerReport
) -> None:
    again, kept = run_ids[:2]
    blank = store.runs([again])
    for run_id, end in ((again, Status.FAILED), (kept, Status.FINISHED)):
        epoch = EpochReport(run_id, 2, 9, 5.0, 1.0, 1.0, 0.5, 0.5, layers=(layer,))
        weights = Snapshot(run_id, 2, (np.zeros(3),))
        store.write([epoch, weights, RunEnd(run_id, end, 7 if run_id == again else None)])
    before = store.runs([kept])
    job = store.job(store.submit(experiment))
    # The run that is finished counts as all its epochs, the other as none.
    assert (job.runs_done, job.epochs_done) == (1, 3)
    pd.testing.assert_frame_equal(store.runs([again]), blank)
    pd.testing.assert_frame_equal(store.runs([kept]), before)
    for run_id, rows in ((again, 0), (kept, 1)):
        assert len(store.epochs([run_id])) == rows
        assert len(store.layers([run_id])) == rows
        assert len(store.snapshot_epochs(run_id)) == rows


def test_a_beginning_that_names_one_run_resolves_to_it(store: Store, run_ids: list[str]) -> None:
    for run_id in run_ids:
        assert store.resolve(run_id) == run_id
        length = next(
            n for n in range(1, 17) if sum(other.startswith(run_id[:n]) for other in run_ids) == 1
        )
        assert store.resolve(f" {run_id[:length].upper()}") == run_id


def test_a_beginning_of_none_or_several_is_refused(store: Store, experiment: Experiment) -> None:
    many = Experiment(dataset="moons", epochs=0, seed=list(range(20)))
    store.add_runs(many.grid(), "", "stacked")
    ids = [config.run_id for config in many.grid()]
    # Twenty runs share sixteen first digits.
    digit = max("0123456789abcdef", key=lambda d: sum(i.startswith(d) for i in ids))
    with pytest.raises(UnknownRun, match=f"Several runs begin with {digit}: {digit}"):
        store.resolve(digit)
    for absent in ("", "zz", "%", "_", "\0", "\ud800", "f" * 16, "0" * 400):
        with pytest.raises(UnknownRun, match="holds no run"):
            store.resolve(absent)
        with pytest.raises(UnknownRun, match="holds no run"):
            store.config(absent)
        with pytest.raises(UnknownRun, match="holds no run"):
            store.delete(absent)
        assert store.snapshot_epochs(absent) == ()


def test_a_deleted_run_leaves_nothing_and_takes_nothing_else(
    store: Store, experiment: Experiment, run_ids: list[str], layer: LayerReport
) -> None:
    # SQLite gives the number of the newest run to the next, with any rows left behind.
    kept, doomed = run_ids[-2:]
    for run_id in (kept, doomed):
        epoch = EpochReport(run_id, 0, 0, 0.0, 1.0, 1.0, layers=(layer,))
        store.write([epoch, Snapshot(run_id, 0, (np.zeros(3),))])
    store.delete(doomed)
    store.add_runs(experiment.grid(), "", "stacked")
    for run_id, rows in ((kept, 1), (doomed, 0)):
        assert len(store.epochs([run_id])) == rows
        assert len(store.layers([run_id])) == rows
        assert len(store.snapshot_epochs(run_id)) == rows


def test_a_run_that_a_waiting_job_needs_is_not_deleted(
    store: Store, experiment: Experiment, run_ids: list[str]
) -> None:
    job = store.submit(experiment)
    with pytest.raises(KasseiError, match=f"trained by job {job}: stop the job first"):
        store.delete(run_ids[0])
    store.ask_stop(job)
    store.delete(run_ids[0])
    assert store.job(job).run_ids == tuple(run_ids[1:])


def test_names_that_no_database_can_hold_are_made_plain(
    store: Store, experiment: Experiment
) -> None:
    store.add_runs(experiment.grid()[:1], "a\0b\ud800 日本語 '; --", "stacked")
    assert store.runs()["experiment"].tolist() == ["ab? 日本語 '; --"]
