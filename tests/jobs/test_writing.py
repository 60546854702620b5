"""What training tells, written while it goes on: in order, soon, and few times."""

import threading
from collections.abc import Generator, Iterable, Iterator

import pytest

from core.errors import StoreUnavailable, UnknownRun
from core.experiment import Experiment
from core.jobs import writing
from core.jobs.writing import _MOST_WAITING, Told, stored
from core.report import BlockState, EpochReport, Report, RunEnd, Status
from core.store import Store
from core.store.states import States

from .conftest import until

_EPOCHS = 24
_PATIENCE = 60


@pytest.fixture
def run_id(store: Store) -> str:
    experiment = Experiment(dataset="moons", epochs=_EPOCHS)
    store.add_runs(experiment.grid(), experiment.name, "stacked")
    return experiment.grid()[0].run_id


def told(run_id: str, epoch: int) -> list[Report]:
    return [EpochReport(run_id, epoch, updates=epoch, seconds=0.1, train_loss=1.0, test_loss=2.0)]


def in_turn(*each: Told) -> Generator[Told, None, None]:
    yield from each


def epochs_in(store: Store, run_id: str) -> list[int]:
    return store.epochs([run_id])["epoch"].tolist()


def test_each_list_is_said_in_its_order_once_the_store_has_it(store: Store, run_id: str) -> None:
    said = []
    for (report,) in stored(store, (told(run_id, epoch) for epoch in range(_EPOCHS))):
        assert report.epoch in epochs_in(store, run_id)
        said.append(report.epoch)
    assert said == list(range(_EPOCHS))


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports wait an hour for others to be written with."""
    monkeypatch.setattr(writing, "_PAUSE_SECONDS", 3600.0)


@pytest.mark.usefixtures("patient")
def test_what_is_told_in_a_moment_is_written_together_and_nobody_waits_for_a_clock(
    store: Store, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes, write = [], store.write

    def noting(reports: Iterable[Report]) -> None:
        writes.append(1)
        write(reports)

    monkeypatch.setattr(store, "write", noting)
    list(stored(store, (told(run_id, epoch) for epoch in range(_EPOCHS))))
    # One at once, one whenever more wait than may, and one at the end.
    assert len(writes) <= 2 + _EPOCHS // (_MOST_WAITING + 1)
    assert epochs_in(store, run_id) == list(range(_EPOCHS))


def test_what_is_told_is_written_soon_though_nothing_follows(store: Store, run_id: str) -> None:
    def silent() -> Iterator[Told]:
        yield told(run_id, 0)
        yield told(run_id, 1)
        until(lambda: epochs_in(store, run_id) == [0, 1])

    assert len(list(stored(store, silent()))) == 2


@pytest.mark.usefixtures("patient")
def test_who_leaves_leaves_nothing_behind_that_was_told(store: Store, run_id: str) -> None:
    given = []

    def telling() -> Iterator[Told]:
        for epoch in range(_EPOCHS):
            given.append(epoch)
            yield told(run_id, epoch)

    says = stored(store, telling())
    next(says)
    says.close()
    assert epochs_in(store, run_id) == given


def test_training_waits_for_a_store_that_is_slow(
    store: Store, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, may, write = threading.Event(), threading.Event(), store.write

    def slow(reports: Iterable[Report]) -> None:
        asked.set()
        assert may.wait(_PATIENCE)
        write(reports)

    given = []

    def telling() -> Iterator[Told]:
        for epoch in range(_EPOCHS):
            given.append(epoch)
            yield told(run_id, epoch)

    monkeypatch.setattr(store, "write", slow)
    thread = threading.Thread(target=lambda: list(stored(store, telling())))
    thread.start()
    # One list is being written, and those that may wait do, with the one that does not fit.
    until(lambda: asked.is_set() and len(given) >= _MOST_WAITING + 1)
    thread.join(0.3)
    assert thread.is_alive()
    assert len(given) <= _MOST_WAITING + 2
    may.set()
    thread.join(_PATIENCE)
    assert epochs_in(store, run_id) == list(range(_EPOCHS))


def test_what_was_told_after_what_could_not_be_written_is_not_written(
    store: Store, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a run would be finished that lacks epochs, and nobody would train them again."""
    told_all, writes, write = threading.Event(), [], store.write

    def failing_once(reports: Iterable[Report]) -> None:
        writes.append(1)
        if len(writes) == 2:
            assert told_all.wait(_PATIENCE)
            raise StoreUnavailable("away")
        write(reports)

    def telling() -> Iterator[Told]:
        yield told(run_id, 0)
        until(lambda: writes)
        yield told(run_id, 1)
        until(lambda: len(writes) == 2)
        yield told(run_id, 2)
        yield BlockState("company", 2, (run_id,), b"content")
        yield [RunEnd(run_id, Status.FINISHED)]
        told_all.set()

    monkeypatch.setattr(store, "write", failing_once)
    with pytest.raises(StoreUnavailable):
        list(stored(store, telling()))
    assert epochs_in(store, run_id) == [0]
    assert set(store.runs()["status"]) == {"running"}
    assert not store.states.standing(["company"])


def test_a_report_that_cannot_be_written_ends_it(store: Store, run_id: str) -> None:
    with pytest.raises(UnknownRun):
        list(stored(store, in_turn(told(run_id, 0), told("0" * 16, 0), told(run_id, 1))))


def test_a_state_is_kept_after_the_reports_that_lead_to_it(
    store: Store, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_with, keep = [], States.keep

    def noting(states: States, state: BlockState) -> None:
        kept_with.append(epochs_in(store, run_id))
        keep(states, state)

    monkeypatch.setattr(States, "keep", noting)
    state = BlockState("company", 2, (run_id,), b"content")
    list(stored(store, in_turn(told(run_id, 1), told(run_id, 2), state, told(run_id, 3))))
    assert set(kept_with[0]) >= {1, 2}


def test_what_cannot_be_written_ends_the_training_though_the_exception_is_held(
    store: Store, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notebook keeps the last exception, and its frames everything that they had begun."""
    ended = []

    def telling() -> Generator[Told, None, None]:
        try:
            for epoch in range(_EPOCHS):
                yield told(run_id, epoch)
        finally:
            ended.append(True)

    def full(_: Iterable[Report]) -> None:
        raise StoreUnavailable("full")

    monkeypatch.setattr(store, "write", full)
    with pytest.raises(StoreUnavailable) as held:
        list(stored(store, telling()))
    assert held.value.__traceback__
    assert ended
