"""Two Dask workers of one thread each against one, on one scheduler, with the same blocks."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from distributed import Client

from benchmarks.machine import cores
from benchmarks.trials.trainers import train, trainer
from core.engine.plan import blocks
from core.experiment import Experiment

_ROOT = Path(__file__).resolve().parents[2]
_CLI = "import sys; from distributed.cli.dask_{0} import main; sys.exit(main())"
# One thread is one of Dask, and one of TensorFlow's and of every library's below it.
_ONE = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")


def measure(experiment: dict[str, Any], seeds: int) -> dict[str, Any]:
    """How many times faster two workers train ``experiment`` than one.

    Each worker first trains a block of another seed, so that all is compiled.
    """
    seconds = {}
    for workers in (1, 2):
        with _cluster(workers) as address, trainer(address) as store:
            # Seeds of their own, for what is trained is not trained again.
            train(store, Experiment(**experiment, seed=[seeds + w for w in range(workers)]))
            chosen = Experiment(**experiment, seed=list(range(seeds)))
            seconds[workers] = train(store, chosen)
    planned = blocks(chosen.grid())
    return {
        "speedup": seconds[1] / seconds[2],
        "notes": {
            "speedup": f"{len(planned)} blocks of {len(planned[0].configs)} runs:"
            f" {seconds[1]:.1f} s against {seconds[2]:.1f} s"
        },
    }


@contextmanager
def _cluster(workers: int) -> Iterator[str]:
    """The address of a scheduler with so many workers, each on a processor of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    with ExitStack() as stack:
        where = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        _start(stack, "scheduler", *where)
        for place in range(workers):
            core = cores()[place % len(cores())]
            _start(stack, "worker", address, "--nthreads", "1", "--no-dashboard", core=core)
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=120)
        yield address


def _start(stack: ExitStack, what: str, *options: str, core: int | None = None) -> None:
    begin = "" if core is None else f"import os; os.sched_setaffinity(0, [{core}]); "
    if not hasattr(os, "sched_setaffinity"):
        begin = ""
    process = subprocess.Popen(
        [sys.executable, "-c", begin + _CLI.format(what), *options],
        env={**os.environ, **dict.fromkeys(_ONE, "1"), "PYTHONPATH": str(_ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    stack.callback(process.wait)
    stack.callback(process.terminate)
    time.sleep(0.1)
