"""``train``, ``runs``, ``show``, ``export`` and ``delete`` keep to the contract."""

import io
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from core.experiment import RunConfig
from core.report import LAYER_STATISTICS

from .conftest import Shell, one_sentence

FILE = """
name: Which learns moons?
dataset: moons
activation: [sigmoid, "leaky_relu(0.1)"]
epochs: 9
train_samples: 128
test_samples: 64
"""
OPTIONS = ("--activation", "relu,tanh", "--seed", "0-1", "--epochs", 2)
NETWORKS = ("--hidden", "8,4", "--hidden", "none")

CONFIG = (
    *("dataset", "train_samples", "test_samples", "noise", "outliers", "hidden", "activation"),
    *("output", "loss", "learning_rate", "schedule", "optimizer", "batch_size", "epochs"),
    *("kernel_initializer", "bias_initializer", "l1", "l2", "clip_norm", "seed"),
)
# The contract's columns, in its order.
RUNS = (
    *("run_id", "experiment", *CONFIG, "status", "epochs_done", "updates", "train_seconds"),
    *("parameters", "train_loss", "test_loss", "train_accuracy", "test_accuracy"),
    *("best_test_accuracy", "best_epoch"),
)
EPOCHS = (
    *("run_id", "epoch", "updates", "seconds", "train_loss", "test_loss"),
    *("train_accuracy", "test_accuracy"),
)
LAYERS = ("run_id", "epoch", "layer", "units", *LAYER_STATISTICS)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shell, Path]:
    """A store in which FILE, with options over it, was trained, and the folder of its tables."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "experiment.yaml").write_text(FILE)
    shell, tables = Shell(folder), folder / "new" / "tables"
    done = shell.run("train", "experiment.yaml", *OPTIONS, *NETWORKS, "--export", tables)
    assert done.returncode == 0, done.stderr
    # Nothing but progress: TensorFlow's news are not a user's.
    lines = done.stderr.splitlines()
    assert lines[0] == "8 runs"
    # Of eight runs of two epochs; the state before training is no epoch of training.
    assert lines[-1] == "16 of 16 epochs"
    assert all(line.endswith(" of 16 epochs") for line in lines[1:])
    assert len(lines) <= 11
    assert done.stdout.splitlines()[0].split()[:5] == [
        "hidden",
        "activation",
        "n",
        "test_accuracy",
        "sd",
    ]
    assert done.stdout.splitlines()[-1] == f"Tables in {tables}"
    return shell, tables


def table(folder: Path, name: str) -> pd.DataFrame:
    """A table as CSV, once it is known to be the Parquet file's too."""
    csv = pd.read_csv(folder / f"{name}.csv", dtype={"run_id": str})
    parquet = pd.read_parquet(folder / f"{name}.parquet")
    assert list(csv.columns) == list(parquet.columns)
    as_csv = io.StringIO(parquet.to_csv(index=False))
    pd.testing.assert_frame_equal(csv, pd.read_csv(as_csv, dtype={"run_id": str}))
    return csv


def test_the_files_fields_hold_where_no_option_replaces_them(trained: tuple[Shell, Path]) -> None:
    runs = table(trained[1], "runs")
    assert tuple(runs.columns) == RUNS
    assert list(zip(runs["hidden"], runs["activation"], runs["seed"], strict=True)) == [
        (hidden, activation, seed)
        for hidden in ("8-4", "none")
        for activation in ("relu", "tanh")
        for seed in (0, 1)
    ]
    assert set(runs["experiment"]) == {"Which learns moons?"}
    assert set(runs["train_samples"]) == {128}
    assert set(runs["epochs"]) == set(runs["epochs_done"]) == {2}
    assert set(runs["status"]) == {"finished"}
    assert set(runs["updates"]) == {2 * (128 // 32)}
    config = RunConfig(dataset="moons", train_samples=128, test_samples=64, hidden=[8, 4], epochs=2)
    assert runs["run_id"][0] == config.run_id
    assert runs["parameters"][0] == config.parameters


def test_epochs_and_layers_have_the_contracts_columns(trained: tuple[Shell, Path]) -> None:
    runs, epochs, layers = (table(trained[1], name) for name in ("runs", "epochs", "layers"))
    assert tuple(epochs.columns) == EPOCHS
    assert tuple(layers.columns) == LAYERS
    assert list(epochs["run_id"].unique()) == list(runs["run_id"])
    assert len(epochs) == 8 * 3
    assert set(epochs["epoch"]) == {0, 1, 2}
    # 4 runs of two hidden layers at three epochs, and 4 runs of none.
    assert len(layers) == 4 * 3 * 2
    assert set(layers["layer"]) == {1, 2}
    last = epochs[epochs["epoch"] == 2].reset_index(drop=True)
    for column in ("train_loss", "test_loss", "train_accuracy", "test_accuracy"):
        pd.testing.assert_series_equal(last[column], runs[column])
    assert epochs["test_accuracy"].between(0, 1).all()
    assert layers["zero_fraction"].between(0, 1).all()
    best = epochs.groupby("run_id", sort=False)["test_accuracy"].max()
    assert list(best) == list(runs["best_test_accuracy"])


def test_what_was_trained_is_found_and_tensorflow_stays_out(trained: tuple[Shell, Path]) -> None:
    shell, tables = trained
    again = shell.run(
        *("train", "experiment.yaml", *OPTIONS, *NETWORKS, "--export", "again"),
        options=("-X", "importtime"),
    )
    assert again.returncode == 0
    assert "8 runs, 8 of them trained already\n" in again.stderr
    assert "of 16 epochs" not in again.stderr
    imported = {line.rpartition("|")[2].strip() for line in again.stderr.splitlines()}
    assert "core.engine.plan" in imported
    assert not imported & {"tensorflow", "keras", "distributed"}
    # The very same rows, seconds too.
    assert (shell.folder / "again" / "epochs.csv").read_text() == (
        tables / "epochs.csv"
    ).read_text()


def test_runs_lists_what_the_store_holds(trained: tuple[Shell, Path]) -> None:
    shell, tables = trained
    listed = shell("runs").stdout.splitlines()
    assert [line.split()[0] for line in listed[1:]] == list(table(tables, "runs")["run_id"])
    assert len(shell("runs", "--limit", 3).stdout.splitlines()) == 4


def test_show_takes_the_beginning_of_a_run_id(trained: tuple[Shell, Path]) -> None:
    shell, tables = trained
    row = table(tables, "runs").iloc[0]
    shown = shell("show", row["run_id"][:9])
    words = dict(line.split(maxsplit=1) for line in shown.stdout.splitlines())
    assert words["run_id"] == row["run_id"]
    assert words["experiment"] == "Which learns moons?"
    assert words["hidden"] == "8-4"
    assert words["engine"] == "stacked"
    assert float(words["test_accuracy"]) == pytest.approx(row["test_accuracy"], rel=1e-3)


def test_export_writes_some_runs_or_all(trained: tuple[Shell, Path]) -> None:
    shell, tables = trained
    runs = table(tables, "runs")
    assert shell("export", "all").returncode == 0
    pd.testing.assert_frame_equal(table(shell.folder / "all", "runs"), runs)
    chosen = runs["run_id"][5]
    assert shell("export", "one", chosen[:12]).returncode == 0
    assert list(table(shell.folder / "one", "runs")["run_id"]) == [chosen]
    assert set(table(shell.folder / "one", "epochs")["run_id"]) == {chosen}
    assert not list(shell.folder.rglob("*.part"))


def test_output_into_a_closed_pipe_ends_quietly(trained: tuple[Shell, Path]) -> None:
    shell, _ = trained
    for command in (("runs",), ("train", "experiment.yaml", *OPTIONS, *NETWORKS)):
        process = subprocess.Popen(["true"], stdin=subprocess.PIPE)
        assert process.stdin
        process.wait()
        ended = shell.run(*command, stdout=process.stdin.fileno())
        process.stdin.close()
        assert ended.returncode == 0
        assert "Traceback" not in ended.stderr
        assert "Exception ignored" not in ended.stderr


def test_a_full_disk_leaves_the_old_tables_whole(trained: tuple[Shell, Path]) -> None:
    shell, tables = trained
    old = {path.name: path.read_bytes() for path in tables.iterdir()}
    (tables / "layers.csv.part").symlink_to("/dev/full")
    full = shell("export", tables)
    assert full.returncode == 2
    assert one_sentence(full.stderr)
    assert "No space left on device" in full.stderr
    assert {path.name: path.read_bytes() for path in tables.iterdir()} == old


def test_delete_removes_one_run_which_is_then_unknown(trained: tuple[Shell, Path]) -> None:
    shell, tables = trained
    run_id = table(tables, "runs")["run_id"][7]
    assert shell("delete", run_id[:12]).stdout == f"Deleted {run_id}\n"
    gone = shell("show", run_id)
    assert gone.returncode == 2
    assert run_id in gone.stderr
    assert one_sentence(gone.stderr)
    assert len(shell("runs").stdout.splitlines()) == 1 + 7


def test_no_store_leaves_nothing_and_the_reference_trains_the_same(shell: Shell) -> None:
    """``--engine keras``: other runs by their ids, the same numbers but for rounding."""
    options = ("--dataset", "moons", "--epochs", 2, "--clip-norm", "1,none", "--no-store")
    frames = {}
    for engine in ("stacked", "keras"):
        ended = shell("train", *options, "--engine", engine, "--export", engine)
        assert ended.returncode == 0, ended.stderr
        # Both configurations have their line, the one without a value too.
        assert [line.split()[0] for line in ended.stdout.splitlines()[1:3]] == ["1", "-"]
        frames[engine] = table(shell.folder / engine, "epochs")
    assert sorted(path.name for path in shell.folder.iterdir()) == ["keras", "stacked"]
    assert set(frames["keras"]["run_id"]).isdisjoint(frames["stacked"]["run_id"])
    for column in ("train_loss", "test_loss", "test_accuracy"):
        assert list(frames["keras"][column]) == pytest.approx(
            list(frames["stacked"][column]), rel=1e-4
        )


def test_a_run_that_diverges_is_a_result(shell: Shell) -> None:
    """Regression: r2 and mae stand in place of accuracy; the sane run beside is not disturbed."""
    options = ("--dataset", "plane", "--learning-rate", "1e5,0.01", "--optimizer", "sgd")
    ended = shell("train", *options, "--epochs", 3, "--export", "tables")
    assert ended.returncode == 0
    assert "1 diverged" in ended.stdout
    runs = table(shell.folder / "tables", "runs")
    assert list(runs["status"]) == ["diverged", "finished"]
    metrics = {"train_accuracy": "train_r2", "test_accuracy": "test_r2"}
    assert not set(runs.columns) & {"train_accuracy", "test_accuracy", "best_test_accuracy"}
    assert {"train_r2", "test_r2", "train_mae", "test_mae", "best_test_r2"} <= set(runs.columns)
    assert tuple(column for column in runs.columns if column in RUNS) == tuple(
        column for column in RUNS if "accuracy" not in column
    )
    assert "test_r2" in table(shell.folder / "tables", "epochs").columns
    shown = shell("show", runs["run_id"][0]).stdout
    assert "diverged_at" in shown
    assert metrics["test_accuracy"] in shell("train", *options, "--epochs", 3).stdout
