"""Claims of programs that train by themselves, in both databases."""

import pytest

from core.experiment import Experiment
from core.report import EpochReport, RunEnd, Status
from core.store import Store, claims

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


@pytest.mark.parametrize(("gone", "left"), [(False, 3), (None, 0)])
def test_who_is_silent_for_an_hour_keeps_its_claim_if_it_is_seen_to_live(
    store: Store, monkeypatch: pytest.MonkeyPatch, gone: bool | None, left: int
) -> None:
    """A lid was closed, or all that it wants is trained by others."""
    claim = store.claims.enter(ALL, "stacked", "here:1:0", alive)
    store.claims.take(claim, alive)
    lease = store.take_lease("host:1:0", "1", alive)
    assert lease
    real = claims.now
    monkeypatch.setattr(claims, "now", lambda: real() + 2 * 3_600)
    lease.end_abandoned(lambda _: gone)
    assert len(store.untrained(claim)) == left
