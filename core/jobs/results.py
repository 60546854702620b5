"""Results: what training gave, as frames, models and files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from core.engine.start import start
from core.errors import KasseiError
from core.language import N_
from core.report import CLASSIFICATION_METRICS, REGRESSION_METRICS
from core.store import Store
from data import DATASETS

if TYPE_CHECKING:
    import keras
    import pandas as pd

# Columns that speak of one kind of task; a table without that task leaves them out.
_CLASSIFICATION = {*CLASSIFICATION_METRICS, "best_test_accuracy"}
_REGRESSION = {*REGRESSION_METRICS, "best_test_r2"}


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """Some runs of a store: frames in the columns of ``core.report``, and trained models."""

    store: Store
    run_ids: tuple[str, ...]

    @property
    def runs(self) -> pd.DataFrame:
        """A row a run."""
        runs = self.store.runs(self.run_ids)
        # When a run diverged is the store's to tell: exported tables have fixed columns.
        return _relevant(runs, runs).drop(columns="diverged_at")

    @property
    def epochs(self) -> pd.DataFrame:
        """A row a run and epoch."""
        return _relevant(self.store.epochs(self.run_ids), self.store.runs(self.run_ids))

    @property
    def layers(self) -> pd.DataFrame:
        """A row a run, epoch and hidden layer."""
        return self.store.layers(self.run_ids)

    def model(self, run_id: str) -> keras.Sequential:
        """The trained Keras model of a run, with the weights that were kept last.

        Raises:
            UnknownRun: the store does not hold the run, or no weights of it.
        """
        start()
        from core.engine.model import build

        model = build(self.store.config(run_id))
        model.set_weights(list(self.store.weights(run_id)))
        return model


def _relevant(frame: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """``frame`` without the metrics of a kind of task that none of ``runs`` has."""
    kinds = {DATASETS[name.partition("(")[0]].task.kind for name in runs["dataset"].unique()}
    surplus: set[str] = set()
    if "regression" not in kinds:
        surplus = _REGRESSION
    elif "classification" not in kinds:
        surplus = _CLASSIFICATION
    return frame.drop(columns=[column for column in frame.columns if column in surplus])


def prepare(folder: Path) -> None:
    """Make ``folder`` for an export, so that what cannot be written is known beforehand.

    Raises:
        KasseiError: the folder cannot be made, or not be written.
    """
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass


def export(store: Store, run_ids: Sequence[str] | None, folder: Path) -> list[Path]:
    """Write runs, epochs and layers of the runs (None: all) to ``folder`` as CSV and Parquet.

    All files are written beside their places, and only then moved there whole.

    Raises:
        KasseiError: the folder cannot be written.
    """
    prepare(folder)
    chosen = tuple(store.runs()["run_id"]) if run_ids is None else tuple(run_ids)
    results = Results(store, chosen)
    tables = {"runs": results.runs, "epochs": results.epochs, "layers": results.layers}
    beside: dict[Path, Path] = {}
    try:
        with _writing(folder):
            for name, frame in tables.items():
                for ending in ("csv", "parquet"):
                    path = folder / f"{name}.{ending}"
                    beside[path] = path.with_name(f"{path.name}.part")
                    if ending == "csv":
                        frame.to_csv(beside[path], index=False)
                    else:
                        frame.to_parquet(beside[path], index=False)
            for path, part in beside.items():
                part.replace(path)
    finally:
        for part in beside.values():
            part.unlink(missing_ok=True)
    return list(beside)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise KasseiError(
            N_("The tables cannot be written to {folder}: {reason}."),
            folder=folder,
            reason=error.strerror or str(error),
        ) from error
