"""The estimate of time grows with the work, is nothing for what is known, and learns."""

import pytest

from core.engine import cost
from core.engine.plan import blocks
from core.engine.processors import processors
from core.experiment import Experiment
from core.jobs.estimate import estimate, pace
from core.report import EpochReport, RunEnd, Status
from core.store import Store


def trained(store: Store, experiment: Experiment, seconds: float) -> str:
    """A job whose runs took ``seconds`` each, as if a trainer had trained it."""
    job_id = store.submit(experiment)
    store.start_job(job_id)
    for config in experiment.grid():
        updates = config.epochs * config.updates_per_epoch
        last = EpochReport(config.run_id, config.epochs, updates, seconds, 1.0, 1.0)
        store.write([last, RunEnd(config.run_id, Status.FINISHED)])
    store.finish_job(job_id, Status.FINISHED)
    return job_id


@pytest.mark.parametrize(
    "lists",
    [
        {"epochs": [[1], [2], [10], [100], [1000]]},
        {"seed": [range(1), range(2), range(8), range(64)]},
        {"hidden": [[[8]], [[64]], [[64, 64]], [[512, 512, 512]]]},
    ],
)
def test_more_work_is_never_foreseen_to_be_faster(
    store: Store, lists: dict[str, list[list[object]]]
) -> None:
    ((field, growing),) = lists.items()
    seconds = [
        estimate(Experiment(dataset="moons", **{field: values}), store).seconds
        for values in growing
    ]
    assert seconds == sorted(seconds)
    assert 0 < seconds[0] < seconds[-1]


def test_known_runs_cost_nothing(store: Store) -> None:
    known = Experiment(dataset="moons", seed=[0, 1])
    trained(store, known, 1.0)
    ahead = estimate(known, store)
    assert (ahead.runs, ahead.new_runs, ahead.seconds) == (2, 0, 0.0)
    more = estimate(Experiment(dataset="moons", seed=[0, 1, 2]), store)
    assert (more.runs, more.new_runs) == (3, 1)
    assert more.seconds > 0


def test_a_slow_machine_is_learned_from_its_jobs_within_bounds(store: Store) -> None:
    ahead = Experiment(dataset="moons", seed=range(10, 14), epochs=100)
    usual = estimate(ahead, store).seconds
    done = Experiment(dataset="moons", seed=range(4), epochs=100)
    trained(store, done, usual)
    slow = estimate(ahead, store).seconds
    assert usual * 1.5 < slow <= usual * 10 + 1e-9
    trained(store, Experiment(dataset="circles"), 1e9)
    assert estimate(ahead, store).seconds == pytest.approx(usual * 10)


def test_a_job_that_trained_nothing_teaches_nothing(store: Store) -> None:
    """It was finished as it was submitted: its runs' seconds are another job's."""
    ahead = Experiment(dataset="moons", seed=range(10, 14))
    done = Experiment(dataset="circles", seed=range(4))
    trained(store, done, 0.5)
    learned = estimate(ahead, store).seconds
    # Diverged or shortened work under other lists, told five times, would change the mean.
    trained(store, Experiment(dataset="gauss"), 1e3)
    slow = estimate(ahead, store).seconds
    assert slow > learned
    for _ in range(6):
        store.submit(done)
    assert estimate(ahead, store).seconds == slow


def test_runs_that_diverged_or_were_deleted_teach_nothing(store: Store) -> None:
    """Their blocks were foreseen to take long, and no time was measured."""
    ahead = Experiment(dataset="moons", seed=range(10, 14))
    trained(store, Experiment(dataset="circles", seed=range(4)), 0.5)
    learned = estimate(ahead, store).seconds
    for seed in range(6):
        hasty = Experiment(dataset="moons", seed=seed, learning_rate=1e6, epochs=500)
        job_id = store.submit(hasty)
        store.start_job(job_id)
        store.write([RunEnd(hasty.grid()[0].run_id, Status.DIVERGED, 1)])
        store.finish_job(job_id, Status.FINISHED)
    assert estimate(ahead, store).seconds == learned
    gone = Experiment(dataset="gauss", epochs=500)
    trained(store, gone, 0.01)
    store.delete(gone.grid()[0].run_id)
    assert estimate(ahead, store).seconds == learned


def test_blocks_side_by_side_take_longer_than_alone_and_a_large_file_is_read_first() -> None:
    assert cost.together([4.0]) == 4.0
    assert cost.together([4.0] * 8) > 8 * 4.0 / processors()
    assert cost.crowding(1) == 1 < cost.crowding(2) <= cost.crowding(100)
    (mnist,) = Experiment(dataset="mnist").grid()
    (moons,) = Experiment(dataset="moons").grid()
    # Measured: 1.3 to 2.5 s.
    assert 1 < cost.reading_seconds(mnist) < 4
    assert cost.reading_seconds(moons) == 0


def test_who_trains_side_by_side_is_not_taken_for_a_slow_machine(store: Store) -> None:
    """Seconds of runs that trained side by side were foreseen as such."""
    experiment = Experiment(dataset="mnist", seed=range(16))
    planned = blocks(experiment.grid())
    assert len(planned) > 4
    each = cost.training_seconds(planned[0]) / len(planned[0].configs)
    trained(store, experiment, cost.crowding(len(planned)) * each)
    assert pace(store) == pytest.approx(1)
