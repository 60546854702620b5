"""Threads that make the reports of epochs, as many at once as leave training what it needs."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

_Told = TypeVar("_Told")


class Tellers:
    """Threads on the ``processors`` that no block trains on, but on half of them at least.

    At once they hold the arrays of so many pre-activations (``entries``).
    """

    def __init__(self, processors: int, entries: int) -> None:
        self._processors, self._all, self._free = processors, entries, entries
        self._blocks = self._telling = 0
        self._changed = threading.Condition()
        # One of them trains whenever there is something to tell.
        self._threads = ThreadPoolExecutor(max(1, processors - 1), "statistics")

    @contextmanager
    def beside_training(self) -> Iterator[None]:
        """Inside of the ``with`` one block more trains."""
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
        with self._changed:
            self._changed.wait_for(lambda: self._telling < self._most and self._free >= entries)
            self._change(telling=1, entries=-entries)
        try:
            return task()
        finally:
            self._change(telling=-1, entries=entries)

    @property
    def _most(self) -> int:
        return max(1, self._processors // 2, self._processors - self._blocks)

    def _change(self, *, blocks: int = 0, telling: int = 0, entries: int = 0) -> None:
        with self._changed:
            self._blocks += blocks
            self._telling += telling
            self._free += entries
            self._changed.notify_all()
