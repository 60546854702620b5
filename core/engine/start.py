"""TensorFlow's start, without its news.

At every import TensorFlow tells on standard error which instructions the processor has, before
it reads its own setting of what to tell. This module knows nothing of training.
"""

import ctypes
import gc
import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

# Set by a user, TensorFlow tells what it says there, and all that it tells is shown.
LEVEL = "TF_CPP_MIN_LOG_LEVEL"
# Threads of one operation, as TensorFlow reads it when it is first used.
THREADS = "TF_NUM_INTRAOP_THREADS"
# Errors alone: 0 is all, 1 leaves out information, 2 warnings too.
_ERRORS = "2"

# Parameters of mallopt (malloc.h).
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT_BYTES = 256 * 2**20

# What Keras and TensorFlow import where they find it, for inputs and files of its kind: together
# 140 MB and a third of the time of the start.
_NEEDLESS = ("pandas", "sklearn", "scipy.sparse", "h5py")

_NEWS = re.compile(
    rb"WARNING: All log messages before absl::InitializeLog|I\d{4} |[-\d]+ [:.\d]+: I "
    rb"|To enable the following instructions"
)


def start(*, alone: bool = False, one_thread: bool = True) -> None:
    """Import TensorFlow, and Keras on it; anything but news that they tell is shown.

    ``alone``: nothing but our training uses Keras in this process. It starts without what it
    has for others: frames, estimators, sparse arrays and HDF5 files. ``one_thread``: each
    operation is computed by the thread that asks for it, as suits blocks side by side: threads
    that share one of these small products wait for one another most of the time. Where
    TensorFlow was there before, it stays as it is.
    """
    # Whatever a user's own Keras is set to: the stack is made of TensorFlow's variables.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    _keep_freed_memory()
    if "tensorflow" in sys.modules:
        return
    if one_thread:
        os.environ.setdefault(THREADS, "1")
    with _quietly(), _without_collection(), _withheld(_NEEDLESS if alone else ()):
        import keras  # noqa: F401
        import tensorflow  # noqa: F401


@contextmanager
def _quietly() -> Iterator[None]:
    """Nothing but errors is told, unless a user has set how much is."""
    if LEVEL in os.environ:
        yield
        return
    os.environ[LEVEL] = _ERRORS
    # Its advice on retracing is for who writes loops; ours are few and meant.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    with _without_news():
        yield


@contextmanager
def _withheld(names: Sequence[str]) -> Iterator[None]:
    """Hide modules that nobody has imported yet: whoever tries finds them not installed."""
    hidden = [name for name in names if name not in sys.modules]
    # https://docs.python.org/3/reference/import.html#the-module-cache: None is no module.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


@contextmanager
def _without_collection() -> Iterator[None]:
    """No search for garbage among what is imported, now or later: nearly all of it stays."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


def _keep_freed_memory() -> None:
    """Have the C library keep what is freed for what is allocated next (glibc; else nothing).

    By default arrays above 32 MB at most go back to the system and are cleared page by page
    when they are needed again, an epoch later: more than half of the time of a probe.
    """
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, _KEPT_BYTES)
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)


def give_back_freed_memory() -> None:
    """Have the C library give back what was freed (glibc; else nothing): after a great load."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


@contextmanager
def _without_news() -> Iterator[None]:
    """Hold back what is written to the standard error of the process, then show what is no news."""
    try:
        sys.stderr.flush()
        kept, said = os.dup(2), tempfile.TemporaryFile()  # noqa: SIM115, it is closed below
    except (AttributeError, OSError):
        # No standard error, or no room for a file: then it is as it comes.
        yield
        return
    with said:
        os.dup2(said.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            said.seek(0)
            told = b"".join(line for line in said if not _NEWS.match(line))
            if told:
                os.write(2, told)
