"""Reports are made side by side as far as their arrays have room."""

import itertools
import queue
import threading
from contextlib import ExitStack
from functools import partial

import pytest

from core.engine.tellers import Tellers


class Crowd:
    """Tasks that wait for one another, and the entries that those under way have in sum."""

    def __init__(self) -> None:
        self.lock, self.under_way, self.most = threading.Lock(), 0, 0

    def task(self, entries: int, together: threading.Barrier) -> int:
        """Be under way with ``entries`` until all of ``together`` are."""
        with self.lock:
            self.under_way += entries
            self.most = max(self.most, self.under_way)
        together.wait(60)
        with self.lock:
            self.under_way -= entries
        return entries


def test_what_fits_is_done_side_by_side_and_the_rest_after_it() -> None:
    tellers, crowd = Tellers(4, 10), Crowd()
    together = threading.Barrier(2)
    # Two of 5 meet, then two more: never three, though there is a thread for a third.
    told = [tellers.submit(5, lambda: crowd.task(5, together)) for _ in range(8)]
    assert [each.result(60) for each in told] == [5] * 8
    assert crowd.most == 10


@pytest.mark.parametrize(
    ("processors", "blocks", "expected"),
    [(4, 1, 3), (4, 2, 2), (4, 4, 2), (3, 1, 2), (2, 1, 1), (2, 2, 1), (1, 1, 1)],
)
def test_there_are_as_many_as_blocks_leave_processors_but_half_of_these(
    processors: int, blocks: int, expected: int
) -> None:
    tellers, crowd = Tellers(processors, 100), Crowd()
    together = threading.Barrier(expected)
    with ExitStack() as training:
        for _ in range(blocks):
            training.enter_context(tellers.beside_training())
        told = [tellers.submit(1, lambda: crowd.task(1, together)) for _ in range(6)]
        assert [each.result(60) for each in told] == [1] * 6
    assert crowd.most == expected


def test_who_waits_for_a_block_that_trains_begins_at_its_end() -> None:
    tellers, crowd = Tellers(4, 100), Crowd()
    third = threading.Barrier(3)
    with ExitStack() as training:
        for _ in range(2):
            training.enter_context(tellers.beside_training())
        told = [tellers.submit(1, lambda: crowd.task(1, third)) for _ in range(3)]
        assert not any(each.done() for each in told)
    assert [each.result(60) for each in told] == [1] * 3


def test_what_is_larger_than_all_the_room_has_it_alone() -> None:
    tellers, begun, goes_on = Tellers(4, 10), queue.SimpleQueue[int](), threading.Event()

    def task(entries: int) -> bool:
        begun.put(entries)
        return goes_on.wait(60)

    large = tellers.submit(99, partial(task, 99))
    assert begun.get(timeout=60) == 99
    small = tellers.submit(1, partial(task, 1))
    with pytest.raises(queue.Empty):
        begun.get(timeout=0.2)
    goes_on.set()
    assert large.result(60)
    assert small.result(60)


def test_they_begin_in_the_order_in_which_they_came_whatever_their_size() -> None:
    tellers, order, last = Tellers(4, 10), list[int](), threading.Event()
    lock, left = threading.Lock(), [400]

    def task(number: int) -> None:
        with lock:
            order.append(number)
        # Each comes with one more behind it, as a block does that trains on.
        with lock:
            left[0] -= 1
            if left[0] == 0:
                last.set()
            more = left[0] > 3
        if more:
            submit()

    numbers = itertools.count()
    coming = threading.Lock()

    def submit() -> None:
        with coming:
            number = next(numbers)
            # One of four asks for all the room, and waits until the others are done.
            tellers.submit(10 if number % 4 == 2 else 3, partial(task, number))

    with tellers.beside_training(), tellers.beside_training():
        for _ in range(4):
            submit()
        assert last.wait(60)
    # Two tell at once: who began before another may say so after it.
    assert all(abs(place - number) <= 2 for place, number in enumerate(order))


def test_what_fails_leaves_its_room_to_others() -> None:
    tellers = Tellers(2, 10)

    def fail() -> None:
        raise ZeroDivisionError

    failed = tellers.submit(10, fail)
    with pytest.raises(ZeroDivisionError):
        failed.result(60)
    assert tellers.submit(10, lambda: "told").result(60) == "told"
