"""Tasks side by side: all that they tell, in their order, until they end or are stopped."""

import threading
from collections.abc import Iterator

import pytest

from core.jobs.abreast import _MOST_UNREAD, Stop, abreast

_PATIENCE = 60


def never() -> bool:
    return False


def test_all_that_tasks_tell_is_told_in_the_order_of_each() -> None:
    def counting(task: int) -> Iterator[tuple[int, int]]:
        yield from ((task, step) for step in range(20))

    tasks = [lambda _, task=task: counting(task) for task in range(7)]
    told = list(abreast(tasks, 3, never))
    assert sorted(told) == [(task, step) for task in range(7) for step in range(20)]
    for task in range(7):
        assert [step for other, step in told if other == task] == list(range(20))


def test_as_many_tasks_are_under_way_as_may_be_and_no_more() -> None:
    """Three wait for one another, which a fourth would break."""
    together, running = threading.Barrier(3), threading.Semaphore(3)

    def meeting(_: Stop) -> Iterator[int]:
        assert running.acquire(blocking=False)
        together.wait(_PATIENCE)
        yield 1
        together.wait(_PATIENCE)
        running.release()

    assert sum(abreast([meeting] * 6, 3, never)) == 6


def test_once_stopped_no_other_task_begins_and_what_is_told_until_the_end_is_told() -> None:
    begun, stopped = [], threading.Event()

    def long(stop: Stop) -> Iterator[str]:
        begun.append(1)
        yield "first"
        while not stop():
            threading.Event().wait(0.01)
        yield "last"

    told = []
    for item in abreast([long] * 5, 2, stopped.is_set):
        told.append(item)
        if told.count("first") == 2:
            stopped.set()
    assert len(begun) == 2
    assert sorted(told) == ["first", "first", "last", "last"]


def test_the_error_of_a_task_is_raised_once_those_under_way_have_ended() -> None:
    failed = threading.Event()

    def failing(_: Stop) -> Iterator[str]:
        yield "before"
        failed.set()
        raise ValueError("here")

    def sound(_: Stop) -> Iterator[str]:
        assert failed.wait(_PATIENCE)
        yield from ["a", "b", "c"]

    def never_begun(_: Stop) -> Iterator[str]:
        raise AssertionError
        yield ""

    told: list[str] = []
    with pytest.raises(ValueError, match="here"):
        told.extend(abreast([failing, sound, never_begun], 2, never))
    assert sorted(told) == ["a", "b", "before", "c"]


def test_who_reads_no_further_ends_all_tasks_also_those_that_wait_to_be_read() -> None:
    ended = []

    def endless(stop: Stop) -> Iterator[int]:
        try:
            while not stop():
                yield 1
        finally:
            ended.append(1)

    stream = abreast([endless] * 3, 3, never)
    assert next(stream) == 1
    stream.close()
    assert len(ended) == 3


def test_a_task_that_ends_with_much_unread_hinders_nobody_from_leaving() -> None:
    """Its end is told beyond what there is room for: each of these has told all that it may."""

    def leave() -> None:
        for _ in range(50):
            ended = threading.Event()

            def full(_: Stop, ended: threading.Event = ended) -> Iterator[int]:
                yield from range(_MOST_UNREAD + 1)
                ended.set()

            stream = abreast([full], 1, never)
            assert next(stream) == 0
            assert ended.wait(_PATIENCE)
            stream.close()

    leaving = threading.Thread(target=leave, daemon=True)
    leaving.start()
    leaving.join(_PATIENCE)
    assert not leaving.is_alive()
