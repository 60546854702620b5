"""Threads that make the reports of epochs, as many at once as leave training what it needs."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

_Told = TypeVar("_Told")


class Tellers:
    """Threads on the ``processors`` that no block has, but on half of them at least.

    A block has one from its start to its end, between two turns as well. All tasks under way hold
    the arrays of ``entries`` pre-activations at most.
    """

    def __init__(self, processors: int, entries: int) -> None:
        self._processors, self._all, self._free = processors, entries, entries
        self._blocks = self._telling = 0
        # First come, first served: else who ends a task begins the next before others wake.
        self._turns = deque[object]()
        self._changed = threading.Condition()
        # One of them trains whenever there is something to tell.
        self._threads = ThreadPoolExecutor(max(1, processors - 1), "statistics")

    @contextmanager
    def beside_training(self) -> Iterator[None]:
        """Inside of the ``with`` there is one block more."""
        self._change(blocks=1)
        try:
            yield
        finally:
            self._change(blocks=-1)

    def submit(self, entries: int, task: Callable[[], _Told]) -> "Future[_Told]":
        """Have ``task`` done, which holds arrays of ``entries``, in its turn and when these fit.

        What is larger than all the room has it alone.
        """
        return self._threads.submit(self._done, min(entries, self._all), task)

    def _done(self, entries: int, task: Callable[[], _Told]) -> _Told:
        turn = object()
        with self._changed:
            self._turns.append(turn)
            self._changed.wait_for(lambda: self._turns[0] is turn and self._fits(entries))
            self._turns.popleft()
            self._change(telling=1, entries=-entries)
        try:
            return task()
        finally:
            self._change(telling=-1, entries=entries)

    def _fits(self, entries: int) -> bool:
        most = max(1, self._processors // 2, self._processors - self._blocks)
        return self._telling < most and self._free >= entries

    def _change(self, *, blocks: int = 0, telling: int = 0, entries: int = 0) -> None:
        with self._changed:
            self._blocks += blocks
            self._telling += telling
            self._free += entries
            self._changed.notify_all()
