"""Bundles: a finished experiment as a small folder, shipped with the program or exported.

``experiment.yaml`` and three Parquet tables in the columns of ``core.report``; the table of
layers may hold each layer's histogram (64 counts and its two ends) besides. Knows no store.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from core.document import from_yaml, to_yaml
from core.errors import BundleUnavailable, InvalidExperiment
from core.experiment import Experiment
from core.language import N_
from core.report import EPOCH_COLUMNS, LAYER_COLUMNS, RUN_COLUMNS

GALLERY = Path(__file__).resolve().parents[2] / "data" / "gallery"

_TABLES = {"runs": RUN_COLUMNS, "epochs": EPOCH_COLUMNS, "layers": LAYER_COLUMNS}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """A finished experiment and its tables."""

    experiment: Experiment
    runs: pd.DataFrame
    epochs: pd.DataFrame
    layers: pd.DataFrame


def names(root: Path = GALLERY) -> list[str]:
    """The bundles in ``root``, sorted."""
    return sorted(path.parent.name for path in root.glob("*/experiment.yaml"))


def specification(name: str, root: Path = GALLERY) -> Experiment:
    """The experiment of the bundle ``name``, whose results need not be there yet.

    Raises:
        BundleUnavailable: there is none, or its file cannot be read.
    """
    if not _NAME.fullmatch(name) or not (root / name / "experiment.yaml").is_file():
        raise BundleUnavailable(
            N_("No shipped results named {name}; there are {valid}."),
            name=repr(name)[:80],
            valid=", ".join(names(root)) or "0",
        )
    try:
        return from_yaml((root / name / "experiment.yaml").read_text(encoding="utf-8"))
    except (OSError, ValueError, InvalidExperiment) as error:
        raise _unreadable(name, error) from error


def read(name: str, root: Path = GALLERY) -> Bundle:
    """The bundle ``name`` of ``root``.

    Raises:
        BundleUnavailable: there is none, or a file of it cannot be read.
    """
    experiment = specification(name, root)
    try:
        tables = {table: pd.read_parquet(root / name / f"{table}.parquet") for table in _TABLES}
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
    return Bundle(experiment, **tables)


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
