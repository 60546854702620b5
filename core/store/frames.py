"""What the store holds as pandas frames, with the columns of ``core.report``.

NULL comes back as NaN, infinities as they were. Runs come in the order in which they were
asked for, or else in which they were added; their epochs and layers in ascending order.

pandas is imported when a frame is made: the trainer makes none, and does without its 70 MB.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Column, Connection, Select, Table, func, select

from core.experiment import describe
from core.report import (
    CONFIG_COLUMNS,
    EPOCH_COLUMNS,
    LAYER_COLUMNS,
    OUTCOME_COLUMNS,
    RUN_COLUMNS,
    Status,
)
from core.store.statements import plain, shares
from core.store.tables import EPOCHS, LAYERS, RUNS

if TYPE_CHECKING:
    import pandas as pd

PROVENANCE_COLUMNS: tuple[str, ...] = ("run_id", "engine", "message", "created", "updated")
HISTOGRAM_COLUMNS: tuple[str, ...] = ("run_id", "epoch", "layer", "bin", "low", "high", "count")

_TEXTS = frozenset(
    (
        *("run_id", "experiment", "engine", "message", "status", "dataset", "hidden", "activation"),
        *("output", "loss", "schedule", "optimizer", "kernel_initializer", "bias_initializer"),
    )
)
_WHOLE = frozenset(
    (
        *("epoch", "updates", "layer", "units", "train_samples", "test_samples", "batch_size"),
        *("epochs", "seed", "epochs_done", "parameters"),
    )
)
# Whole numbers that may be absent: pandas' own nullable integers.
_WHOLE_OR_ABSENT = frozenset(("best_epoch", "diverged_at"))


def runs(
    connection: Connection,
    run_ids: Iterable[str] | None = None,
    experiment: str | None = None,
    status: Status | None = None,
    limit: int | None = None,
) -> pd.DataFrame:
    """RUN_COLUMNS of all runs, or of those asked for.

    With ``limit`` the newest, of ``run_ids`` the first. ``hidden`` is a text (128-128, none);
    ``noise``, ``outliers`` and ``clip_norm`` are NaN where they do not apply.
    """
    query = select(RUNS.c.run_id, RUNS.c.experiment, RUNS.c.config, *_outcomes())
    if experiment is not None:
        query = query.where(RUNS.c.experiment == plain(experiment))
    if status is not None:
        query = query.where(RUNS.c.status == status.value)
    if limit is not None and run_ids is None:
        newest = query.order_by(RUNS.c.number.desc()).limit(limit)
        rows: Sequence[Sequence[Any]] = connection.execute(newest).all()[::-1]
    else:
        rows = _asked(connection, query, run_ids)[:limit]
    columns = _columns(rows, ("run_id", "experiment", "config", *OUTCOME_COLUMNS))
    configs = [json.loads(text) for text in columns.pop("config")]
    for name in CONFIG_COLUMNS:
        columns[name] = [config[name] for config in configs]
    columns["hidden"] = [describe(tuple(units)) for units in columns["hidden"]]
    return _frame(columns, RUN_COLUMNS)


def provenance(connection: Connection, run_ids: Iterable[str] | None = None) -> pd.DataFrame:
    """Where runs come from: PROVENANCE_COLUMNS, times in UTC."""
    import pandas as pd

    query = select(*(RUNS.c[name] for name in PROVENANCE_COLUMNS))
    columns = _columns(_asked(connection, query, run_ids), PROVENANCE_COLUMNS)
    frame = _frame(columns, PROVENANCE_COLUMNS)
    for name in ("created", "updated"):
        frame[name] = pd.to_datetime(frame[name], unit="s", utc=True).dt.as_unit("us")
    return frame


def epochs(connection: Connection, run_ids: Iterable[str]) -> pd.DataFrame:
    """EPOCH_COLUMNS of ``run_ids``."""
    query = _of_runs(EPOCHS, EPOCH_COLUMNS[1:]).order_by(RUNS.c.number, EPOCHS.c.epoch)
    return _frame(_columns(_asked(connection, query, run_ids), EPOCH_COLUMNS), EPOCH_COLUMNS)


def layers(
    connection: Connection, run_ids: Iterable[str], epoch: int | None = None
) -> pd.DataFrame:
    """LAYER_COLUMNS of ``run_ids``, after ``epoch`` alone if it is given."""
    rows = _asked(connection, _of_layers(LAYER_COLUMNS[1:], epoch), run_ids)
    return _frame(_columns(rows, LAYER_COLUMNS), LAYER_COLUMNS)


def histograms(
    connection: Connection, run_ids: Iterable[str], epoch: int | None = None
) -> pd.DataFrame:
    """HISTOGRAM_COLUMNS: a row a bin, which counts the activations from ``low`` to ``high``."""
    import pandas as pd

    stored = ("epoch", "layer", "histogram_low", "histogram_high", "histogram")
    columns = _columns(_asked(connection, _of_layers(stored, epoch), run_ids), ("run_id", *stored))
    counts = [np.frombuffer(content, dtype="<u4") for content in columns["histogram"]]
    sizes = [len(count) for count in counts]
    ends = zip(columns["histogram_low"], columns["histogram_high"], sizes, strict=True)
    edges = [_edges(low, high, bins) for low, high, bins in ends]
    repeated = {
        name: _series(name, columns[name]).repeat(np.array(sizes, dtype=np.int64))
        for name in ("run_id", "epoch", "layer")
    }
    return pd.DataFrame(
        repeated
        | {
            "bin": _join([np.arange(size) for size in sizes], np.int64),
            "low": _join([edge[:-1] for edge in edges], np.float64),
            "high": _join([edge[1:] for edge in edges], np.float64),
            "count": _join(counts, np.int64),
        },
        columns=list(HISTOGRAM_COLUMNS),
    )


def _outcomes() -> list[Any]:
    """The columns of OUTCOME_COLUMNS; a run without reports has done no epoch and no update."""
    return [
        func.coalesce(RUNS.c[name], 0).label(name)
        if name in ("epochs_done", "updates")
        else RUNS.c[name]
        for name in OUTCOME_COLUMNS
    ]


def _of_runs(table: Table, names: Sequence[str]) -> Select[Any]:
    columns: list[Column[Any]] = [table.c[name] for name in names]
    return select(RUNS.c.run_id, *columns).join(table, table.c.run == RUNS.c.number)


def _of_layers(names: Sequence[str], epoch: int | None) -> Select[Any]:
    query = _of_runs(LAYERS, names)
    if epoch is not None:
        query = query.where(LAYERS.c.epoch == epoch)
    return query.order_by(RUNS.c.number, LAYERS.c.epoch, LAYERS.c.layer)


def _asked(
    connection: Connection, query: Select[Any], run_ids: Iterable[str] | None
) -> list[Sequence[Any]]:
    """Rows of ``query``, whose first column is the run_id, by run in the order asked for."""
    if run_ids is None:
        return list(connection.execute(query.order_by(RUNS.c.number)))
    asked = list(run_ids)
    rows: list[Sequence[Any]] = []
    for share in shares(asked):
        rows.extend(connection.execute(query.where(RUNS.c.run_id.in_(share))))
    place = {run_id: index for index, run_id in reversed(list(enumerate(asked)))}
    # The sort is stable, so that the rows of one run keep their order.
    return sorted(rows, key=lambda row: place[row[0]])


def _columns(rows: Sequence[Sequence[Any]], names: Sequence[str]) -> dict[str, Any]:
    if not rows:
        return dict.fromkeys(names, ())
    return dict(zip(names, zip(*rows, strict=True), strict=True))


def _frame(columns: dict[str, Any], names: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: _series(name, columns[name]) for name in names})


def _series(name: str, values: Sequence[Any]) -> Any:
    import pandas as pd

    if name in _TEXTS:
        return pd.array(list(values), dtype="str")
    if name in _WHOLE:
        return np.array(values, dtype=np.int64)
    if name in _WHOLE_OR_ABSENT:
        return pd.array(list(values), dtype="Int64")
    # NumPy reads None as NaN.
    return np.array(values, dtype=np.float64)


def _edges(low: float | None, high: float | None, bins: int) -> np.ndarray[Any, np.dtype[Any]]:
    """The edges of equal bins; those between infinite ends are NaN."""
    first, last = (np.nan if end is None else end for end in (low, high))
    with np.errstate(invalid="ignore", over="ignore"):
        edges = np.linspace(first, last, bins + 1)
    edges[0], edges[-1] = first, last
    return edges


def _join(parts: Sequence[Any], dtype: Any) -> Any:
    return np.concatenate(parts).astype(dtype) if parts else np.empty(0, dtype=dtype)
