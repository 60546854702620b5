"""Programs that train by themselves, and the trainer, on one store: no run is trained twice."""

import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from core.errors import TrainingFailed, told_message
from core.experiment import Experiment, RunConfig
from core.jobs import direct
from core.jobs.identity import _began, is_gone, own_name
from core.report import EpochReport, Report, RunEnd, Status
from core.store import Store

from .conftest import until

TWO = Experiment(dataset="moons", epochs=1, seed=[0, 1])
ONE = Experiment(dataset="moons", epochs=1, seed=1)
SHARED = ONE.grid()[0].run_id


def trained(config: RunConfig) -> list[Report]:
    """What the training of a run reports in the end."""
    epochs = [EpochReport(config.run_id, epoch, epoch, 0.0, 1.0, 1.0) for epoch in range(2)]
    return [*epochs, RunEnd(config.run_id, Status.FINISHED)]


class Engine:
    """An engine that trains nothing, and waits in the middle where it is told to."""

    def __init__(self) -> None:
        self.trained: list[list[str]] = []
        self.begun, self.go = threading.Event(), threading.Event()
        self.go.set()

    def __call__(self, *given: Any) -> Iterator[list[Report]]:
        configs: Sequence[RunConfig] = next(each for each in given[::-1] if isinstance(each, list))
        if not configs:
            return
        self.trained.append([config.run_id for config in configs])
        self.begun.set()
        assert self.go.wait(60)
        for config in configs:
            yield trained(config)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine()
    monkeypatch.setattr(direct, "_reports", made)
    return made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/kassei.sqlite") as opened:
        yield opened


@pytest.fixture
def run() -> Iterator[Callable[..., Any]]:
    """``run(function, …)`` in another thread: its future."""
    with ThreadPoolExecutor() as pool:
        yield pool.submit


def test_what_the_trainer_trains_is_waited_for_and_the_rest_is_trained(
    store: Store, engine: Engine, run: Callable[..., Any]
) -> None:
    assert store.take_lease("elsewhere:1:0", "1", is_gone)
    job_id = store.submit(ONE)
    said: list[str] = []
    training = run(direct.train, TWO, store=store, told=said.append)
    until(lambda: said)
    assert engine.trained == [[TWO.grid()[0].run_id]]
    assert "(runs: 1)" in told_message(said[0], str)
    store.write(trained(ONE.grid()[0]))
    store.finish_job(job_id, Status.FINISHED)
    results = training.result(60)
    assert list(results.runs["status"]) == ["finished"] * 2
    assert len(engine.trained) == 1
    assert said[1:] == [""]


def test_what_waits_for_a_trainer_that_is_not_there_is_trained(
    store: Store, engine: Engine
) -> None:
    job_id = store.submit(ONE)
    direct.train(TWO, store=store)
    assert engine.trained == [[config.run_id for config in TWO.grid()]]
    assert store.untrained(job_id) == set()


def test_a_job_is_held_in_line_as_long_as_a_program_trains_what_it_needs(
    store: Store, engine: Engine, run: Callable[..., Any]
) -> None:
    engine.go.clear()
    training = run(direct.train, TWO, store=store)
    assert engine.begun.wait(60)
    needs, other = store.submit(ONE), store.submit(Experiment(dataset="circles", epochs=1))
    held = {entry.id: entry.held for entry in store.queue()}
    assert (held[needs], held[other], len(held)) == (True, False, 3)
    engine.go.set()
    training.result(60)
    assert {entry.id: entry.held for entry in store.queue()} == {needs: False, other: False}
    assert store.untrained(needs) == set()


def test_a_program_that_fails_leaves_its_runs_to_those_who_need_them(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs: list[str] = []

    def fail(*_: object) -> Iterator[list[Report]]:
        jobs.append(store.submit(ONE))
        raise OSError("no memory")

    monkeypatch.setattr(direct, "_reports", fail)
    with pytest.raises(TrainingFailed, match="no memory"):
        direct.train(TWO, store=store)
    assert store.untrained(jobs[0]) == {SHARED}
    assert [(entry.id, entry.held) for entry in store.queue()] == [(jobs[0], False)]
    assert list(store.runs([TWO.grid()[0].run_id])["status"]) == ["failed"]


def test_of_two_programs_one_trains_and_the_other_waits_for_it(
    store: Store, engine: Engine, run: Callable[..., Any]
) -> None:
    engine.go.clear()
    first = run(direct.train, TWO, store=store)
    assert engine.begun.wait(60)
    said: list[str] = []
    second = run(direct.train, ONE, store=store, told=said.append)
    until(lambda: said)
    engine.go.set()
    first.result(60)
    assert list(second.result(60).runs["status"]) == ["finished"]
    assert len(engine.trained) == 1


def test_what_a_program_left_that_is_gone_is_trained_by_the_next(
    store: Store, engine: Engine
) -> None:
    machine, number, _ = own_name().rsplit(":", 2)
    gone = f"{machine}:{number}:1.00"
    claim = store.claims.enter(TWO, "stacked", gone, lambda _: False)
    assert len(store.claims.take(claim, lambda _: False)) == 2
    direct.train(ONE, store=store)
    assert engine.trained == [[SHARED]]
    assert store.queue() == []
    assert list(store.runs([config.run_id for config in TWO.grid()])["status"]) == [
        "cancelled",
        "finished",
    ]


def test_a_process_is_known_by_its_machine_its_number_and_its_beginning() -> None:
    machine, number, began = own_name().rsplit(":", 2)
    host, space, boot = machine.split("/")
    assert is_gone(own_name()) is False
    gone = {
        f"{machine}:{number}:1",
        f"{host}/{space}/another-start:{number}:{began}",
        f"{machine}:{2**22 + 1}:{began}",
    }
    assert all(map(is_gone, gone))
    # Another machine's, and another container's of the same name, are not seen from here.
    unseen = {
        f"elsewhere/{space}/{boot}:{number}:1",
        f"{host}/1/{boot}:{number}:1",
        f"{host}:{number}:1",
        "",
        "no name",
    }
    assert {is_gone(name) for name in unseen} == {None}


def test_a_process_that_was_killed_is_gone_before_it_is_buried() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        name = f"{own_name().rsplit(':', 2)[0]}:{process.pid}:{_began(process.pid)}"
        assert not is_gone(name)
        process.kill()
        until(lambda: is_gone(name))
        assert process.returncode is None


def test_a_trainer_gives_back_the_claims_of_programs_that_are_gone(store: Store) -> None:
    lease = store.take_lease("elsewhere:1:0", "1", is_gone)
    assert lease
    claim = store.claims.enter(TWO, "stacked", "there:2:0", is_gone)
    store.claims.take(claim, is_gone)
    job_id = store.submit(ONE)
    lease.end_abandoned(lambda name: name != "there:2:0")
    assert all(entry.held for entry in store.queue())
    lease.end_abandoned(lambda name: name == "there:2:0")
    assert [(entry.id, entry.held) for entry in store.queue()] == [(job_id, False)]
    assert store.untrained(job_id) == {SHARED}


def test_a_program_leaves_no_job_behind(store: Store, engine: Engine) -> None:
    direct.train(TWO, store=store)
    assert store.jobs() == []
    assert store.visitors_of(SHARED) == set()


def test_a_job_that_is_to_be_stopped_waits_for_nobody(store: Store) -> None:
    job_id = store.submit(ONE)
    store.start_job(job_id)
    claim = store.claims.enter(TWO, "stacked", own_name(), is_gone)
    assert SHARED in store.claims.take(claim, is_gone)
    assert all(entry.held for entry in store.queue())
    store.ask_stop(job_id)
    assert {entry.id: entry.held for entry in store.queue()} == {job_id: False, claim: True}
