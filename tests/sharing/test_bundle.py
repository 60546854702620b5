"""Bundles come back as they went, and what is no bundle is refused in a sentence."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import BundleUnavailable
from core.experiment import Experiment
from core.report import EPOCH_COLUMNS, LAYER_COLUMNS, RUN_COLUMNS
from core.sharing import bundle

EXPERIMENT = Experiment(name="one", dataset="moons", activation=["relu", "tanh"])


def _frame(columns: tuple[str, ...]) -> pd.DataFrame:
    rows = {name: [1.5, np.nan] for name in columns}
    return pd.DataFrame(rows | {"run_id": ["a" * 16, "b" * 16]})


def _write(root: Path, name: str = "one") -> Path:
    runs, epochs, layers = map(_frame, (RUN_COLUMNS, EPOCH_COLUMNS, LAYER_COLUMNS))
    return bundle.write(name, EXPERIMENT, runs, epochs, layers, root=root)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    _write(tmp_path)
    read = bundle.read("one", tmp_path)
    assert read.experiment == EXPERIMENT
    pd.testing.assert_frame_equal(read.runs, _frame(RUN_COLUMNS), check_dtype=False)
    pd.testing.assert_frame_equal(read.epochs, _frame(EPOCH_COLUMNS), check_dtype=False)
    assert bundle.names(tmp_path) == ["one"]


def test_histograms_travel_with_their_layers(tmp_path: Path) -> None:
    layers = pd.DataFrame(
        [dict.fromkeys(LAYER_COLUMNS, 0.0) | {"run_id": "a", "epoch": 1, "layer": 1}]
    )
    bins = pd.DataFrame(
        {"run_id": "a", "epoch": 1, "layer": 1, "bin": [1, 0], "low": [0.5, 0.0]}
        | {"high": [1.0, 0.5], "count": [7, 3]}
    )
    bundle.write(
        "one", EXPERIMENT, _frame(RUN_COLUMNS), _frame(EPOCH_COLUMNS), layers, bins, tmp_path
    )
    row = bundle.read("one", tmp_path).layers.iloc[0]
    assert list(row["histogram"]) == [3, 7]
    assert (row["histogram_low"], row["histogram_high"]) == (0.0, 1.0)


def test_metrics_of_the_other_task_may_be_left_out(tmp_path: Path) -> None:
    runs = _frame(RUN_COLUMNS).drop(columns=["test_r2", "train_mae"])
    epochs, layers = _frame(EPOCH_COLUMNS), _frame(LAYER_COLUMNS)
    bundle.write("one", EXPERIMENT, runs, epochs, layers, root=tmp_path)
    assert bundle.read("one", tmp_path).runs["test_r2"].isna().all()


def test_writing_again_replaces_and_leaves_no_halves(tmp_path: Path) -> None:
    folder = _write(tmp_path)
    _write(tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == [
        "epochs.parquet", "experiment.yaml", "layers.parquet", "runs.parquet",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["two", "../one", "", "one/..", "ONE"])
def test_an_unknown_name_lists_those_that_exist(tmp_path: Path, name: str) -> None:
    _write(tmp_path)
    with pytest.raises(BundleUnavailable, match="there are one"):
        bundle.read(name, tmp_path)


def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    _write(tmp_path)
    (tmp_path / "inner").mkdir()
    with pytest.raises(BundleUnavailable, match="No shipped results"):
        bundle.read("../one", tmp_path / "inner")


@pytest.mark.parametrize("file", ["runs.parquet", "layers.parquet", "experiment.yaml"])
def test_a_damaged_file_is_a_sentence(tmp_path: Path, file: str) -> None:
    (_write(tmp_path) / file).write_bytes(b"PAR1: [")
    with pytest.raises(BundleUnavailable, match="cannot be read"):
        bundle.read("one", tmp_path)


def test_an_experiment_without_results_can_be_built_but_not_read(tmp_path: Path) -> None:
    (_write(tmp_path) / "runs.parquet").unlink()
    assert bundle.specification("one", tmp_path) == EXPERIMENT
    with pytest.raises(BundleUnavailable, match="cannot be read"):
        bundle.read("one", tmp_path)


def test_the_runs_of_a_bundle_are_known_without_the_rest_of_it(tmp_path: Path) -> None:
    folder = _write(tmp_path)
    (folder / "layers.parquet").write_bytes(b"PAR1: [")
    assert bundle.run_ids("one", tmp_path) == {"a" * 16, "b" * 16}
    pd.DataFrame({"x": [1]}).to_parquet(folder / "runs.parquet")
    for name in ("one", "two", "../one"):
        with pytest.raises(BundleUnavailable):
            bundle.run_ids(name, tmp_path)


def test_missing_columns_are_named(tmp_path: Path) -> None:
    folder = _write(tmp_path)
    _frame(EPOCH_COLUMNS).drop(columns="seconds").to_parquet(folder / "epochs.parquet")
    with pytest.raises(BundleUnavailable, match="epochs: seconds"):
        bundle.read("one", tmp_path)


def test_a_name_that_could_leave_the_folder_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(BundleUnavailable, match="lower-case"):
        _write(tmp_path, "../x")
