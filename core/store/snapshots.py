"""Snapshots of a run's weights: arrays to bytes and back, and their rows.

The bytes are of safetensors' format: numbers alone, so that reading them can fail but cannot run
code, and a quarter of the time of an npz file, of which a sweep writes thousands.
"""

import io
import json
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from core.errors import UnknownRun
from core.language import N_
from core.store.runs import numbers, unknown
from core.store.statements import plain
from core.store.tables import RUNS, SNAPSHOTS

_ZIP = b"PK\x03\x04"


def to_bytes(weights: Sequence[object]) -> bytes:
    """The arrays ``weights`` in their order, in the format of safetensors.

    Raises:
        ValueError: an array holds Python objects.
    """
    arrays = [np.asarray(weight) for weight in weights]
    if any(array.dtype.hasobject for array in arrays):
        raise ValueError("Arrays of Python objects are not kept.")
    header, order = _header(tuple((array.dtype, array.shape) for array in arrays))
    return b"".join((header, *(_little_endian(arrays[place]).tobytes() for place in order)))


@lru_cache(maxsize=64)
def _header(kinds: tuple[tuple[np.dtype[Any], tuple[int, ...]], ...]) -> tuple[bytes, list[int]]:
    """What safetensors writes before the numbers of arrays of such types and shapes.

    And the order in which it writes them. A sweep has thousands of networks and a few shapes.
    """
    blank = {f"{place:04d}": np.zeros(shape, dtype) for place, (dtype, shape) in enumerate(kinds)}
    content: bytes = safetensors.numpy.save(blank)
    # Eight bytes say how long the description is, which is JSON.
    end = 8 + int.from_bytes(content[:8], "little")
    told = json.loads(content[8:end])
    return content[:end], sorted(range(len(kinds)), key=lambda n: told[f"{n:04d}"]["data_offsets"])


def _little_endian(array: NDArray[Any]) -> NDArray[Any]:
    return array.astype(array.dtype.newbyteorder("<"), copy=False)


def from_bytes(content: bytes) -> tuple[NDArray[np.generic], ...]:
    """The arrays of ``to_bytes``, or of an npz file, which stores have kept before.

    Raises:
        ValueError: the bytes are neither, or ask for Python objects.
    """
    if content.startswith(_ZIP):
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as archive:
                return tuple(archive[name] for name in sorted(archive.files))
        except zipfile.BadZipFile as error:
            raise ValueError(f"These bytes are no weights: {error}.") from error
    try:
        found = safetensors.numpy.load(content)
    except safetensors.SafetensorError as error:
        raise ValueError(f"These bytes are no weights: {error}.") from error
    return tuple(found[name] for name in sorted(found))


def epochs(connection: Connection, run_id: str) -> tuple[int, ...]:
    """The epochs whose weights were kept, first to last."""
    query = (
        select(SNAPSHOTS.c.epoch)
        .join(RUNS, RUNS.c.number == SNAPSHOTS.c.run)
        .where(RUNS.c.run_id == plain(run_id))
        .order_by(SNAPSHOTS.c.epoch)
    )
    return tuple(connection.execute(query).scalars())


def read(connection: Connection, run_id: str, epoch: int | None) -> bytes:
    """The snapshot after ``epoch``; after the last epoch that was kept if None.

    Raises:
        UnknownRun: the store does not hold the run, or no weights of that epoch.
    """
    query = (
        select(SNAPSHOTS.c.weights)
        .join(RUNS, RUNS.c.number == SNAPSHOTS.c.run)
        .where(RUNS.c.run_id == plain(run_id))
        .order_by(SNAPSHOTS.c.epoch.desc())
        .limit(1)
    )
    if epoch is not None:
        query = query.where(SNAPSHOTS.c.epoch == epoch)
    content: bytes | None = connection.execute(query).scalar()
    if content is not None:
        return content
    if not numbers(connection, [run_id]):
        raise unknown([run_id])
    if epoch is None:
        raise UnknownRun(N_("No weights of the run {run_id} were kept."), run_id=run_id)
    raise UnknownRun(
        N_("The weights of the run {run_id} were kept after the epochs {kept}, not after {epoch}."),
        run_id=run_id,
        kept=", ".join(map(str, epochs(connection, run_id))) or "–",
        epoch=epoch,
    )
