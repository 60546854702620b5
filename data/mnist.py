"""MNIST: 70,000 handwritten digits, from KASSEI_MNIST, the cache, or the official address.

The file is verified whenever it is read, and a cached file that fails is downloaded again,
by one process at a time. The whole training set is kept once, scaled to 0-1 and read-only,
so that everyone in a process shares it.
"""

import os
import sys
import threading
from functools import lru_cache
from pathlib import Path

import numpy as np

from core.errors import DataUnavailable, Term
from core.language import N_
from data.download import DownloadFailed, fetch
from data.lock import exclusive
from data.mnist_file import TEST_SAMPLES, TRAIN_SAMPLES, Bytes, Unreadable, read, verify
from data.source import Drawn, Floats, Labels, Settings, Source, Task
from data.split import Rows, Stream, stream

URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
MOST_BYTES = 64_000_000
STALL_SECONDS = 20.0
TOTAL_SECONDS = 900.0

BUSY = Term(N_("another process is downloading it and has not come to an end"))

Arrays = tuple[Floats, Labels, Floats, Labels]
_TEST = ("x_test", "y_test")

_one_reader = threading.Lock()


def cache_folder() -> Path:
    """The folder of this user for files that can be fetched again, as the system has it."""
    home = Path.home()
    if sys.platform == "win32":
        top = os.environ.get("LOCALAPPDATA") or str(home / "AppData" / "Local")
    elif sys.platform == "darwin":
        top = os.environ.get("XDG_CACHE_HOME") or str(home / "Library" / "Caches")
    else:
        top = os.environ.get("XDG_CACHE_HOME") or str(home / ".cache")
    return Path(top) / "kassei"


def cached_file() -> Path:
    """Where a download is kept."""
    return cache_folder() / "mnist.npz"


def named_file() -> Path | None:
    """The file that KASSEI_MNIST names, if it is set."""
    name = os.environ.get("KASSEI_MNIST", "").strip()
    return Path(name).expanduser() if name else None


def local_file() -> Path | None:
    """The file that would be read now without a download (it may be bad), or None."""
    path = named_file() or cached_file()
    return path if path.is_file() else None


def arrays(
    url: str = URL, *, stall_seconds: float = STALL_SECONDS, total_seconds: float = TOTAL_SECONDS
) -> Arrays:
    """x_train, y_train, x_test, y_test, complete, in the order of the file.

    Images are float32 (n, 784) from 0 to 1, labels int32 (n,); read-only, and the same
    objects at every call while the file stays the same.

    Raises:
        DataUnavailable: no good file, and none that can be downloaded.
    """
    named = named_file()
    if named is not None:
        try:
            return _kept(named)
        except Unreadable as error:
            raise DataUnavailable(
                N_(
                    "MNIST cannot be read from {path}, which KASSEI_MNIST names: {reason}; put the"
                    " right mnist.npz there, or unset KASSEI_MNIST to have it downloaded; the data"
                    " set digits is there meanwhile."
                ),
                path=named,
                reason=error.reason,
            ) from None
    if _is_good(cached_file()):
        return _kept(cached_file())
    return _downloaded(url, cached_file(), stall_seconds, total_seconds)


def stored_test() -> dict[str, Bytes] | None:
    """x_test (n, 28, 28) and y_test (n,) of a good file that is here already; else None."""
    path = local_file()
    try:
        return read(path, _TEST) if path else None
    except Unreadable:
        return None


def test_arrays(settings: Settings, seed: int) -> tuple[Bytes, Labels]:
    """The test images (n, 28, 28) as they are stored, for ``pixels``, and their labels.

    A page has no room for the training images, nor for these as 32 MB of floats.

    Raises:
        DataUnavailable: no good file, and none that can be downloaded.
    """
    stored = stored_test()
    if stored is None:
        # Says what is wrong, or brings the file.
        arrays()
        _parsed.cache_clear()
        stored = read(local_file() or cached_file(), _TEST)
    test = _rows(TEST_SAMPLES, settings.test_samples, seed, Stream.SPLIT_TEST)
    images, digits = stored["x_test"], stored["y_test"]
    if test is not None:
        images, digits = images[test], digits[test]
    return images, _labels(digits)


def _downloaded(url: str, path: Path, stall_seconds: float, total_seconds: float) -> Arrays:
    """The arrays of the file at ``path``, put there unless another process did so first."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with exclusive(path.with_name("mnist.npz.lock"), seconds=total_seconds):
            if not _is_good(path):
                fetch(
                    url,
                    path,
                    check=verify,
                    most_bytes=MOST_BYTES,
                    stall_seconds=stall_seconds,
                    total_seconds=total_seconds,
                )
            return _kept(path)
    except (DownloadFailed, Unreadable) as error:
        reason = error.reason
    except TimeoutError:
        reason = BUSY
    except OSError as error:
        reason = error.strerror or str(error)
    raise DataUnavailable(
        N_(
            "MNIST cannot be downloaded from {url} to {path}: {reason}; put mnist.npz there"
            " yourself, or name its place in KASSEI_MNIST; the data set digits is there meanwhile."
        ),
        url=url,
        path=path,
        reason=reason,
    )


def _is_good(path: Path) -> bool:
    try:
        _kept(path)
    except Unreadable:
        return False
    return True


def _kept(path: Path) -> Arrays:
    try:
        state = path.stat()
    except OSError:
        # read() says in words why; a path that cannot be looked at cannot be kept either.
        return _parsed(path, 0, 0, 0)
    with _one_reader:
        return _parsed(path, state.st_mtime_ns, state.st_size, state.st_ino)


# The file's state is part of the key: a file that was replaced is read and verified anew.
@lru_cache(maxsize=1)
def _parsed(path: Path, _modified: int, _size: int, _inode: int) -> Arrays:
    stored = read(path)
    return (
        pixels(stored["x_train"]),
        _labels(stored["y_train"]),
        pixels(stored["x_test"]),
        _labels(stored["y_test"]),
    )


def forget() -> None:
    """Give back the memory of the images that were read; the next reader reads the file again."""
    _parsed.cache_clear()


def pixels(images: Bytes) -> Floats:
    """Images (n, 28, 28) of whole numbers 0-255 as float32 (n, 784) from 0 to 1, read-only."""
    flat = np.divide(images.reshape(len(images), -1), np.float32(255), dtype=np.float32)
    flat.flags.writeable = False
    return flat


def _labels(digits: Bytes) -> Labels:
    labels = digits.astype(np.int32)
    labels.flags.writeable = False
    return labels


def draw(settings: Settings, seed: int) -> Drawn:
    """All samples in the file's order, or as many as asked for, chosen at random by the seed."""
    x_train, y_train, x_test, y_test = arrays()
    train = _rows(len(x_train), settings.train_samples, seed, Stream.SPLIT)
    test = _rows(len(x_test), settings.test_samples, seed, Stream.SPLIT_TEST)
    return Drawn(
        x_train if train is None else x_train[train],
        y_train if train is None else y_train[train],
        x_test if test is None else x_test[test],
        y_test if test is None else y_test[test],
    )


def _rows(pool: int, count: int, seed: int, purpose: Stream) -> Rows | None:
    return None if count == pool else stream(seed, purpose).permutation(pool)[:count]


MNIST = Source(
    name="mnist",
    title=N_("MNIST handwritten digits"),
    description=N_("70,000 handwritten digits of 28 by 28 pixels, each scaled to 0-1."),
    task=Task("classification", 10),
    shape=(28, 28),
    kind="image",
    draw=draw,
    citation="Y. LeCun, C. Cortes, C. J. C. Burges, The MNIST database, 1998",
    url="http://yann.lecun.com/exdb/mnist/",
    licence="CC BY-SA 3.0",
    train_samples=TRAIN_SAMPLES,
    test_samples=TEST_SAMPLES,
    available=TRAIN_SAMPLES + TEST_SAMPLES,
    separate=True,
    class_names=tuple(str(digit) for digit in range(10)),
    scaling="unit",
)
