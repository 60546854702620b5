"""Writing what training reports: epochs, layers, snapshots, ends, and each run's row.

Idempotent: a report that comes twice, or late, changes nothing that was known better. The
row of a run is a function of its rows in ``epochs`` and of the ends reported. Plain
functions on a connection inside the caller's transaction; what a report means is
``core.report``'s.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from core.report import LAYER_STATISTICS, EpochReport, LayerReport, Report, RunEnd, Snapshot, Status
from core.store.runs import unknown
from core.store.snapshots import to_bytes
from core.store.statements import Row, now, plain, shares, upsert
from core.store.tables import EPOCHS, LAYERS, METRICS, RUNS, SNAPSHOTS

# An end is final against all that ranks lower: a run that finished stays finished when a
# late "cancelled" arrives, and a late epoch does not set a cancelled run running.
_RANK = {
    Status.QUEUED: 0,
    Status.RUNNING: 1,
    Status.FAILED: 2,
    Status.CANCELLED: 2,
    Status.FINISHED: 3,
    Status.DIVERGED: 3,
}
_LAYER_NUMBERS = (*LAYER_STATISTICS, "histogram_low", "histogram_high")
_EPOCH_NUMBERS = ("seconds", *METRICS)
# Columns of a run that say what its latest epoch does, by the names of the epoch's.
_OF_EPOCH = {"train_seconds": "seconds"} | {name: name for name in ("updates", *METRICS)}
_layer_numbers, _epoch_numbers = attrgetter(*_LAYER_NUMBERS), attrgetter(*_EPOCH_NUMBERS)


@dataclass(slots=True)
class _Standing:
    """What a run's row says before the reports, and then after them."""

    number: int
    status: Status
    message: str
    diverged_at: int | None
    epochs_done: int | None
    best_epoch: int | None
    best_test_accuracy: float | None
    best_test_r2: float | None

    def end(self, status: Status, message: str, diverged_at: int | None) -> None:
        """Take ``status``, unless the run's own is final against it."""
        if _RANK[status] >= _RANK[self.status]:
            self.status, self.message, self.diverged_at = status, message, diverged_at

    def weigh(self, epoch: int, accuracy: float | None, r2: float | None) -> None:
        """Take ``epoch`` as the best if it is: by accuracy where there is any, else by r2.

        Of equals the first is the best: epochs must come in their order.
        """
        if accuracy is not None and _above(accuracy, self.best_test_accuracy):
            self.best_test_accuracy, self.best_epoch = accuracy, epoch
        if r2 is not None and _above(r2, self.best_test_r2):
            self.best_test_r2 = r2
            if self.best_test_accuracy is None:
                self.best_epoch = epoch


_STANDS = tuple(name for name in _Standing.__slots__ if name != "number")


def write(connection: Connection, reports: Iterable[Report]) -> bool:
    """Write all ``reports``, or, where one names an unknown run, none.

    Returns whether a run stands at a later epoch than before.

    Raises:
        UnknownRun: the store does not hold a run that is reported.
    """
    epochs: dict[tuple[str, int], EpochReport] = {}
    snapshots: dict[tuple[str, int], Snapshot] = {}
    ends: list[RunEnd] = []
    for report in reports:
        if isinstance(report, EpochReport):
            epochs[report.run_id, report.epoch] = report
        elif isinstance(report, Snapshot):
            snapshots[report.run_id, report.epoch] = report
        else:
            ends.append(report)
    named = {run_id for run_id, _ in (*epochs, *snapshots)} | {end.run_id for end in ends}
    standings = _standings(connection, named)
    latest, later = _write_epochs(connection, epochs.values(), standings)
    rows = [(standings[s.run_id].number, s.epoch, to_bytes(s.weights)) for s in snapshots.values()]
    upsert(connection, SNAPSHOTS, rows)
    for end in ends:
        standings[end.run_id].end(Status(end.status), plain(end.message), end.diverged_at)
    _write_standings(connection, standings.values(), latest)
    return later


def stand(connection: Connection, run_ids: Iterable[str]) -> int:
    """Bring the rows of runs up to their epochs, which were copied; how many these are more."""
    standings = _standings(connection, set(run_ids))
    last = (
        select(EPOCHS.c.run, func.max(EPOCHS.c.epoch).label("epoch"))
        .where(EPOCHS.c.run.in_([standing.number for standing in standings.values()]))
        .group_by(EPOCHS.c.run)
        .subquery()
    )
    query = select(EPOCHS).join(
        last, (EPOCHS.c.run == last.c.run) & (EPOCHS.c.epoch == last.c.epoch)
    )
    latest = [dict(row) for row in connection.execute(query).mappings()]
    rewritten = {standing.number: standing for standing in standings.values()}
    more = 0
    for row in latest:
        standing = rewritten[row["run"]]
        more += row["epoch"] - (standing.epochs_done or 0)
        standing.end(Status.RUNNING, "", None)
        standing.epochs_done = row["epoch"]
    _weigh_again(connection, rewritten)
    _write_standings(connection, standings.values(), {row["run"]: row for row in latest})
    return more


def _standings(connection: Connection, run_ids: set[str]) -> dict[str, _Standing]:
    """The rows of all ``run_ids``, locked until the end of the transaction."""
    columns = [RUNS.c[name] for name in _Standing.__slots__]
    found: dict[str, _Standing] = {}
    for share in shares(sorted(run_ids)):
        query = select(RUNS.c.run_id, *columns).where(RUNS.c.run_id.in_(share))
        # In one order, so that two writers cannot wait for each other; see ``runs.lock``.
        locked = query.order_by(RUNS.c.run_id).with_for_update(key_share=True)
        for run_id, *row in connection.execute(locked):
            found[run_id] = _Standing(*row)
            found[run_id].status = Status(found[run_id].status)
    if found.keys() != run_ids:
        raise unknown(sorted(run_ids - found.keys()))
    return found


def _write_epochs(
    connection: Connection, reports: Iterable[EpochReport], standings: dict[str, _Standing]
) -> tuple[dict[int, dict[str, Any]], bool]:
    """Write the rows of ``reports``: each run's latest by its number, and whether one is later."""
    ordered = sorted(reports, key=attrgetter("run_id", "epoch"))
    rows = _epoch_rows(ordered, standings)
    upsert(connection, EPOCHS, [tuple(row.values()) for row in rows])
    layers = [
        (row["run"], row["epoch"], layer)
        for report, row in zip(ordered, rows, strict=True)
        for layer in {layer.layer: layer for layer in report.layers}.values()
    ]
    upsert(connection, LAYERS, _layer_rows(layers))
    latest: dict[int, dict[str, Any]] = {}
    rewritten: dict[int, _Standing] = {}
    later = False
    for report, row in zip(ordered, rows, strict=True):
        standing = standings[report.run_id]
        standing.end(Status.RUNNING, "", None)
        if standing.epochs_done is not None and report.epoch <= standing.epochs_done:
            rewritten[standing.number] = standing
        else:
            later = True
            standing.weigh(row["epoch"], row["test_accuracy"], row["test_r2"])
        if standing.epochs_done is None or report.epoch >= standing.epochs_done:
            standing.epochs_done = report.epoch
            latest[standing.number] = row
    _weigh_again(connection, rewritten)
    return latest, later


def _weigh_again(connection: Connection, rewritten: dict[int, _Standing]) -> None:
    """Find the best epochs of runs, of which an epoch that was known is written anew."""
    for standing in rewritten.values():
        standing.best_epoch = standing.best_test_accuracy = standing.best_test_r2 = None
    numbers = list(rewritten)
    for start in range(0, len(numbers), 10_000):
        query = (
            select(EPOCHS.c.run, EPOCHS.c.epoch, EPOCHS.c.test_accuracy, EPOCHS.c.test_r2)
            .where(EPOCHS.c.run.in_(numbers[start : start + 10_000]))
            .order_by(EPOCHS.c.run, EPOCHS.c.epoch)
        )
        for number, epoch, accuracy, r2 in connection.execute(query):
            rewritten[number].weigh(epoch, accuracy, r2)


def _write_standings(
    connection: Connection, standings: Iterable[_Standing], latest: Mapping[int, dict[str, Any]]
) -> None:
    """Write how runs stand, and where there is one what the ``latest`` epoch of each measured."""
    moment = now()
    told, silent = list[dict[str, Any]](), list[dict[str, Any]]()
    for standing in standings:
        own = {name: getattr(standing, name) for name in _STANDS} | {"updated": moment}
        row = own | {"known": standing.number}
        if epoch := latest.get(standing.number):
            told.append(row | {name: epoch[entry] for name, entry in _OF_EPOCH.items()})
        else:
            silent.append(row)
    for rows in (told, silent):
        if rows:
            values: dict[str, Any] = {n: bindparam(n) for n in rows[0] if n != "known"}
            connection.execute(
                update(RUNS).where(RUNS.c.number == bindparam("known")).values(values), rows
            )


def _epoch_rows(
    reports: Sequence[EpochReport], standings: dict[str, _Standing]
) -> list[dict[str, Any]]:
    """Rows of epochs by column, in the order of the columns."""
    return [
        {
            "run": standings[report.run_id].number,
            "epoch": int(report.epoch),
            "updates": int(report.updates),
            **dict(zip(_EPOCH_NUMBERS, _or_null(_epoch_numbers(report)), strict=True)),
        }
        for report in reports
    ]


def _layer_rows(layers: Sequence[tuple[int, int, LayerReport]]) -> list[Row]:
    """Rows of layers, each given with its run's number and its epoch."""
    return [
        (
            run,
            epoch,
            int(layer.layer),
            int(layer.units),
            *_or_null(_layer_numbers(layer)),
            struct.pack(f"<{len(layer.histogram)}I", *layer.histogram),
        )
        for run, epoch, layer in layers
    ]


def _or_null(numbers: Iterable[float]) -> list[float | None]:
    """Plain floats (drivers take NumPy's for bytes), with None for NaN."""
    known = list(map(float, numbers))
    # One of them makes the sum NaN, and there is mostly none.
    if not isnan(sum(known)):
        return [*known]
    return [None if isnan(number) else number for number in known]


def _above(value: float, best: float | None) -> bool:
    return best is None or value > best
