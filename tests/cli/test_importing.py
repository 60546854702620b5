"""What was exported comes back: the same runs, numbers and layers; what is broken does not."""

import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.experiment import Experiment
from core.report import LAYER_STATISTICS, EpochReport, LayerReport, RunEnd, Status
from core.sharing import bundle
from core.store import Store
from tests.cli.conftest import Shell, one_sentence

EXPERIMENT = Experiment(
    name="Odd, ones",
    dataset=["moons", "sine"],
    activation=["leaky_relu(0.1)", "tanh"],
    hidden=[[4, 3]],
    clip_norm=0.7,
    learning_rate=1 / 3,
    seed=2**32 - 1,
    epochs=2,
)


def _fill(shell: Shell) -> None:
    draw = np.random.default_rng(0)
    with Store.open(shell.environment["KASSEI_STORE"]) as store:
        grid = EXPERIMENT.grid()
        store.add_runs(grid[:3], EXPERIMENT.name, "stacked")
        store.add_runs(grid[3:], "", "keras")
        for number, config in enumerate(grid):
            run = config.id_under("keras" if number == 3 else "stacked")
            regression = config.dataset == "sine"
            for epoch in range(3):
                layers = tuple(
                    LayerReport(
                        layer=layer,
                        units=units,
                        **dict(zip(LAYER_STATISTICS, draw.normal(size=21).tolist(), strict=True)),
                        histogram_low=-1.0,
                        histogram_high=1.0,
                        histogram=(3,) * 64,
                    )
                    for layer, units in ((1, 4), (2, 3))
                )
                scores = draw.random(4).tolist()
                loss = float("inf") if number == 1 and epoch == 2 else float(draw.random())
                accuracy = (np.nan, np.nan) if regression else tuple(scores[:2])
                rest = tuple(scores) if regression else ()
                store.write([
                    EpochReport(run, epoch, 31 * epoch, 0.1 * epoch, loss, loss,
                                *accuracy, *rest, layers=layers)
                ])  # fmt: skip
            store.write([RunEnd(run, Status.DIVERGED if number == 1 else Status.FINISHED)])


@pytest.fixture
def exported(shell: Shell) -> Path:
    """A folder of four exported runs, which the store then no longer holds."""
    _fill(shell)
    assert shell("export", "tables").returncode == 0
    (shell.folder / "kassei.sqlite").rename(shell.folder / "before.sqlite")
    return shell.folder / "tables"


def _everything(path: Path) -> dict[str, pd.DataFrame]:
    with Store.open(f"sqlite:///{path}") as store:
        runs = store.runs()
        ids = runs["run_id"].tolist()
        origin = store.provenance().drop(columns=["created", "updated"])
        return {
            "runs": runs,
            "origin": origin,
            "epochs": store.epochs(ids),
            "layers": store.layers(ids),
        }


def _zip(folder: Path, inside: str = "") -> Path:
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, inside + file.name)
    return path


def _csv_only(folder: Path) -> Path:
    for file in folder.glob("*.parquet"):
        file.unlink()
    return folder


FORMS: dict[str, Callable[[Path], Path]] = {
    "folder": lambda folder: folder,
    "csv": _csv_only,
    "zip": _zip,
    "zip with a folder": lambda folder: _zip(folder, "my tables/"),
    "csv zip": lambda folder: _zip(_csv_only(folder)),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_export_comes_back_as_it_was(shell: Shell, exported: Path, form: str) -> None:
    ended = shell("import", FORMS[form](exported))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "4 runs imported\n", "")
    before = _everything(shell.folder / "before.sqlite")
    after = _everything(shell.folder / "kassei.sqlite")
    for name, frame in before.items():
        pd.testing.assert_frame_equal(after[name], frame, check_exact=True)


def test_runs_that_are_here_stay_and_the_second_time_changes_nothing(
    shell: Shell, exported: Path
) -> None:
    assert shell("import", exported).stdout == "4 runs imported\n"
    first = _everything(shell.folder / "kassei.sqlite")
    assert shell("import", exported).stdout == "0 runs imported, 4 were here already\n"
    for name, frame in _everything(shell.folder / "kassei.sqlite").items():
        pd.testing.assert_frame_equal(frame, first[name], check_exact=True)


@pytest.mark.parametrize("status", ["running", "queued"])
def test_an_export_made_during_a_training_brings_the_runs_that_had_ended(
    shell: Shell, exported: Path, status: str
) -> None:
    _set("runs", "status", status)(exported)
    left_out = pd.read_csv(exported / "runs.csv")["run_id"][0]
    ended = shell("import", exported)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "3 runs imported, 1 was left out: not ended\n"
    before = _everything(shell.folder / "before.sqlite")
    for name, frame in _everything(shell.folder / "kassei.sqlite").items():
        ids = before[name]["run_id"] != left_out
        expected = before[name][ids].reset_index(drop=True)
        pd.testing.assert_frame_equal(frame.reset_index(drop=True), expected)


def test_a_bundle_of_the_gallery_comes_in_with_its_histograms(shell: Shell) -> None:
    folder = bundle.GALLERY / bundle.names()[0]
    shipped = bundle.read(folder.name)
    assert shell("import", folder).stdout == f"{len(shipped.runs)} runs imported\n"
    with Store.open(shell.environment["KASSEI_STORE"]) as store:
        runs = store.runs()
        assert runs["run_id"].tolist() == shipped.runs["run_id"].tolist()
        np.testing.assert_array_equal(runs["test_accuracy"], shipped.runs["test_accuracy"])
        kept = shipped.layers[shipped.layers["histogram"].notna()]
        assert set(store.histograms(runs["run_id"])["epoch"]) == set(kept["epoch"])


def _edit(name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], None]:
    def break_(folder: Path) -> None:
        _csv_only(folder)
        table = pd.read_csv(folder / f"{name}.csv", dtype=object, keep_default_na=False)
        change(table).to_csv(folder / f"{name}.csv", index=False)

    return break_


def _set(name: str, column: str, value: str) -> Callable[[Path], None]:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        table.loc[0, column] = value
        return table

    return _edit(name, change)


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "no runs": (lambda f: [p.unlink() for p in f.glob("runs.*")], "no table of runs"),
    "no epochs": (lambda f: [p.unlink() for p in f.glob("epochs.*")], "no table of epochs"),
    "nothing": (shutil.rmtree, "No such file"),
    "no parquet": (lambda f: (f / "runs.parquet").write_bytes(b"PAR1 nonsense"), "cannot be read"),
    "half a parquet": (
        lambda f: (f / "runs.parquet").write_bytes((f / "runs.parquet").read_bytes()[:700]),
        "cannot be read",
    ),
    "binary csv": (lambda f: (_csv_only(f) / "runs.csv").write_bytes(b"\xff\xfe\0a"), "cannot be"),
    "empty csv": (lambda f: (_csv_only(f) / "runs.csv").write_bytes(b""), "cannot be read"),
    "a column less": (
        _edit("runs", lambda t: t.drop(columns=["seed", "loss"])),
        "lacks the columns loss, seed",
    ),
    "another rate": (_set("runs", "learning_rate", "0.5"), "is not what its settings make"),
    "another id": (_set("runs", "run_id", "0123456789abcdef"), "is not what its settings make"),
    "no such activation": (_set("runs", "activation", "sine(1)"), "Unknown activation"),
    "code": (_set("runs", "activation", "__import__('os')"), "Unknown activation"),
    "a run twice": (
        _edit("runs", lambda t: pd.concat([t, t.iloc[:1]])),
        "is in the table twice",
    ),
    "no such status": (_set("runs", "status", "asleep"), "cannot have asleep as status"),
    "epoch 3 of 2": (_set("epochs", "epoch", "3"), "cannot have 3 as epoch"),
    "half an epoch": (_set("epochs", "epoch", "0.5"), "cannot have 0.5 as epoch"),
    "a loss in words": (_set("epochs", "test_loss", "low"), "cannot have low as test_loss"),
    "a run of epochs only": (
        _edit("epochs", lambda t: pd.concat([t, t.iloc[:1].assign(run_id="x")])),
        "a run x that the table of runs",
    ),
    "layer 9": (_set("layers", "layer", "9"), "cannot have 9 as layer"),
    "layer 0": (_set("layers", "layer", "0"), "cannot have 0 as layer"),
    "other units": (_set("layers", "units", "5"), "cannot have 5 as units"),
    "layers of no epoch": (
        _edit("epochs", lambda t: t[t["epoch"] != "1"]),
        "layers after epoch 1, but not that epoch",
    ),
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_broken_is_refused_with_a_sentence_and_nothing_is_written(
    shell: Shell, exported: Path, how: str
) -> None:
    break_, words = BROKEN[how]
    break_(exported)
    ended = shell("import", exported)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert one_sentence(ended.stderr), ended.stderr
    assert words in ended.stderr
    assert shell("runs").stdout.startswith("No runs yet")


def test_what_is_no_archive_is_refused(shell: Shell) -> None:
    (shell.folder / "text.zip").write_text("PK no zip at all")
    damaged = io.BytesIO()
    with zipfile.ZipFile(damaged, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("runs.csv", "run_id\n" * 1000)
        archive.writestr("epochs.csv", "run_id\n" * 1000)
    content = bytearray(damaged.getvalue())
    content[40:50] = b"\0" * 10
    (shell.folder / "damaged.zip").write_bytes(content)
    for name in ("text.zip", "damaged.zip", "none.zip", "/dev/null"):
        ended = shell("import", name)
        assert ended.returncode == 2
        assert one_sentence(ended.stderr), ended.stderr


def test_a_bomb_is_refused_before_it_is_unpacked(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.sharing.archive.MOST_BYTES", 10_000_000)
    with zipfile.ZipFile(shell.folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("runs.csv", "0" * 20_000_000)
    assert "larger than 10 MB" in shell("import", "bomb.zip").stderr
