"""What a Dask worker runs: one block, its reports sent while it trains.

A worker needs this package, the data and Keras; it knows neither the store nor the page.
"""

import math
import pickle
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from distributed import Event, WorkerPlugin, get_worker

from core.engine.plan import Block
from core.engine.start import start as start_tensorflow
from core.report import EpochReport, Report, RunEnd, Snapshot, Status

if TYPE_CHECKING:
    from core.engine.pool import PassesPool

# A look at the stop flag asks the scheduler: not more often than this.
_LOOK_SECONDS = 0.2


# Where reports are sent. One topic for all jobs, for a scheduler remembers every topic's last
# events for ever.
TOPIC = "kassei-reports"


def stop_flag(job_id: str) -> str:
    """The name of the Event that stops a job."""
    return f"kassei-stop-{job_id}"


class Warm(WorkerPlugin):
    """What a worker keeps between blocks: its compiled passes."""

    name = "kassei"

    def __init__(self) -> None:
        self.pool: PassesPool | None = None


def warm_up() -> "PassesPool":
    """Import what training needs (a task, so that the worker's event loop goes on meanwhile)."""
    start_tensorflow()
    from core.engine.pool import PassesPool

    plugin = get_worker().plugins[Warm.name]
    plugin.pool = plugin.pool or PassesPool()
    return plugin.pool


def start() -> None:
    """Warm up, so that the first job need not wait for it."""
    warm_up()


def train(block: Block, job_id: str) -> list[Report]:
    """Train ``block``; epochs are sent as they come, the rest is returned.

    Weights, which are large, and the ends that follow them travel with the result; a run
    that diverges is told at once. A block whose job was stopped before it began is not begun.
    """
    stop = _stop(job_id)
    if stop():
        return [RunEnd(config.run_id, Status.CANCELLED) for config in block.configs]
    worker, pool = get_worker(), warm_up()
    from core.engine.training import train_block

    returned: list[Report] = []
    for reports in train_block(block, stop, pool):
        sent = [report for report in reports if _streams(report)]
        returned += [report for report in reports if not _streams(report)]
        # Only this package's frozen records, over the connection that Dask has secured.
        worker.log_event(TOPIC, (job_id, pickle.dumps(sent, protocol=5)))
    return returned


def _streams(report: Report) -> bool:
    diverged = isinstance(report, RunEnd) and report.status is Status.DIVERGED
    return isinstance(report, EpochReport) or (diverged and not isinstance(report, Snapshot))


def _stop(job_id: str) -> Callable[[], bool]:
    event, looked, answer = Event(stop_flag(job_id)), -math.inf, False

    def stop() -> bool:
        nonlocal looked, answer
        if not answer and time.monotonic() - looked > _LOOK_SECONDS:
            answer, looked = bool(event.is_set()), time.monotonic()
        return answer

    return stop
