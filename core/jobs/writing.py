"""What training tells, written to the store in a thread of its own while training goes on."""

import itertools
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from core.report import BlockState, Report
from core.store import Store

# What training tells: reports, or where a block stands after all that it reported.
Told = list[Report] | BlockState

# From one transaction to the next: it takes half of its time however few epochs it writes.
_PAUSE_SECONDS = 0.25
# Lists of reports that wait to be written; then training waits.
_MOST_WAITING = 8


def stored(store: Store, trained: Iterator[Told]) -> Iterator[list[Report]]:
    """Each list of ``trained`` once ``store`` has it, in their order.

    What was told is written at once, or a moment later with what is told until then. Whoever
    leaves leaves nothing behind that was told.
    """
    writing = _Writing(store)
    with ThreadPoolExecutor(1, "store") as thread:
        tasks = deque[Future[None]]()
        try:
            for told in trained:
                writing.waiting.append(told)
                tasks.append(thread.submit(writing.write))
                while tasks and (tasks[0].done() or len(tasks) > _MOST_WAITING):
                    tasks.popleft().result()
                yield from writing.said()
        finally:
            writing.hurry.set()
        for task in tasks:
            task.result()
        yield from writing.said()


class _Writing:
    """What waits to be written, and what is written and not said yet."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.waiting, self._written = deque[Told](), deque[list[Report]]()
        self.hurry, self._due = threading.Event(), 0.0

    def write(self) -> None:
        """Write all that waits when its time has come; asked once for each thing that is told."""
        if not self.waiting:
            return
        self.hurry.wait(max(0.0, self._due - time.monotonic()))
        self._due = time.monotonic() + _PAUSE_SECONDS
        batch = [self.waiting.popleft() for _ in range(len(self.waiting))]
        # In the order they come: a state is kept after the reports that lead to it.
        for is_state, group in itertools.groupby(batch, lambda told: isinstance(told, BlockState)):
            if is_state:
                for state in group:
                    self._store.states.keep(state)  # type: ignore[arg-type]
                continue
            lists: list[list[Report]] = list(group)  # type: ignore[arg-type]
            self._store.write(itertools.chain.from_iterable(lists))
            self._written.extend(lists)

    def said(self) -> Iterator[list[Report]]:
        """What was written since it was last asked."""
        while self._written:
            yield self._written.popleft()
