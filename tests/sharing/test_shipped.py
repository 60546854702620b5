"""Shipped results answer what a store answers."""

from pathlib import Path

import pandas as pd
import pytest

from core.errors import UnknownRun
from core.experiment import Experiment
from core.report import LAYER_COLUMNS, EpochReport, LayerReport, RunEnd, Status
from core.sharing import bundle
from core.sharing.shipped import Shipped
from core.store import Store

EXPERIMENT = Experiment(dataset="moons", activation=["relu", "tanh"], epochs=1)


@pytest.fixture
def store() -> Store:
    """Two finished runs with histograms."""
    store = Store.open("sqlite://")
    store.add_runs(EXPERIMENT.grid(), "", "stacked")
    numbers = dict.fromkeys(LayerReport.__dataclass_fields__, 0.25)
    ends = {"histogram_low": -1.0, "histogram_high": 3.0, "histogram": tuple(range(64))}
    layer = LayerReport(**numbers | ends | {"layer": 1, "units": 16})  # type: ignore[arg-type]
    for config in EXPERIMENT.grid():
        run = config.run_id
        for epoch in (0, 1):
            store.write([EpochReport(run, epoch, epoch, 1.0, 0.5, 0.5, 0.9, 0.8, layers=(layer,))])
        store.write([RunEnd(run, Status.FINISHED)])
    return store


def test_a_bundle_answers_as_the_store_that_it_was_written_from(
    store: Store, tmp_path: Path
) -> None:
    ids = [config.run_id for config in EXPERIMENT.grid()]
    tables = (store.runs(ids), store.epochs(ids), store.layers(ids), store.histograms(ids))
    bundle.write("two", EXPERIMENT, *tables, root=tmp_path)
    shipped = Shipped(bundle.read("two", tmp_path))
    backwards = ids[::-1]
    for asked in (ids, backwards, ids[:1]):
        for epoch in (None, 1):
            same = ((store.layers, shipped.layers), (store.histograms, shipped.histograms))
            for ours, theirs in same:
                frame = theirs(asked, epoch)
                pd.testing.assert_frame_equal(frame, ours(asked, epoch), check_dtype=False)
        pd.testing.assert_frame_equal(shipped.epochs(asked), store.epochs(asked), check_dtype=False)
    assert shipped.snapshot_epochs(ids[0]) == ()
    with pytest.raises(UnknownRun):
        shipped.weights(ids[0])


def test_a_bundle_without_histograms_has_none(store: Store, tmp_path: Path) -> None:
    ids = [config.run_id for config in EXPERIMENT.grid()]
    bundle.write(
        "two", EXPERIMENT, store.runs(ids), store.epochs(ids), store.layers(ids), root=tmp_path
    )
    shipped = Shipped(bundle.read("two", tmp_path))
    assert shipped.histograms(ids).empty
    assert list(shipped.layers(ids).columns) == list(LAYER_COLUMNS)
