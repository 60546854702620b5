"""Training that was stopped is resumed, and a finished run trained longer, by a real trainer.

Every row is that of a training that was never interrupted.
"""

import os
import time
from pathlib import Path

from core.experiment import Experiment
from core.jobs import TrainerProcess, train
from core.jobs.estimate import estimate
from core.report import Status
from core.store import Store

from .conftest import ended, same_numbers, until, worker_of


def same_rows(store: Store, experiment: Experiment) -> None:
    """Equal to the last bit to what is trained in this process, all at once."""
    direct = train(experiment)
    run_ids = direct.run_ids
    same_numbers(store.runs(run_ids), direct.store.runs(run_ids))
    same_numbers(store.epochs(run_ids), direct.store.epochs(run_ids))
    same_numbers(store.layers(run_ids), direct.store.layers(run_ids))
    assert store.histograms(run_ids).equals(direct.store.histograms(run_ids))
    for run_id in run_ids:
        kept = {*direct.store.snapshot_epochs(run_id)}
        both = kept & {*store.snapshot_epochs(run_id)}
        # Some in between were not kept by a shorter run; the last always are.
        assert not kept or max(kept) in both
        for epoch in both:
            mine, other = store.weights(run_id, epoch), direct.store.weights(run_id, epoch)
            assert all(a.tobytes() == b.tobytes() for a, b in zip(mine, other, strict=True))


def test_a_stopped_job_goes_on_where_it_stood_also_when_its_worker_dies_then(
    shared: Store, trainer: TrainerProcess
) -> None:
    """In the company of two that have diverged, which are not trained again."""
    # So many that Stop comes before the end, however fast the machine.
    epochs = 1200
    experiment = Experiment(
        dataset="diabetes",
        optimizer="momentum",
        learning_rate=[0.001, 1e5],
        seed=[0, 1],
        epochs=epochs,
    )
    job_id = shared.submit(experiment)
    until(lambda: shared.job(job_id).epochs_done > 2 * epochs + 40)
    asked = time.monotonic()
    shared.ask_stop(job_id)
    stopped = ended(shared, job_id)
    assert time.monotonic() - asked < 10
    assert stopped.status == Status.CANCELLED
    runs = shared.runs(stopped.run_ids)
    assert sorted(runs["status"]) == ["cancelled", "cancelled", "diverged", "diverged"]
    before = shared.epochs(stopped.run_ids)
    last = int(runs["epochs_done"].max())
    assert 20 < last < epochs
    ahead = estimate(experiment, shared)
    assert (ahead.going_on, ahead.after) == (2, (last,))
    again = shared.submit(experiment)
    known = 2 * last + 2 * epochs
    assert shared.job(again).epochs_done == shared.job(again).epochs_known == known
    until(lambda: shared.job(again).epochs_done > known)
    # Its clock, too, is that of before: these rows were not trained again.
    kept = shared.epochs(stopped.run_ids).merge(before, on=["run_id", "epoch"])
    assert len(kept) == len(before)
    assert kept["seconds_x"].equals(kept["seconds_y"])
    worker_of(os.getpid()).kill()
    job = ended(shared, again)
    assert (job.status, job.epochs_done) == (Status.FINISHED, 4 * epochs)
    same_rows(shared, experiment)


def test_a_finished_run_is_trained_longer_from_its_end(
    shared: Store, trainer: TrainerProcess
) -> None:
    """Also where one of its block has diverged, which is not trained again."""
    fields = {"dataset": "diabetes", "optimizer": "sgd", "learning_rate": [0.001, 1e5], "seed": [3]}
    short = ended(shared, shared.submit(Experiment(**fields, epochs=20)))
    assert list(shared.runs(short.run_ids)["status"]) == ["finished", "diverged"]
    longer = Experiment(**fields, epochs=40)
    ahead = estimate(longer, shared)
    assert (ahead.new_runs, ahead.going_on, ahead.after) == (2, 2, (20,))
    job = ended(shared, shared.submit(longer))
    assert job.status == Status.FINISHED
    assert job.epochs_known >= 20
    known, rows = shared.epochs(short.run_ids), shared.epochs(job.run_ids)
    first = rows[rows["epoch"] <= 20]
    assert list(first["seconds"]) == list(known["seconds"])
    same_rows(shared, longer)


def test_direct_training_goes_on_too(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kassei.sqlite"
    fields = {"dataset": "moons", "activation": ["relu", "tanh"], "hidden": [[5]]}
    longer, done = Experiment(**fields, epochs=60), 0

    def watch(_reports: object) -> None:
        nonlocal done
        done += 1

    train(Experiment(**fields, epochs=10), store=url, watch=watch)
    assert done == 11
    train(longer, store=url, watch=watch, stop=lambda: done >= 15)
    before = done
    assert before < 60
    train(longer, store=url, watch=watch)
    # The end of what was stopped is reported, too.
    assert done <= 60 + 2 + 1
    with Store.open(url) as store:
        same_rows(store, longer)
