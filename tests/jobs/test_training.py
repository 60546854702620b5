"""A block in its worker: when a turn ends before its time, so that there is something to see."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from math import inf
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from core.engine.plan import blocks
from core.experiment import Experiment
from core.jobs import worker
from core.jobs.worker import Training
from core.report import EpochReport

_LONG = 60.0

Stop = Callable[[], bool]


def _reports(epoch: int) -> list[EpochReport]:
    return [EpochReport("run", epoch, epoch, 0.0, 1.0, 1.0)]


def _begun(monkeypatch: pytest.MonkeyPatch, steps: Callable[[Stop], Iterator[Any]]) -> Training:
    """A training whose engine is ``steps``."""
    engine = ModuleType("core.engine.training")
    engine.train_block = lambda _block, stop, *_, **__: steps(stop)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "core.engine.training", engine)
    block = blocks(Experiment(dataset="moons").grid())[0]
    return Training(block, None, inf, None)  # type: ignore[arg-type]


def _until_stopped(stop: Stop) -> None:
    while not stop():
        time.sleep(0.01)


def _epochs(turn: Any) -> list[int]:
    return [report.epoch for report in turn.reports]


def test_a_start_is_shown_soon_and_the_first_epoch_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a large block, whose first epoch takes a while: two turns that end early."""
    trained = threading.Event()

    def steps(stop: Stop) -> Iterator[Any]:
        yield _reports(0)
        while not trained.is_set():
            stop()
            time.sleep(0.01)
        yield _reports(1)
        _until_stopped(stop)

    training = _begun(monkeypatch, steps)
    assert _epochs(training.advance(_LONG)) == [0]
    trained.set()
    epoch = training.advance(_LONG)
    assert _epochs(epoch) == [1]
    assert epoch.seconds < _LONG / 2
    training.give_up()


def test_a_first_epoch_that_follows_its_start_at_once_is_shown_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A turn of each would cost as much again as the epoch. Later turns have their time."""

    def steps(stop: Stop) -> Iterator[Any]:
        yield _reports(0)
        stop()
        yield _reports(1)
        yield _reports(2)
        _until_stopped(stop)

    monkeypatch.setattr(worker, "_SOON_SECONDS", _LONG / 2)
    training = _begun(monkeypatch, steps)
    both = training.advance(_LONG)
    assert _epochs(both) == [0, 1]
    assert both.seconds < _LONG / 2
    later = training.advance(0.3)
    assert _epochs(later) == [2]
    assert later.seconds >= 0.3
    training.give_up()


def test_a_block_that_is_given_up_before_its_first_turn_has_come_does_not_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of several threads of a worker one overtakes: nobody would ever ask for it again."""
    warm = worker.Warm(inf)
    monkeypatch.setattr(worker, "get_worker", lambda: SimpleNamespace(plugins={"kassei": warm}))
    monkeypatch.setattr(worker, "warm_up", lambda: None)
    engine = ModuleType("core.engine.training")
    engine.train_block = lambda *_, **__: iter([_reports(0)])  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "core.engine.training", engine)
    block = blocks(Experiment(dataset="moons").grid())[0]
    assert worker.forget("early").lost
    assert worker.advance("early", block, _LONG, begins=True).lost
    assert not warm.trainings
    assert worker.advance("other", block, _LONG, begins=True).ended
