"""Reports in are frames out, whatever their numbers and however often they come."""

from dataclasses import asdict, replace
from math import inf, isnan, nan
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import UnknownRun
from core.experiment import Experiment
from core.report import (
    EPOCH_COLUMNS,
    LAYER_COLUMNS,
    LAYER_STATISTICS,
    RUN_COLUMNS,
    EpochReport,
    LayerReport,
    Report,
    RunEnd,
    Snapshot,
    Status,
)
from core.store import Store

FLOATS = st.floats(allow_nan=True, allow_infinity=True)
LAYERS = st.builds(
    LayerReport,
    layer=st.integers(1, 64),
    units=st.integers(1, 16_384),
    histogram=st.lists(st.integers(0, 2**32 - 1), min_size=64, max_size=64).map(tuple),
    **dict.fromkeys((*LAYER_STATISTICS, "histogram_low", "histogram_high"), FLOATS),
)
EPOCHS = st.builds(
    EpochReport,
    run_id=st.sampled_from(["0", "1"]),
    epoch=st.integers(0, 100_000),
    updates=st.integers(0, 2**62),
    layers=st.lists(LAYERS, max_size=2, unique_by=lambda layer: layer.layer).map(tuple),
    **dict.fromkeys(EPOCH_COLUMNS[3:], FLOATS),
)
PROPERTY = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def renewed(store: Store, experiment: Experiment) -> list[str]:
    """Two runs without any report."""
    configs = experiment.grid()[:2]
    run_ids = [config.run_id for config in configs]
    store.add_runs(configs, experiment.name, "stacked")
    for run_id in run_ids:
        store.delete(run_id)
    store.add_runs(configs, experiment.name, "stacked")
    return run_ids


def of_runs(reports: list[EpochReport], run_ids: list[str]) -> list[EpochReport]:
    return [replace(report, run_id=run_ids[int(report.run_id)]) for report in reports]


def test_reports_of_more_rows_than_one_statement_holds_are_all_written(store: Store) -> None:
    experiment = Experiment(dataset="moons", seed=list(range(700)), epochs=1)
    store.add_runs(experiment.grid(), "", "stacked")
    ids = [config.run_id for config in experiment.grid()]
    numbers = dict.fromkeys((*LAYER_STATISTICS, "histogram_low", "histogram_high"), 0.0)
    for mean in (1.0, 2.0):
        layers = [
            LayerReport(
                **numbers | {"mean": mean, "q99": place, "histogram": (1,) * 64},
                layer=number,
                units=16,
            )
            for place in range(len(ids))
            for number in (1, 2)
        ]
        store.write(
            EpochReport(run_id, 1, 1, 0.1, mean, place, layers=tuple(layers[2 * place :][:2]))
            for place, run_id in enumerate(ids)
        )
        # What is written again overwrites, wherever a statement ends.
        kept, rows = store.layers(ids), store.epochs(ids)
        assert (len(kept), set(kept["mean"])) == (1400, {mean})
        assert rows.set_index("run_id")["test_loss"].loc[ids].tolist() == list(range(700))
        assert set(rows["train_loss"]) == {mean}
        own = kept.groupby("run_id")["q99"].agg(["min", "max"]).loc[ids]
        assert own["min"].tolist() == own["max"].tolist() == list(range(700))


def known(reports: list[EpochReport], run_ids: list[str]) -> list[EpochReport]:
    """The last report of each run and epoch, in the order of the frames."""
    last = {(report.run_id, report.epoch): report for report in reports}
    return sorted(last.values(), key=lambda r: (run_ids.index(r.run_id), r.epoch))


def same(found: Any, expected: Any) -> bool:
    """Equal, with NaN equal to NaN and to what pandas has for absent."""
    if pd.isna(expected) or pd.isna(found):
        return bool(pd.isna(expected) and pd.isna(found))
    return bool(found == expected)


def check(frame: pd.DataFrame, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    assert tuple(frame.columns) == columns
    assert len(frame) == len(rows)
    for found, expected in zip(frame.to_dict("records"), rows, strict=True):
        for name in columns:
            assert same(found[name], expected[name]), (name, found[name], expected[name])


@PROPERTY
@given(reports=st.lists(EPOCHS, max_size=6))
def test_epochs_and_layers_come_back_as_reported(
    store: Store, experiment: Experiment, reports: list[EpochReport]
) -> None:
    run_ids = renewed(store, experiment)
    # Of two reports with one key the layers of both would stay, if they are of different layers.
    unique = known(of_runs(reports, run_ids), run_ids)
    store.write(unique)
    check(store.epochs(run_ids), EPOCH_COLUMNS, [asdict(report) for report in unique])
    layers = [
        asdict(layer) | {"run_id": report.run_id, "epoch": report.epoch}
        for report in unique
        for layer in sorted(report.layers, key=lambda layer: layer.layer)
    ]
    check(store.layers(run_ids), LAYER_COLUMNS, layers)
    bins = store.histograms(run_ids)
    found = bins.groupby(["run_id", "epoch", "layer"], sort=False)
    assert [tuple(rows["count"]) for _, rows in found] == [row["histogram"] for row in layers]
    for (_, rows), layer in zip(found, layers, strict=True):
        assert same(rows["low"].iloc[0], layer["histogram_low"])
        assert same(rows["high"].iloc[-1], layer["histogram_high"])


@PROPERTY
@given(reports=st.lists(EPOCHS, min_size=1, max_size=8), data=st.data())
def test_a_runs_row_follows_its_epochs_in_whatever_portions_they_come(
    store: Store, experiment: Experiment, reports: list[EpochReport], data: st.DataObject
) -> None:
    run_ids = renewed(store, experiment)
    # Few epochs, so that many are written twice.
    arriving = [replace(r, epoch=r.epoch % 4) for r in of_runs(reports, run_ids)]
    cut = data.draw(st.integers(0, len(arriving)))
    store.write(arriving[:cut])
    store.write(arriving[cut:])
    rows = store.runs(run_ids).set_index("run_id")
    for run_id in run_ids:
        mine = [r for r in known(arriving, run_ids) if r.run_id == run_id]
        row = rows.loc[run_id]
        if not mine:
            assert row["status"] == Status.QUEUED
            assert row["epochs_done"] == 0
            continue
        last = mine[-1]
        assert row["status"] == Status.RUNNING
        assert row["epochs_done"] == last.epoch
        assert same(row["train_seconds"], last.seconds)
        for name in ("updates", *EPOCH_COLUMNS[4:]):
            assert same(row[name], getattr(last, name)), name
        accuracies = [r.test_accuracy for r in mine if not isnan(r.test_accuracy)]
        r2s = [r.test_r2 for r in mine if not isnan(r.test_r2)]
        assert same(row["best_test_accuracy"], max(accuracies, default=nan))
        assert same(row["best_test_r2"], max(r2s, default=nan))
        bests = [r.epoch for r in mine if accuracies and r.test_accuracy == max(accuracies)] or [
            r.epoch for r in mine if r2s and r.test_r2 == max(r2s)
        ]
        assert same(row["best_epoch"], bests[0] if bests else nan)


def test_losses_that_are_not_numbers_stay_apart_from_infinite_ones(
    store: Store, run_ids: list[str]
) -> None:
    losses = [nan, inf, -inf]
    store.write(EpochReport(run_ids[0], i, i, 0.1, loss, loss) for i, loss in enumerate(losses))
    np.testing.assert_array_equal(store.epochs(run_ids)["train_loss"], losses)
    assert store.runs(run_ids[:1])["test_loss"].tolist() == [-inf]


@pytest.mark.parametrize("metric", ["test_accuracy", "test_r2"])
def test_a_metric_that_is_no_number_is_never_the_best(
    store: Store, run_ids: list[str], metric: str
) -> None:
    # Together, and (the last) one by one.
    values = [nan, -inf, nan, 0.2, 0.1, 0.2, nan]
    named: list[dict[str, Any]] = [{metric: value} for value in values]
    reports = [
        EpochReport(run_ids[0], epoch, epoch, 0.1, 1.0, 1.0, **one)
        for epoch, one in enumerate(named)
    ]
    store.write(reports[:-1])
    store.write(reports[-1:])
    row = store.runs(run_ids[:1]).iloc[0]
    assert (row[f"best_{metric}"], row["best_epoch"]) == (0.2, 3)


def test_numpy_numbers_are_stored_as_numbers(store: Store, run_ids: list[str]) -> None:
    # The engine's arrays give their own kinds of number, which drivers would store as bytes.
    one: Any = np.int64(1)
    seven: Any = np.int32(7)
    half: Any = np.float32(0.5)
    store.write([EpochReport(run_ids[0], one, seven, half, half, half, half, half)])
    found = store.epochs(run_ids).iloc[0]
    assert (found["epoch"], found["updates"], found["train_accuracy"]) == (1, 7, 0.5)


def test_writing_everything_twice_is_writing_it_once(store: Store, run_ids: list[str]) -> None:
    reports: list[Report] = [
        *(EpochReport(run_ids[0], e, 10 * e, 0.1, 1.0, 2.0, 0.5, e / 4) for e in range(4)),
        Snapshot(run_ids[0], 3, (np.eye(2),)),
        RunEnd(run_ids[0], Status.FINISHED),
    ]
    store.write(reports)
    once = (store.runs(run_ids), store.epochs(run_ids), store.snapshot_epochs(run_ids[0]))
    store.write([*reports, *reports])
    pd.testing.assert_frame_equal(store.runs(run_ids), once[0])
    pd.testing.assert_frame_equal(store.epochs(run_ids), once[1])
    assert store.snapshot_epochs(run_ids[0]) == once[2]


def test_a_late_epoch_neither_restarts_nor_turns_back_a_run(
    store: Store, run_ids: list[str]
) -> None:
    for run_id, status in zip(run_ids, (Status.FINISHED, Status.CANCELLED), strict=False):
        store.write([EpochReport(run_id, 3, 30, 0.3, 0.1, 0.1), RunEnd(run_id, status)])
        store.write([EpochReport(run_id, 1, 10, 0.1, 0.9, 0.9)])
        row = store.runs([run_id]).iloc[0]
        assert (row["status"], row["epochs_done"], row["train_loss"]) == (status, 3, 0.1)


@pytest.mark.parametrize("trained", [Status.FINISHED, Status.DIVERGED])
@pytest.mark.parametrize("late", [Status.CANCELLED, Status.FAILED, Status.RUNNING])
def test_a_trained_run_stays_trained_whatever_comes_late(
    store: Store, run_ids: list[str], trained: Status, late: Status
) -> None:
    store.write([RunEnd(run_ids[0], trained, diverged_at=7)])
    store.write([RunEnd(run_ids[0], late, message="late")])
    row = store.runs(run_ids[:1]).iloc[0]
    assert (row["status"], row["diverged_at"]) == (trained, 7)
    assert store.provenance(run_ids[:1])["message"].tolist() == [""]


def test_a_report_of_an_unknown_run_is_refused_with_all_that_came_with_it(
    store: Store, run_ids: list[str]
) -> None:
    good = EpochReport(run_ids[0], 0, 0, 0.0, 1.0, 1.0)
    for unknown in ("0123456789abcdef", "no run", "'; DROP TABLE runs; --\0"):
        for report in (
            replace(good, run_id=unknown),
            RunEnd(unknown, Status.FINISHED),
            Snapshot(unknown, 0, ()),
        ):
            with pytest.raises(UnknownRun, match="holds no run"):
                store.write([good, report])
    assert store.epochs(run_ids).empty


def test_nothing_to_write_is_written(store: Store) -> None:
    store.write([])
    assert tuple(store.runs().columns) == RUN_COLUMNS
    assert store.epochs([]).empty
    assert store.layers([]).empty
    assert store.histograms([]).empty


def test_frames_have_the_same_types_with_rows_and_without(
    store: Store, run_ids: list[str], layer: LayerReport
) -> None:
    store.write([EpochReport(run_ids[0], 0, 0, 0.0, 1.0, 1.0, layers=(layer,))])
    for read in (store.runs, store.epochs, store.layers, store.histograms, store.provenance):
        pd.testing.assert_series_equal(read(run_ids).dtypes, read([]).dtypes)
    assert store.layers(run_ids, epoch=1).empty
    assert len(store.layers(run_ids, epoch=0)) == 1
    assert store.histograms(run_ids, epoch=1).empty
