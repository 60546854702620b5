"""Tables that were exported, back as runs and what training reported of them.

Every row is checked before anything is handed out, and every run by its hash: its run_id
must be that of its settings. Knows no store, and not where the tables came from.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core.document import from_row
from core.errors import BundleUnavailable, InvalidExperiment
from core.experiment import MAX_NAME, RunConfig
from core.language import N_
from core.report import (
    ACTIVE,
    CLASSIFICATION_METRICS,
    ENDED,
    LAYER_STATISTICS,
    REGRESSION_METRICS,
    EpochReport,
    LayerReport,
    Report,
    RunEnd,
    Status,
)

ENGINES = ("stacked", "keras")
_METRICS = (*CLASSIFICATION_METRICS, *REGRESSION_METRICS)


@dataclass(frozen=True, slots=True, eq=False)
class ImportedRun:
    """One run of an import: what it was to train, under which engine, and what came of it."""

    run_id: str
    config: RunConfig
    engine: str
    experiment: str
    reports: tuple[Report, ...]


def imported(tables: Mapping[str, pd.DataFrame]) -> Iterator[ImportedRun]:
    """The runs of ``tables`` that have ended, in their order, each checked.

    Raises:
        BundleUnavailable: a value that cannot be, or a run whose id is not that of its settings.
    """
    epochs = _by_run(tables["epochs"])
    layers = _by_run(tables["layers"])
    rows = tables["runs"].to_dict("records")
    seen: set[str] = set()
    for row in rows:
        run_id = str(row["run_id"])
        if run_id in seen:
            raise BundleUnavailable(N_("The run {run_id} is in the table twice."), run_id=run_id)
        seen.add(run_id)
        config = _config(run_id, row)
        if row["status"] in ACTIVE:
            # An export while something trains has such runs: no reason to refuse the others.
            continue
        yield ImportedRun(
            run_id=run_id,
            config=config,
            engine=_engine(run_id, config),
            experiment=_name(row.get("experiment")),
            reports=tuple(_reports(run_id, row, config, epochs.of(run_id), layers.of(run_id))),
        )
    strangers = [run_id for run_id in {*epochs.places, *layers.places} if run_id not in seen]
    if strangers:
        raise BundleUnavailable(
            N_("The tables tell of a run {run_id} that the table of runs does not have."),
            run_id=min(strangers)[:40],
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """A table by run: the rows of a run become records only when they are asked for."""

    frame: pd.DataFrame
    places: Mapping[Any, Any]

    def of(self, run_id: str) -> list[dict[str, Any]]:
        rows = self.frame.take(self.places.get(run_id, [])).to_dict("records")
        return [{str(name): value for name, value in row.items()} for row in rows]


def _by_run(frame: pd.DataFrame) -> _Rows:
    return _Rows(frame, frame.groupby(frame["run_id"].astype(str)).indices)


def _config(run_id: str, row: Mapping[Any, Any]) -> RunConfig:
    try:
        return from_row(row)
    except InvalidExperiment as error:
        raise BundleUnavailable(
            N_("The run {run_id} cannot be trained here: {reason}"),
            run_id=run_id[:40],
            reason=str(error),
        ) from error


def _engine(run_id: str, config: RunConfig) -> str:
    for engine in ENGINES:
        if config.id_under(engine) == run_id:
            return engine
    raise BundleUnavailable(
        N_(
            "The run {run_id} is not what its settings make ({expected}): its row was changed, or"
            " is of another version of Kassei."
        ),
        run_id=run_id[:40],
        expected=config.run_id,
    )


def _reports(
    run_id: str,
    row: Mapping[Any, Any],
    config: RunConfig,
    epochs: Sequence[dict[str, Any]],
    layers: Sequence[dict[str, Any]],
) -> Iterator[Report]:
    of_epoch: dict[int, list[LayerReport]] = {}
    for entry in layers:
        of_epoch.setdefault(_whole(entry, "epoch", config.epochs), []).append(_layer(entry, config))
    for entry in epochs:
        epoch = _whole(entry, "epoch", config.epochs)
        metrics = {name: _number(entry, name) for name in _METRICS}
        yield EpochReport(
            run_id=run_id,
            epoch=epoch,
            updates=_whole(entry, "updates", 2**62),
            seconds=_number(entry, "seconds"),
            train_loss=_number(entry, "train_loss"),
            test_loss=_number(entry, "test_loss"),
            layers=tuple(of_epoch.pop(epoch, ())),
            **metrics,
        )
    if of_epoch:
        raise BundleUnavailable(
            N_("The run {run_id} has layers after epoch {epoch}, but not that epoch itself."),
            run_id=run_id,
            epoch=min(of_epoch),
        )
    status = str(row["status"])
    if status not in ENDED:
        raise _wrong(row, "status")
    yield RunEnd(run_id, Status(status))


def _layer(row: Mapping[str, Any], config: RunConfig) -> LayerReport:
    layer = _whole(row, "layer", len(config.hidden))
    units = config.hidden[layer - 1] if layer else 0
    if not layer or _whole(row, "units", units) != units:
        raise _wrong(row, "units" if layer else "layer")
    counts = row.get("histogram")
    histogram = () if counts is None or _absent(counts) else tuple(map(int, counts))
    if any(not 0 <= count < 2**32 for count in histogram):
        raise _wrong(row, "histogram")
    numbers = {name: _number(row, name) for name in LAYER_STATISTICS}
    return LayerReport(
        layer=layer,
        units=units,
        histogram_low=_number(row, "histogram_low"),
        histogram_high=_number(row, "histogram_high"),
        histogram=histogram,
        **numbers,
    )


def _whole(row: Mapping[str, Any], column: str, most: int) -> int:
    value = _number(row, column)
    if not 0 <= value <= most or value % 1:
        raise _wrong(row, column)
    return int(value)


def _number(row: Mapping[str, Any], column: str) -> float:
    """A number, or NaN where the table has none."""
    value = row.get(column, math.nan)
    if _absent(value):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        raise _wrong(row, column) from None


def _wrong(row: Mapping[str, Any], column: str) -> BundleUnavailable:
    return BundleUnavailable(
        N_("The run {run_id} cannot have {value} as {column}."),
        run_id=str(row["run_id"])[:40],
        value=str(row.get(column))[:40],
        column=column,
    )


def _absent(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _name(value: object) -> str:
    text = "" if _absent(value) else str(value)
    return " ".join("".join(m if m.isprintable() else " " for m in text).split())[:MAX_NAME]
