"""Where blocks stand: what goes on from there gets the rows of those before it, or nothing."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.experiment import Experiment
from core.report import BlockState, EpochReport, LayerReport, RunEnd, Snapshot, Status
from core.store import Store, states

C, D = "c" * 64, "d" * 64


def grown(experiment: Experiment, epochs: int) -> Experiment:
    """``experiment`` at another length."""
    return Experiment(**experiment.fields | {"epochs": epochs})


def train(store: Store, run_ids: list[str], layer: LayerReport, last: int, first: int = 0) -> None:
    """Report epochs of every run, each with numbers of its own."""
    for place, run_id in enumerate(run_ids):
        for epoch in range(first, last + 1):
            number = 100 * place + epoch
            layers = (replace(layer, mean=number / 7), replace(layer, layer=2, mean=math.inf))
            store.write(
                [
                    EpochReport(run_id, epoch, 9 * epoch, number / 3, 1 / (1 + number), math.nan,
                                0.5, 0.25 + epoch % 3, layers=layers),
                    Snapshot(run_id, epoch, (np.full(3, number, np.float32),)),
                ]
            )  # fmt: skip


def state(run_ids: list[str], epoch: int, content: bytes = b"state", **more: Any) -> BlockState:
    return BlockState(C, epoch, tuple(run_ids), content, **more)


@pytest.fixture
def longer(store: Store, experiment: Experiment) -> list[str]:
    """The run_ids of the same runs of six epochs, queued."""
    long = grown(experiment, 6)
    store.add_runs(long.grid(), long.name, "stacked")
    return [config.run_id for config in long.grid()]


def test_longer_runs_get_the_rows_of_the_shorter_ones(
    store: Store, run_ids: list[str], longer: list[str], layer: LayerReport
) -> None:
    train(store, run_ids, layer, 3)
    store.write(RunEnd(run_id, Status.FINISHED) for run_id in run_ids)
    dead = tuple((place / 8, 0.5) for place in range(6))
    store.states.keep(state(run_ids, 3, dead=dead))
    assert store.states.standing([C, D]) == {C: (3,)}
    assert store.states.go_on(C, longer, 6, None) == b"state"
    for read in (store.epochs, store.layers, store.histograms):
        ours, theirs = read(longer), read(run_ids)
        if "dead_fraction" in ours:
            last = theirs["epoch"] == 3
            theirs.loc[last, "dead_fraction"] = [share for member in dead for share in member]
        assert ours.drop(columns="run_id").equals(theirs.drop(columns="run_id"))
    assert {store.snapshot_epochs(run_id) for run_id in longer} == {(0, 1, 2, 3)}
    for mine, other in zip(longer, run_ids, strict=True):
        assert store.weights(mine, 2)[0].tobytes() == store.weights(other, 2)[0].tobytes()
    one, other = store.runs(longer), store.runs(run_ids)
    assert set(one["status"]) == {"running"}
    assert set(one["epochs_done"]) == {3}
    same = [c for c in one.columns if c not in ("run_id", "experiment", "epochs", "status")]
    assert one[same].equals(other[same])
    # Once more, as after a kill: nothing changes.
    before = store.epochs(longer)
    assert store.states.go_on(C, longer, 6, None) == b"state"
    assert store.epochs(longer).equals(before)


def test_weights_of_carried_epochs_alone_are_taken_over(
    store: Store, run_ids: list[str], longer: list[str], layer: LayerReport
) -> None:
    train(store, run_ids, layer, 3)
    store.states.keep(state(run_ids, 3))
    store.states.go_on(C, longer, 6, {0, 2, 6})
    assert {store.snapshot_epochs(run_id) for run_id in longer} == {(0, 2)}


def test_the_furthest_state_before_the_end_is_gone_on_from(
    store: Store, run_ids: list[str], longer: list[str], layer: LayerReport
) -> None:
    train(store, run_ids, layer, 3)
    train(store, longer, layer, 5)
    store.states.keep(state(run_ids, 3, b"three"))
    store.states.keep(state(longer, 5, b"five"))
    assert store.states.standing([C]) == {C: (5, 3)}
    assert store.states.go_on(C, longer, 6, None) == b"five"
    assert store.states.go_on(C, run_ids, 5, None) == b"three"
    assert store.states.go_on(C, run_ids, 3, None) is None
    assert store.states.go_on(D, run_ids, 3, None) is None


def test_what_a_stopped_run_recorded_stays_when_it_is_queued_again(
    store: Store, experiment: Experiment, run_ids: list[str], layer: LayerReport
) -> None:
    train(store, run_ids, layer, 2)
    store.write(RunEnd(run_id, Status.CANCELLED) for run_id in run_ids)
    store.states.keep(state(run_ids, 2))
    epochs = store.epochs(run_ids)
    job = store.job(store.submit(experiment))
    assert (job.epochs_done, job.epochs_known, job.epochs_total) == (12, 12, 18)
    assert set(store.runs(run_ids)["status"]) == {"queued"}
    assert store.states.go_on(C, run_ids, 3, None) == b"state"
    assert store.epochs(run_ids).equals(epochs)
    assert set(store.runs(run_ids)["epochs_done"]) == {2}


@pytest.mark.parametrize("ended", ["deleted", "failed", "in other company"])
def test_a_state_whose_rows_are_gone_or_anothers_is_none(
    store: Store, experiment: Experiment, run_ids: list[str], layer: LayerReport, ended: str
) -> None:
    train(store, run_ids, layer, 2)
    store.states.keep(state(run_ids, 2))
    one = run_ids[0]
    if ended == "deleted":
        store.delete(one)
        store.add_runs(experiment.grid(), "", "stacked")
    elif ended == "failed":
        store.write([RunEnd(one, Status.FAILED)])
        store.add_runs(experiment.grid(), "", "stacked")
        assert store.epochs([one]).empty
    else:
        assert store.states.go_on(D, [one], 3, None) is None
    assert store.states.standing([C]) == {}
    assert store.states.go_on(C, run_ids, 3, None) is None
    store.states.keep(state(run_ids, 2))
    assert store.states.standing([C]) == {C: (2,)}


def test_a_state_of_runs_that_are_deleted_meanwhile_is_not_kept(
    store: Store, run_ids: list[str], layer: LayerReport
) -> None:
    store.delete(run_ids[0])
    store.states.keep(state(run_ids, 2))
    assert store.states.standing([C]) == {}


def test_states_used_longest_ago_make_room(
    store: Store, experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(range(100))
    monkeypatch.setattr(states, "now", lambda: float(next(moments)))

    def kept(epoch: int, size: int, company: str) -> list[str]:
        """Where runs stand that end after ``epoch``."""
        runs = grown(experiment, epoch)
        store.add_runs(runs.grid(), "", "stacked")
        run_ids = [config.run_id for config in runs.grid()]
        store.states.keep(replace(state(run_ids, epoch, bytes(size)), company=company))
        return run_ids

    for epoch in (1, 2, 3):
        run_ids = kept(epoch, 100, C)
    assert store.states.standing([C]) == {C: (3, 2)}
    # Used again, this one is newer.
    store.states.go_on(C, run_ids, 3, None)
    monkeypatch.setattr(states, "MOST_BYTES", 250)
    kept(7, 100, D)
    assert store.states.standing([C, D]) == {C: (2,), D: (7,)}
    kept(8, 300, D)
    assert store.states.standing([C, D]) == {C: (2,), D: (7,)}
    monkeypatch.setattr(states, "MOST", 1)
    kept(9, 10, D)
    assert store.states.standing([C, D]) == {D: (9,)}


def test_where_a_block_stood_on_its_way_is_kept_no_more_once_it_stands_further(
    store: Store, run_ids: list[str], longer: list[str]
) -> None:
    """Others of its company, and its own that are ahead of it, stay."""
    store.states.keep(state(run_ids, 3, b"short"))
    store.states.keep(state(longer, 4))
    store.states.keep(state(longer, 5, b"five"))
    assert store.states.standing([C]) == {C: (5, 3)}
    store.states.keep(state(longer, 4))
    assert store.states.standing([C]) == {C: (5, 4)}
    store.states.keep(replace(state(longer, 6), company=D))
    assert store.states.standing([C, D]) == {C: (5, 4), D: (6,)}


def test_rows_and_state_are_written_together_under_the_lease(
    store: Store, experiment: Experiment, run_ids: list[str]
) -> None:
    job_id = store.submit(experiment)
    lease = store.take_lease("host:1:0", "1", lambda _: False)
    assert lease
    epochs = [EpochReport(run_id, 0, 0, 0.0, 1.0, 1.0) for run_id in run_ids]
    with pytest.raises(Exception, match="no run"):
        lease.record(job_id, 1.0, [*epochs, EpochReport("0" * 16, 0, 0, 0.0, 1.0, 1.0)],
                     state(run_ids, 1))  # fmt: skip
    assert store.states.standing([C]) == {}
    assert store.epochs(run_ids).empty
    lease.record(job_id, 1.0, epochs, state(run_ids, 1))
    assert store.states.standing([C]) == {C: (1,)}
    assert lease.go_on(job_id, C, run_ids, 3, None) == b"state"
    assert store.job(job_id).epochs_known == 0


def test_epochs_that_are_taken_over_need_no_training_by_the_job(
    store: Store, experiment: Experiment, run_ids: list[str], layer: LayerReport
) -> None:
    train(store, run_ids, layer, 3)
    store.states.keep(state(run_ids, 3))
    lease = store.take_lease("host:1:0", "1", lambda _: False)
    assert lease
    job_id = store.submit(grown(experiment, 6))
    assert store.job(job_id).epochs_known == 0
    for _ in range(2):
        lease.go_on(job_id, C, store.job(job_id).run_ids, 6, None)
        job = store.job(job_id)
        assert (job.epochs_known, job.epochs_done, job.epochs_total) == (18, 18, 36)


@pytest.mark.parametrize("gone", ["a run", "the state"])
def test_a_state_that_goes_in_the_moment_it_is_looked_for_is_none(
    postgresql: str,
    experiment: Experiment,
    layer: LayerReport,
    monkeypatch: pytest.MonkeyPatch,
    gone: str,
) -> None:
    """On PostgreSQL alone: SQLite's writers take turns."""
    run_ids = [config.run_id for config in experiment.grid()]
    long = grown(experiment, 6)
    longer = [config.run_id for config in long.grid()]
    with Store.open(postgresql) as store, Store.open(postgresql) as another:
        for each in (experiment, long):
            store.add_runs(each.grid(), "", "stacked")
        train(store, run_ids, layer, 3)
        store.states.keep(state(run_ids, 3))
        standing = states.standing

        def stood(*asked: Any) -> dict[str, tuple[int, ...]]:
            found = standing(*asked)
            if gone == "a run":
                another.delete(run_ids[0])
            else:
                another.states.keep(state(run_ids, 4))
            return found

        with monkeypatch.context() as patch:
            patch.setattr(states, "standing", stood)
            assert store.states.go_on(C, longer, 6, None) is None
        assert store.epochs(longer).empty
