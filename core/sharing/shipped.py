"""A bundle read as a store is: the same questions, answered from its tables."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.report import LAYER_COLUMNS
from core.sharing.bundle import Bundle, read_weights, weight_epochs

HISTOGRAM = ("histogram_low", "histogram_high", "histogram")


@dataclass(frozen=True, slots=True, eq=False)
class Shipped:
    """The runs of a bundle; its frames are never changed."""

    bundle: Bundle

    def epochs(self, run_ids: Iterable[str]) -> pd.DataFrame:
        """EPOCH_COLUMNS of the runs."""
        return _of(self.bundle.epochs, run_ids)

    def layers(self, run_ids: Iterable[str], epoch: int | None = None) -> pd.DataFrame:
        """LAYER_COLUMNS of the runs, after one epoch or all."""
        return _of(self.bundle.layers[list(LAYER_COLUMNS)], run_ids, epoch)

    def histograms(self, run_ids: Iterable[str], epoch: int | None = None) -> pd.DataFrame:
        """run_id, epoch, layer, bin, low, high, count: a row a bin; empty without histograms."""
        if not set(HISTOGRAM) <= set(self.bundle.layers.columns):
            columns = ["run_id", "epoch", "layer", "bin", "low", "high", "count"]
            return pd.DataFrame(columns=columns)
        kept = _of(self.bundle.layers, run_ids, epoch)
        kept = kept[kept["histogram"].notna()]
        parts = [_bins(*row) for row in zip(*(kept[name] for name in HISTOGRAM), strict=True)]
        keys = kept[["run_id", "epoch", "layer"]]
        repeated = keys.loc[keys.index.repeat([len(part) for part in parts])]
        bins = pd.concat(parts, ignore_index=True) if parts else _bins(0.0, 1.0, [])
        return pd.concat([repeated.reset_index(drop=True), bins], axis=1)

    def snapshot_epochs(self, run_id: str) -> tuple[int, ...]:
        """The epochs whose weights are shipped; of most runs none are.

        Raises:
            BundleUnavailable: the file of weights cannot be read.
        """
        folder = self.bundle.folder
        return weight_epochs(folder.name, folder.parent).get(run_id, ())

    def weights(self, run_id: str, epoch: int | None = None) -> tuple[NDArray[np.generic], ...]:
        """The weights after ``epoch`` (None: the last that is shipped).

        Raises:
            BundleUnavailable: the file of weights cannot be read.
            UnknownRun: none of this run and epoch are shipped.
        """
        folder = self.bundle.folder
        return read_weights(folder.name, run_id, epoch, folder.parent)


def _of(frame: pd.DataFrame, run_ids: Iterable[str], epoch: int | None = None) -> pd.DataFrame:
    """The rows of ``run_ids``, in their order."""
    place = {run_id: index for index, run_id in enumerate(run_ids)}
    rows = frame[frame["run_id"].isin(place)]
    if epoch is not None:
        rows = rows[rows["epoch"] == epoch]
    ordered = rows.sort_values("run_id", key=lambda ids: ids.map(place), kind="stable")
    return ordered.reset_index(drop=True)


def _bins(low: float, high: float, counts: Iterable[int]) -> pd.DataFrame:
    counts = np.asarray(list(counts), dtype=np.int64)
    edges = np.linspace(low, high, len(counts) + 1)
    return pd.DataFrame(
        {"bin": np.arange(len(counts)), "low": edges[:-1], "high": edges[1:], "count": counts}
    )
