"""Snapshots of a run's weights: arrays to bytes and back, and their rows.

The bytes are an npz file of NumPy's own format, in which nothing is ever pickled: reading
one can fail, but cannot run code.
"""

import io
import zipfile
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from core.errors import UnknownRun
from core.language import N_
from core.store.runs import numbers, unknown
from core.store.statements import plain
from core.store.tables import RUNS, SNAPSHOTS


def to_bytes(weights: Sequence[object]) -> bytes:
    """An npz file of ``weights`` in their order.

    Raises:
        ValueError: an array holds Python objects.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for index, weight in enumerate(weights):
            with archive.open(f"{index:04d}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.asarray(weight), allow_pickle=False)
    return file.getvalue()


def from_bytes(content: bytes) -> tuple[NDArray[np.generic], ...]:
    """The arrays of ``to_bytes``.

    Raises:
        ValueError: the bytes ask for Python objects.
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return tuple(archive[name] for name in sorted(archive.files))


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
