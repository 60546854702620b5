"""Jobs: from an experiment to trained runs in the store.

``train`` does it in this process; ``Store.submit`` queues it for the trainer, a process of
its own, which ``TrainerProcess`` starts. Nothing here is imported with TensorFlow until it trains.
"""

from core.jobs.bounds import Bounds, bounds
from core.jobs.direct import train
from core.jobs.environment import is_public, open_store, scheduler_address, store_url
from core.jobs.estimate import Estimate, estimate
from core.jobs.launch import TrainerProcess
from core.jobs.results import Results, export, prepare
from core.jobs.submission import delete_run, may_stop, stop_job, submit

__all__ = [
    "Bounds",
    "Estimate",
    "Results",
    "TrainerProcess",
    "bounds",
    "delete_run",
    "estimate",
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
