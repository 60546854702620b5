"""Read and verify mnist.npz: four arrays, known to the last bit by their SHA-256.

The arrays are verified, not the file, so that the official download and a copy that was
compressed anew both pass. This module does not know where the file comes from.
"""

import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import Term
from core.language import N_

Bytes = NDArray[np.uint8]

TRAIN_SAMPLES = 60_000
TEST_SAMPLES = 10_000

MISSING = Term(N_("there is no such file"))
NOT_A_ZIP = Term(N_("the file is no npz archive, or is cut short"))
DAMAGED = Term(N_("the file is damaged"))
INCOMPLETE = Term(N_("an array is missing; it must hold x_train, y_train, x_test and y_test"))
WRONG_SHAPE = Term(N_("an array has another shape or type than in MNIST"))
OTHER_CONTENT = Term(N_("its arrays are not those of MNIST (SHA-256 differs)"))


class Unreadable(Exception):
    """Why the file is not MNIST: a Term to translate, or words of the system."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Expected:
    shape: tuple[int, ...]
    digest: str


# Of array.tobytes(), dtype uint8; the images are those whose IDX files have the published MD5
# 6bbc9ace898e44ae57da46a324031adb (train) and 2646ac647ad5339dbf082846283269ea (test).
_ARRAYS: dict[str, _Expected] = {
    "x_train": _Expected(
        (TRAIN_SAMPLES, 28, 28), "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757"
    ),
    "y_train": _Expected(
        (TRAIN_SAMPLES,), "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13"
    ),
    "x_test": _Expected(
        (TEST_SAMPLES, 28, 28), "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161"
    ),
    "y_test": _Expected(
        (TEST_SAMPLES,), "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5"
    ),
}

_HEADER_BYTES = 4096


def read(path: Path, names: Iterable[str] = tuple(_ARRAYS)) -> dict[str, Bytes]:
    """The named arrays of the file at ``path``, uint8, verified.

    Raises:
        Unreadable: not there, not an archive, cut short, damaged, or not MNIST.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: _array(archive, name) for name in names}
    except FileNotFoundError:
        raise Unreadable(MISSING) from None
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from None
    except zipfile.BadZipFile as error:
        # zipfile says so of a bad check sum, too, which is not the end of an archive.
        whole = "CRC" in str(error)
        raise Unreadable(DAMAGED if whole else NOT_A_ZIP) from None
    except (ValueError, EOFError, zlib.error, MemoryError, NotImplementedError, RuntimeError):
        # np.load of a broken or pickled array, or zipfile of a broken or encrypted member.
        raise Unreadable(DAMAGED) from None


def verify(path: Path) -> None:
    """Raise Unreadable unless the file at ``path`` is the whole of MNIST."""
    read(path)


def _array(archive: zipfile.ZipFile, name: str) -> Bytes:
    expected = _ARRAYS[name]
    try:
        member = archive.getinfo(f"{name}.npy")
    except KeyError:
        raise Unreadable(INCOMPLETE) from None
    # Asked before it is unpacked: a small file can unpack to more than the memory holds.
    if member.file_size > np.prod(expected.shape) + _HEADER_BYTES:
        raise Unreadable(WRONG_SHAPE)
    # Unpacked at one go, which np.load on the archive itself, in pieces, takes twice as long for.
    array = np.load(BytesIO(archive.read(member)), allow_pickle=False)
    if (
        not isinstance(array, np.ndarray)
        or array.shape != expected.shape
        or array.dtype != np.uint8
    ):
        raise Unreadable(WRONG_SHAPE)
    if sha256(np.ascontiguousarray(array).data).hexdigest() != expected.digest:
        raise Unreadable(OTHER_CONTENT)
    return array
