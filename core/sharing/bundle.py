"""Bundles: a finished experiment as a small folder, shipped with the program or exported.

``experiment.yaml`` and three Parquet tables in the columns of ``core.report``; the table of
layers may hold each layer's histogram (64 counts and its two ends) besides, and ``weights.npz``
what some of the runs had learned. Knows no store.
"""

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.document import from_yaml, to_yaml
from core.errors import BundleUnavailable, InvalidExperiment, UnknownRun
from core.experiment import Experiment
from core.language import N_
from core.report import EPOCH_COLUMNS, LAYER_COLUMNS, RUN_COLUMNS
from core.sharing import parquet

GALLERY = Path(__file__).resolve().parents[2] / "data" / "gallery"

Weights = Sequence[NDArray[np.generic]]

_WEIGHTS = "weights.npz"
# Of a file in the archive: bundles made twice are alike to the last bit.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_TABLES = {"runs": RUN_COLUMNS, "epochs": EPOCH_COLUMNS, "layers": LAYER_COLUMNS}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """A finished experiment and its tables; ``folder`` is where the rest of it is read from."""

    experiment: Experiment
    runs: pd.DataFrame
    epochs: pd.DataFrame
    layers: pd.DataFrame
    folder: Path


def names(root: Path = GALLERY) -> list[str]:
    """The bundles in ``root``, sorted."""
    return sorted(path.parent.name for path in root.glob("*/experiment.yaml"))


def specification(name: str, root: Path = GALLERY) -> Experiment:
    """The experiment of the bundle ``name``, whose results need not be there yet.

    Raises:
        BundleUnavailable: there is none, or its file cannot be read.
    """
    _find(name, root)
    try:
        return from_yaml((root / name / "experiment.yaml").read_text(encoding="utf-8"))
    except (OSError, ValueError, InvalidExperiment) as error:
        raise _unreadable(name, error) from error


def run_ids(name: str, root: Path = GALLERY) -> frozenset[str]:
    """The runs of the bundle ``name``; nothing else of it is read.

    Raises:
        BundleUnavailable: there is none, or its table of runs cannot be read.
    """
    _find(name, root)
    try:
        return frozenset(parquet.read(root / name / "runs.parquet", ["run_id"])["run_id"])
    except (OSError, ValueError, KeyError) as error:
        raise _unreadable(name, error) from error


def read(name: str, root: Path = GALLERY) -> Bundle:
    """The bundle ``name`` of ``root``.

    Raises:
        BundleUnavailable: there is none, or a file of it cannot be read.
    """
    experiment = specification(name, root)
    try:
        tables = {table: parquet.read(root / name / f"{table}.parquet") for table in _TABLES}
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from error
    for table, columns in _TABLES.items():
        missing = [column for column in columns if column not in tables[table].columns]
        if missing:
            raise BundleUnavailable(
                N_("The shipped results {name} lack columns in {table}: {columns}."),
                name=name,
                table=table,
                columns=", ".join(missing),
            )
    return Bundle(experiment, **tables, folder=root / name)


def write(
    name: str,
    experiment: Experiment,
    runs: pd.DataFrame,
    epochs: pd.DataFrame,
    layers: pd.DataFrame,
    histograms: pd.DataFrame | None = None,
    root: Path = GALLERY,
) -> Path:
    """Write a bundle, each file whole or not at all, and return its folder.

    Args:
        histograms: rows of the store's ``histograms``: run_id, epoch, layer, bin, low, high,
            count; kept as three columns of the table of layers.

    Raises:
        BundleUnavailable: the name is not lower-case letters, digits, ``-`` and ``_``.
    """
    if not _NAME.fullmatch(name):
        raise BundleUnavailable(
            N_("{name} is no name for results; use lower-case letters, digits, - and _."),
            name=repr(name)[:80],
        )
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    if histograms is not None:
        layers = layers.merge(_packed(histograms), on=["run_id", "epoch", "layer"], how="left")
    for table, frame in {"runs": runs, "epochs": epochs, "layers": layers}.items():
        # Tables of one task may come without the other's metrics: they do not apply.
        columns = dict.fromkeys((*_TABLES[table], *frame.columns))
        half = folder / f".{table}.parquet.part"
        frame.reindex(columns=list(columns)).to_parquet(half, index=False, compression="zstd")
        half.replace(folder / f"{table}.parquet")
    # The experiment comes last: a folder without it is no bundle.
    half = folder / ".experiment.yaml.part"
    half.write_text(to_yaml(experiment), encoding="utf-8")
    half.replace(folder / "experiment.yaml")
    return folder


def write_weights(name: str, kept: Mapping[tuple[str, int], Weights], root: Path = GALLERY) -> Path:
    """Write ``kept`` weights, by run_id and epoch, beside the bundle ``name``.

    As float16, of 11 bits: enough to draw what a network answers, in half of the space.
    """
    half = root / name / f".{_WEIGHTS}.part"
    with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as archive:
        for (run_id, epoch), weights in sorted(kept.items(), key=lambda item: item[0]):
            for index, weight in enumerate(weights):
                entry = zipfile.ZipInfo(f"{run_id}-{epoch}-{index}.npy", _NO_TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(entry, "w") as file:
                    rounded = np.asarray(weight, np.float16)
                    np.lib.format.write_array(file, rounded, allow_pickle=False)
    return half.replace(root / name / _WEIGHTS)


def weight_epochs(name: str, root: Path = GALLERY) -> dict[str, tuple[int, ...]]:
    """The epochs of which weights are shipped, by run_id; none where the bundle has none.

    Raises:
        BundleUnavailable: the file cannot be read.
    """
    path = root / name / _WEIGHTS
    if not _NAME.fullmatch(name) or not path.is_file():
        return {}
    try:
        kept = _kept(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise _unreadable(name, error) from error
    return {run_id: tuple(epochs) for run_id, epochs in kept.items()}


def read_weights(
    name: str, run_id: str, epoch: int | None = None, root: Path = GALLERY
) -> tuple[NDArray[np.float32], ...]:
    """The weights of a run after ``epoch`` (None: the last that is shipped), in Keras's order.

    Raises:
        BundleUnavailable: the file cannot be read.
        UnknownRun: none of this run or epoch are shipped.
    """
    epochs = weight_epochs(name, root).get(run_id, ())
    if not epochs or (epoch is not None and epoch not in epochs):
        raise UnknownRun(N_("No weights of the run {run_id} were kept."), run_id=run_id)
    path = root / name / _WEIGHTS
    try:
        count = _kept(path, path.stat().st_mtime_ns)[run_id][epochs[-1] if epoch is None else epoch]
        start = f"{run_id}-{epochs[-1] if epoch is None else epoch}-"
        with np.load(path, allow_pickle=False) as archive:
            return tuple(archive[f"{start}{index}"].astype(np.float32) for index in range(count))
    except (OSError, ValueError, LookupError, zipfile.BadZipFile) as error:
        raise _unreadable(name, error) from error


@lru_cache(maxsize=16)
def _kept(path: Path, _changed: int) -> dict[str, dict[int, int]]:
    """How many arrays of each run and epoch the file of weights at ``path`` holds.

    Args:
        _changed: when it was written, for a new file is read anew.
    """
    found: dict[str, dict[int, int]] = {}
    with zipfile.ZipFile(path) as archive:
        for entry in archive.namelist():
            run_id, epoch, _ = entry.removesuffix(".npy").split("-")
            of_run = found.setdefault(run_id, {})
            of_run[int(epoch)] = of_run.get(int(epoch), 0) + 1
    return {run_id: dict(sorted(epochs.items())) for run_id, epochs in found.items()}


def _find(name: str, root: Path) -> None:
    if not _NAME.fullmatch(name) or not (root / name / "experiment.yaml").is_file():
        raise BundleUnavailable(
            N_("No shipped results named {name}; there are {valid}."),
            name=repr(name)[:80],
            valid=", ".join(names(root)) or "0",
        )


def _unreadable(name: str, error: Exception) -> BundleUnavailable:
    return BundleUnavailable(
        N_("The shipped results {name} cannot be read: {reason}"),
        name=name,
        reason=str(error)[:200],
    )


def _packed(histograms: pd.DataFrame) -> pd.DataFrame:
    """One row a layer: histogram_low, histogram_high, histogram (list of counts)."""
    ordered = histograms.sort_values(["run_id", "epoch", "layer", "bin"])
    return (
        ordered.groupby(["run_id", "epoch", "layer"], sort=False)
        .agg(
            histogram_low=("low", "first"),
            histogram_high=("high", "last"),
            histogram=("count", list),
        )
        .reset_index()
    )
