"""Where a block stands, as bytes and back: what its training goes on from, to the last bit.

The bytes are an npz file of NumPy's own format, in which nothing is ever pickled: reading
one can fail, but cannot run code. NumPy only.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Larger states are not kept: what would have gone on from one is trained anew.
MOST_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Between two updates of a block: after ``epoch``, and ``updates`` of the next one.

    ``seconds`` are those of training so far, ``ended`` (seeds, variants) marks the members that
    are trained no further, ``variables`` are all that training changes.
    """

    epoch: int
    updates: int
    seconds: float
    ended: NDArray[np.bool_]
    variables: tuple[NDArray[np.generic], ...]


def size(variables: Sequence[Any]) -> int:
    """Bytes of the numbers in ``variables``."""
    return sum(int(np.prod(v.shape)) * np.dtype(_kind(v)).itemsize for v in variables)


def to_bytes(standing: Standing) -> bytes:
    """An npz file of ``standing``."""
    file = io.BytesIO()
    variables = {f"{place:04d}": array for place, array in enumerate(standing.variables)}
    np.savez(
        file,
        allow_pickle=False,
        place=np.asarray([standing.epoch, standing.updates], np.int64),
        seconds=np.asarray(standing.seconds, np.float64),
        ended=standing.ended,
        **variables,
    )
    return file.getvalue()


def from_bytes(content: bytes, like: Sequence[Any]) -> Standing:
    """What ``to_bytes`` was given, whose variables must be ``like`` these.

    Raises:
        ValueError: the bytes are no such file, or one of other variables.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            epoch, updates = (int(number) for number in archive["place"])
            standing = Standing(
                epoch,
                updates,
                float(archive["seconds"]),
                archive["ended"],
                tuple(archive[f"{place:04d}"] for place in range(len(archive.files) - 3)),
            )
    except (KeyError, TypeError, OSError, zipfile.BadZipFile) as error:
        raise ValueError("not a state") from error
    wanted = [(tuple(v.shape), np.dtype(_kind(v))) for v in like]
    if [(array.shape, array.dtype) for array in standing.variables] != wanted:
        raise ValueError("a state of other variables")
    return standing


def _kind(variable: Any) -> str:
    """The name of a variable's type, which TensorFlow and Keras write differently."""
    return str(getattr(variable.dtype, "name", variable.dtype))
