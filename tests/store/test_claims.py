"""Claims of programs that train by themselves, in both databases."""

from core.experiment import Experiment
from core.report import EpochReport, RunEnd, Status
from core.store import Store

ALL = Experiment(dataset="moons", epochs=1, seed=[0, 1, 2])
LAST = Experiment(dataset="moons", epochs=1, seed=2)


def alive(_: str) -> bool:
    return False


def test_a_run_is_one_program_s_at_a_time(store: Store) -> None:
    wanted = {config.run_id for config in ALL.grid()}
    (last,) = (config.run_id for config in LAST.grid())
    one = store.claims.enter(LAST, "stacked", "here:1:0", alive)
    other = store.claims.enter(ALL, "stacked", "here:2:0", alive)
    assert store.claims.take(one, alive) == {last}
    assert store.claims.take(other, alive) == wanted - {last}
    job_id = store.submit(LAST, "Ada")
    assert {entry.id: entry.held for entry in store.queue()} == dict.fromkeys(
        (one, other, job_id), True
    )
    store.write([EpochReport(last, 0, 0, 0.0, 1.0, 1.0)])
    store.claims.leave(one, Status.FAILED, "why")
    # The job still needs it.
    assert store.untrained(job_id) == {last}
    assert store.claims.take(other, alive) == wanted
    store.write(RunEnd(run_id, Status.FINISHED) for run_id in wanted)
    assert store.claims.take(other, alive) == set()
    store.claims.leave(other, Status.FINISHED)
    assert [(entry.id, entry.held) for entry in store.queue()] == [(job_id, False)]


def test_a_trainer_that_lives_keeps_the_runs_of_its_jobs(store: Store) -> None:
    lease = store.take_lease("host:1:0", "1", alive)
    assert lease
    (last,) = (config.run_id for config in LAST.grid())
    job_id = store.submit(LAST, "Ada")
    claim = store.claims.enter(ALL, "stacked", "here:1:0", alive)
    assert last not in store.claims.take(claim, alive)
    lease.release()
    assert last in store.claims.take(claim, alive)
    assert {entry.id: entry.held for entry in store.queue()} == {job_id: True, claim: True}
