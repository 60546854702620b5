"""Several tasks at once, each in a thread, and what they tell as one stream."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

# Between two questions whether to stop.
_LOOK_SECONDS = 0.1
# What each task may have told before somebody reads: it waits then.
_MOST_UNREAD = 2

Stop = Callable[[], bool]
_Told = TypeVar("_Told")


def abreast(
    tasks: Iterable[Callable[[Stop], Iterable[_Told]]], most: int, stop: Stop
) -> Iterator[_Told]:
    """What ``tasks`` tell, of each in its order, ``most`` of them at a time.

    ``stop`` is asked several times a second, in the caller's thread; once it says True no other
    task begins, and those under way hear it from the function that they were called with. What
    they tell until they end is told. When a task fails no other begins, and its error is raised
    once those under way have ended.
    """
    with ThreadPoolExecutor(most, "block") as threads:
        under_way = _UnderWay(iter(tasks), most, threads)
        try:
            while under_way.go_on(stop):
                yield from under_way.read()
        finally:
            under_way.leave()
    if under_way.failure:
        raise under_way.failure


class _UnderWay(Generic[_Told]):
    """The tasks that have begun and those that wait."""

    def __init__(
        self,
        ahead: Iterator[Callable[[Stop], Iterable[_Told]]],
        most: int,
        threads: ThreadPoolExecutor,
    ) -> None:
        self.failure: BaseException | None = None
        self._ahead, self._most, self._threads = ahead, most, threads
        self._begun: set[Future[None]] = set()
        # A future is its task's end. It waits for no room: whoever adds it must not hang, be it
        # this thread, or one that ends when nobody reads any more.
        self._told: queue.SimpleQueue[_Told | Future[None]] = queue.SimpleQueue()
        self._room = threading.Semaphore(_MOST_UNREAD * most)
        self._ending, self._left = threading.Event(), threading.Event()

    def go_on(self, stop: Stop) -> bool:
        """Begin what there is room for; whether there is anything to be read yet."""
        if not self._ending.is_set() and stop():
            self._ending.set()
        while len(self._begun) < self._most and not self._ending.is_set():
            if (task := next(self._ahead, None)) is None:
                break
            future = self._threads.submit(self._run, task)
            self._begun.add(future)
            future.add_done_callback(self._told.put)
        return bool(self._begun)

    def _run(self, task: Callable[[Stop], Iterable[_Told]]) -> None:
        for item in task(self._ending.is_set):
            self._room.acquire()
            if self._left.is_set():
                return
            self._told.put(item)

    def read(self) -> Iterator[_Told]:
        """The next thing that was told, if there is one soon."""
        try:
            item = self._told.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            return
        if not isinstance(item, Future):
            self._room.release()
            yield item
            return
        self._begun.discard(item)
        if error := item.exception():
            self.failure, self._ahead = self.failure or error, iter(())

    def leave(self) -> None:
        """End all tasks: nobody reads what they still tell."""
        self._ending.set()
        self._left.set()
        # Each thread asks for room once more at most: then it sees that all is left.
        self._room.release(self._most)
