"""Dask is as quiet as Kassei wants it, in workers that were started again, too."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from distributed import Client, Scheduler, Worker

from core.jobs.bounds import bounds
from core.jobs.connection import connected

from .conftest import until


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A client of a local cluster of one worker, without TensorFlow."""
    with connected(None, bounds().memory) as opened:
        yield opened


async def beat(dask_worker: Worker) -> dict[str, float]:
    """The milliseconds between two calls of what a worker does all day, after a heartbeat."""
    await dask_worker.heartbeat()
    running = {n: pc for n, pc in dask_worker.periodic_callbacks.items() if pc.is_running()}
    return {name: pc.callback_time for name, pc in running.items()}


def needed(dask_scheduler: Scheduler) -> dict[str, float]:
    """The same of the scheduler."""
    running = {n: pc for n, pc in dask_scheduler.periodic_callbacks.items() if pc.is_running()}
    return {name: pc.callback_time for name, pc in running.items()}


def asked(client: Client, function: Callable[..., Any]) -> dict[str, float]:
    """What the one worker answers; empty where it is just being started."""
    answers: dict[str, dict[str, float]] = client.run(function, on_error="ignore")
    return next(iter(answers.values()), {})


def test_a_worker_beats_slowly_whatever_the_scheduler_answers(client: Client) -> None:
    found = asked(client, beat)
    assert found["heartbeat"] == 10_000
    assert found["monitor"] == found["tick"] == found["ticks"] == 60_000
    assert not found.keys() & {"profile", "memory_monitor"}


def test_the_scheduler_looks_at_nothing_several_times_a_second(client: Client) -> None:
    found = client.run_on_scheduler(needed)
    assert not found.keys() & {"idle-timeout", "no-workers-timeout", "stealing"}
    assert min(found.values()) >= 5_000


def test_a_worker_that_was_started_again_is_quiet_too(client: Client) -> None:
    (before,) = client.nthreads()
    client.restart_workers([before], raise_for_error=False)
    until(lambda: client.nthreads() and before not in client.nthreads())
    until(lambda: asked(client, beat).get("heartbeat") == 10_000)
