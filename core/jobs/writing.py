"""What training tells, written to the store in a thread of its own while training goes on."""

import itertools
import threading
import time
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing

from core.report import BlockState, Report
from core.store import Store

# What training tells: reports, or where a block stands after all that it reported.
Told = list[Report] | BlockState

# How long reports wait to be written with others: a transaction alone costs what the rows of one
# epoch of 72 networks do.
_PAUSE_SECONDS = 0.25
# So many wait no longer, but training for them.
_MOST_WAITING = 8


def stored(
    store: Store, trained: Generator[Told, None, None]
) -> Generator[list[Report], None, None]:
    """Each list of ``trained`` once ``store`` has it, in their order.

    What was told is written at once, or a moment later with what is told until then. Whoever
    leaves leaves nothing behind that was told.

    Raises:
        KasseiError: what could not be written; then nothing that was told later is.
    """
    # Closed by name: who holds the exception would else hold the training, which would go on.
    with closing(trained), ThreadPoolExecutor(1, "store") as thread:
        writing = _Writing(store, thread)
        try:
            for told in trained:
                writing.add(told)
                yield from writing.said()
        finally:
            writing.hasten()
        writing.end()
        yield from writing.said()


class _Writing:
    """What waits to be written, and what is written and not said yet."""

    def __init__(self, store: Store, thread: ThreadPoolExecutor) -> None:
        self._store, self._thread = store, thread
        self._waiting, self._written = deque[Told](), deque[list[Report]]()
        # A task for each thing that was told: nothing waits without one behind it.
        self._tasks = deque[Future[None]]()
        self._hurry, self._due = threading.Event(), 0.0
        self._failed = False

    def add(self, told: Told) -> None:
        """Have ``told`` written; raises what hindered those before it."""
        self._waiting.append(told)
        self._tasks.append(self._thread.submit(self._write))
        while self._tasks and self._tasks[0].done():
            self._tasks.popleft().result()
        if len(self._waiting) > _MOST_WAITING:
            self.hasten()
            self.end()
            self._hurry.clear()

    def hasten(self) -> None:
        """Have what waits written at once."""
        self._hurry.set()

    def end(self) -> None:
        """Wait until all is written."""
        while self._tasks:
            self._tasks.popleft().result()

    def said(self) -> Iterator[list[Report]]:
        """What was written since it was last asked."""
        while self._written:
            yield self._written.popleft()

    def _write(self) -> None:
        """Write all that waits once its time has come."""
        if self._failed or not self._waiting:
            return
        self._hurry.wait(max(0.0, self._due - time.monotonic()))
        self._due = time.monotonic() + _PAUSE_SECONDS
        # Until it is done: a run whose end is written behind a gap would be finished for good.
        self._failed = True
        batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
        lists = [told for told in batch if not isinstance(told, BlockState)]
        if lists:
            self._store.write(itertools.chain.from_iterable(lists))
        # A state is kept after the reports that lead to it.
        for told in batch:
            if isinstance(told, BlockState):
                self._store.states.keep(told)
        self._failed = False
        self._written.extend(lists)
