"""Workers and a pulse that are none, and a trainer of them, for the tests of its steps."""

import time
from dataclasses import dataclass, replace

import pytest

from core.jobs import trainer as module
from core.jobs.bounds import PRIVATE, Bounds
from core.jobs.crew import Leaving
from core.jobs.trainer import Trainer
from core.jobs.turns import Work
from core.jobs.worker import Turn
from core.store import Lease, Store


class Workers:
    """One worker that has trained whatever it was given last, when ``done`` is asked."""

    def __init__(self, *_: object) -> None:
        self.here = self.ready = ["here"]
        self.last: Work | None = None
        self.start: bytes | None = None
        self.leaving: list[Leaving] = []
        # What they say where blocks stand that they give up; None while they still train.
        self.said: list[Turn] | None = []
        self.trouble = None

    def look(self) -> list[object]:
        return []

    def done(self) -> list[object]:
        return []

    def free(self) -> list[str]:
        return [] if self.last else ["here"]

    def turns_on(self, _address: str) -> list[Work]:
        return []

    def give(
        self, _address: str, work: Work, _seconds: float, *, begins: bool, start: bytes | None
    ) -> None:
        self.last, self.start = work, start

    def forget(self, work: Work) -> None:
        self.last = None

    def leave(self, work: Work) -> None:
        self.last = None
        self.leaving.append(Leaving(work, None, None, time.monotonic()))  # type: ignore[arg-type]

    def left(self) -> list[tuple[Work, list[Turn]]]:
        if self.said is None:
            return []
        gone, self.leaving = self.leaving, []
        return [(one.work, self.said) for one in gone]

    def end_stuck(self) -> None:
        pass


@dataclass
class Quiet:
    """A pulse that says nothing."""

    lease: Lease

    def tell(self, workers: int | None = None, trouble: object = None) -> None:
        assert trouble is None

    def trained(self, _reports: object) -> None:
        pass


def hired(
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float = 1e9,
    bounds: Bounds = PRIVATE,
) -> Trainer:
    """A trainer of ``store`` with such workers, which replaces the one before."""
    monkeypatch.setattr(module, "Crew", Workers)
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.0)
    lease = store.take_lease("host:1:0", "1", lambda _: True)
    assert lease
    return Trainer(None, store, Quiet(lease), replace(bounds, seconds=seconds))  # type: ignore[arg-type]
