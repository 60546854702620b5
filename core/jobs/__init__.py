"""Jobs: from an experiment to trained runs in the store.

``train`` does it in this process; ``Store.submit`` queues it for the trainer, a process of
its own, which ``TrainerProcess`` starts. Nothing here is imported with TensorFlow until it trains.

Names are loaded when they are asked for: a worker imports its own module alone, and no store.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.jobs.direct import train
    from core.jobs.environment import is_public, open_store, scheduler_address, store_url
    from core.jobs.launch import TrainerProcess
    from core.jobs.results import Results, export, prepare
    from core.jobs.submission import delete_runs, may_stop, stop_job, submit

__all__ = [
    "Results",
    "TrainerProcess",
    "delete_runs",
    "export",
    "is_public",
    "may_stop",
    "open_store",
    "prepare",
    "scheduler_address",
    "stop_job",
    "store_url",
    "submit",
    "train",
]

_HOMES = {
    "direct": ("train",),
    "environment": ("is_public", "open_store", "scheduler_address", "store_url"),
    "launch": ("TrainerProcess",),
    "results": ("Results", "export", "prepare"),
    "submission": ("delete_runs", "may_stop", "stop_job", "submit"),
}


def __getattr__(name: str) -> object:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"core.jobs.{module}"), name)
    raise AttributeError(f"module 'core.jobs' has no attribute {name!r}")
