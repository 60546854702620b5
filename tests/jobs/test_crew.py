"""Turns by worker: as many at once as it has threads."""

from typing import Any

from core.engine.plan import blocks
from core.experiment import Experiment
from core.jobs.crew import Crew
from core.jobs.turns import Work


class Future:
    """One of Dask's, that has ended or not."""

    def __init__(self, ended: bool) -> None:
        self.ended, self.status = ended, "finished"

    def done(self) -> bool:
        return self.ended

    def add_done_callback(self, _: object) -> None:
        pass


class Client:
    """Dask's, of two workers; their start is done at once, turns when they are ended."""

    def __init__(self) -> None:
        self.turns: list[Future] = []
        self.workers = {"wide": 2, "narrow": 1}

    def register_plugin(self, _: object) -> None:
        pass

    def nthreads(self) -> dict[str, int]:
        return self.workers

    def submit(self, function: Any, *_: object, **__: object) -> Future:
        future = Future(function.__name__ == "start")
        self.turns.append(future)
        return future


def test_a_worker_has_as_many_turns_at_once_as_threads_and_the_least_busy_comes_first() -> None:
    client = Client()
    crew = Crew(client, 1e9, lambda: None)  # type: ignore[arg-type]
    assert crew.look() == []
    works = [Work(block, "job") for block in blocks(Experiment(hidden=[[4], [5], [6]]).grid())]
    assert crew.free() == ["wide", "narrow"]
    crew.give("wide", works[0], 1.0, begins=True)
    assert crew.free() == ["narrow", "wide"]
    crew.give("wide", works[1], 1.0, begins=True)
    assert crew.free() == ["narrow"]
    crew.give("narrow", works[2], 1.0, begins=True)
    assert crew.free() == []
    client.turns[-2].ended = True
    (ended,) = crew.done()
    assert (ended.address, ended.work) == ("wide", works[1])
    assert crew.free() == ["wide"]


def test_all_turns_of_a_worker_that_is_gone_are_lost_and_no_others() -> None:
    client = Client()
    crew = Crew(client, 1e9, lambda: None)  # type: ignore[arg-type]
    crew.look()
    works = [Work(block, "job") for block in blocks(Experiment(hidden=[[4], [5], [6]]).grid())]
    for address, work in zip(("wide", "wide", "narrow"), works, strict=True):
        crew.give(address, work, 1.0, begins=True)
    client.workers = {"narrow": 1}
    crew._looked = -1e9
    assert [lost.work for lost in crew.look()] == works[:2]
    assert [given.work for given in crew.given] == works[2:]
