"""A block in its worker: when a turn ends before its time, so that there is something to see."""

import sys
import time
from collections.abc import Callable, Iterator
from math import inf
from types import ModuleType
from typing import Any

import pytest

from core.engine.plan import blocks
from core.experiment import Experiment
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
    first = 0.5

    def steps(stop: Stop) -> Iterator[Any]:
        yield _reports(0)
        begun = time.monotonic()
        while time.monotonic() - begun < first:
            stop()
            time.sleep(0.01)
        yield _reports(1)
        _until_stopped(stop)

    training = _begun(monkeypatch, steps)
    start = training.advance(_LONG)
    assert _epochs(start) == [0]
    assert start.seconds < first
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

    training = _begun(monkeypatch, steps)
    both = training.advance(_LONG)
    assert _epochs(both) == [0, 1]
    assert both.seconds < _LONG / 2
    later = training.advance(0.3)
    assert _epochs(later) == [2]
    assert later.seconds >= 0.3
    training.give_up()
