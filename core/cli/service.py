"""``trainer`` and ``doctor``: the process that trains, and what works on this machine."""

import math
import os
import platform
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

import click

from core import jobs
from core.cli.counts import counted
from core.errors import KasseiError, TrainerUnavailable, reason, told_message
from core.jobs.bounds import PRIVATE, bounds
from core.metrics import duration, number
from data.mnist import cached_file, named_file

_PACKAGES = ("streamlit", "tensorflow", "keras", "scikit-learn", "pandas", "altair", "distributed")
_MISSING = "is missing: pip install -r requirements.txt"
_BROKEN = (
    "TensorFlow and Keras do not start ({reason}); install them anew:"
    " pip install --force-reinstall -r requirements.txt."
)
_START_SECONDS = 180


@click.command()
@click.option("--attached", is_flag=True, help="end when standard input does (used by the app)")
def trainer(attached: bool) -> int:
    """Train what is queued in the store, until Ctrl-C; the app starts it by itself."""
    from core.jobs.serve import serve

    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    signal.signal(signal.SIGINT, lambda *_: ended.set())
    if attached:
        threading.Thread(target=_until_end_of_input, args=(ended,), daemon=True).start()
    with jobs.open_store() as store:
        if not attached:
            click.echo(f"Training what is queued in {store.url}", err=True)
        serve(store, jobs.scheduler_address(), ended.is_set, _tell if attached else _say)
    return 0


def _tell(message: str) -> None:
    # The app reads a line a message, which it shows in its reader's language.
    with suppress(BrokenPipeError):
        click.echo(message)


def _say(message: str) -> None:
    click.echo(told_message(message, str) or "All is well again.", err=True)


def _until_end_of_input(ended: threading.Event) -> None:
    # The app keeps the other end of this pipe open, and never writes.
    while os.read(sys.stdin.fileno(), 1):
        pass
    ended.set()


@click.command()
def doctor() -> int:
    """Tell what works here, and what to do about what does not."""
    click.echo(f"Python {platform.python_version()} on {platform.platform()}")
    versions = {package: _version(package) for package in _PACKAGES}
    for package, found in versions.items():
        click.echo(f"{package} {found or _MISSING}")
    click.echo(f"mnist.npz {named_file() or cached_file()}")
    looks = (
        *(("data", _data), ("store", _store), ("service", _service), ("speed", _speed)),
        *(("bounds", _bounds), ("trainer", _trainer)),
    )
    works = [_check(*look) for look in looks]
    return 0 if all(works) and all(versions.values()) else 1


def _version(package: str) -> str | None:
    for name in (package, f"{package}-cpu"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return None


def _check(title: str, look: Callable[[], str]) -> bool:
    try:
        click.echo(f"{title}: {look()}")
    except KasseiError as error:
        click.echo(f"{title}: {error}")
    except ImportError as error:
        click.echo(f"{title}: {reason(error)}; pip install -r requirements.txt")
    else:
        return True
    return False


def _data() -> str:
    from data import load

    mnist = load("mnist", seed=0)
    return f"MNIST is here and verified ({len(mnist.x_train):,} + {len(mnist.x_test):,} images)"


def _store() -> str:
    with jobs.open_store() as store:
        return f"{store.url}, {counted(len(store.runs(limit=100_000)), 'run')}"


def _trainer() -> str:
    address = jobs.scheduler_address()
    from core.jobs import worker
    from core.jobs.connection import connected

    with connected(address, bounds().memory) as client:
        if address is None:
            # In a process of its own, as a job would have it: a crash of TensorFlow ends it alone.
            client.register_plugin(worker.Warm(bounds().memory))
            try:
                error = client.submit(worker.start, pure=False).exception(_START_SECONDS)
            except TimeoutError as late:
                error = late
            if error is not None:
                raise TrainerUnavailable(_BROKEN, reason=reason(error))
            return "local; TensorFlow and Keras start in its worker"
        workers = len(client.scheduler_info()["workers"])
    if not workers:
        raise TrainerUnavailable("The Dask scheduler at {address} has no workers.", address=address)
    return f"{address}, {counted(workers, 'worker')}"


def _service() -> str:
    """The trainer that serves the store now, and the line before it."""
    with jobs.open_store() as store:
        now, line = store.trainer(), store.queue()
    waiting = sum(entry.place > 0 for entry in line)
    told = f"{len(line) - waiting} in training, {waiting} waiting"
    if now is None or not now.alive:
        return f"no trainer serves the store (the app starts one); {told}"
    where = now.address or "its own worker"
    told = f"{now.holder} on {where}, {now.workers} ready, {now.speed:.1f} epochs/s; {told}"
    return f"{told}; {told_message(now.trouble, str)}" if now.trouble else told


def _speed() -> str:
    """What the newest trained runs took, by data set."""
    with jobs.open_store() as store:
        runs = store.runs(limit=1_000)
    trained = runs[runs["train_seconds"] > 0].groupby("dataset", sort=False)
    sums = trained[["epochs_done", "train_seconds"]].sum()
    told = [
        f"{name} {number(row['epochs_done'] / row['train_seconds'], 2)}"
        for name, row in sums.iterrows()
    ]
    # Blocks train side by side, as many as there are processors.
    return f"{', '.join(told)} epochs/s in each block" if told else "nothing was trained yet"


def _bounds() -> str:
    limits = bounds()
    told = {
        "runs": f"{limits.runs:,}",
        "parameters": f"{limits.parameters:,}",
        "epochs": f"{limits.epochs:,}",
        "time": duration(limits.seconds) if math.isfinite(limits.seconds) else "any",
        # A scheduler's workers have bounds of their own.
        "memory": f"{limits.memory // 2**20:,} MB" if limits.memory < PRIVATE.memory else "any",
        "waiting of one visitor": f"{limits.queued_each:,}",
        "waiting in all": f"{limits.queued:,}",
    }
    kind = "public" if jobs.is_public() else "private"
    return f"{kind}; at most " + ", ".join(f"{name} {value}" for name, value in told.items())
