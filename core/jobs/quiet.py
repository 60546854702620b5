"""What Dask does all day that nobody here looks at: more than a percent of a core, for nothing.

Whether a process lives, its nanny and its connections tell at once, without asking.
"""

from typing import Any

from distributed import Client, SchedulerPlugin, WorkerPlugin
from tornado.ioloop import PeriodicCallback

# Memory is watched by the nanny, which ends a worker that takes more than it may, and by the
# training itself; a worker that is paused or spills would train no faster.
CONFIG = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "60s",
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.admin.tick.interval": "60s",
    "distributed.admin.tick.cycle": "60s",
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.scheduler.work-stealing": False,
    "distributed.worker.memory.monitor-interval": "1s",
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
}
# Four times a second: whether to close for want of work, or of workers. Neither is asked for.
_NEEDLESS = ("idle-timeout", "no-workers-timeout")
# Twice a second unless said: a worker's figures, and whether data of other workers is missing.
_HEARTBEAT = "heartbeat"
_BEAT_MILLISECONDS = 10_000.0


def quiet(client: Client) -> None:
    """Quiet the scheduler of ``client`` and its workers, these and those that come later."""
    client.register_plugin(_QuietScheduler())
    client.register_plugin(_QuietWorker())


class _QuietScheduler(SchedulerPlugin):
    name = "kassei-quiet-scheduler"

    async def start(self, scheduler: Any) -> None:
        """Stop what is needless; what another version of Dask does not have is quiet already."""
        for name in _NEEDLESS:
            if name in scheduler.periodic_callbacks:
                scheduler.periodic_callbacks[name].stop()


class _QuietWorker(WorkerPlugin):
    name = "kassei-quiet-worker"

    async def setup(self, worker: Any) -> None:
        """Put a slow heartbeat in the place of the worker's own."""
        usual = worker.periodic_callbacks.get(_HEARTBEAT)
        if usual is None:
            return
        slow = _Steady(worker.heartbeat, _BEAT_MILLISECONDS)
        worker.periodic_callbacks[_HEARTBEAT] = slow
        if usual.is_running():
            usual.stop()
            slow.start()


class _Steady(PeriodicCallback):
    """One whose time is its own: each answer of a scheduler would set it to half a second."""

    def __setattr__(self, name: str, value: object) -> None:
        if name != "callback_time" or not hasattr(self, name):
            super().__setattr__(name, value)
