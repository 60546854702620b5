"""Frames of finished runs, in the columns of core.report, with numbers that are known."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.report import EPOCH_COLUMNS, LAYER_COLUMNS, RUN_COLUMNS

SETTINGS: dict[str, Any] = {
    "dataset": "mnist", "train_samples": 60000, "test_samples": 10000, "noise": np.nan,
    "outliers": np.nan, "hidden": "128-128", "activation": "relu", "output": "softmax",
    "loss": "cross_entropy", "learning_rate": 0.001, "schedule": "constant",
    "optimizer": "adam(0.9, 0.999)", "batch_size": 128, "epochs": 3,
    "kernel_initializer": "glorot_uniform", "bias_initializer": "zeros", "l1": 0.0, "l2": 0.0,
    "clip_norm": np.nan, "seed": 0,
}  # fmt: skip


def _run(number: int, settings: Mapping[str, Any], accuracy: float, status: str) -> dict[str, Any]:
    row = dict.fromkeys(RUN_COLUMNS, np.nan) | SETTINGS | dict(settings)
    return row | {
        "run_id": f"{number:016x}", "experiment": "e", "status": status, "train_seconds": 2.0,
        "test_accuracy": accuracy,
    }  # fmt: skip


@pytest.fixture
def runs() -> Callable[..., pd.DataFrame]:
    """``runs([(settings, accuracy), ...])``: one row each, finished unless a status is given."""

    def make(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
        return pd.DataFrame(
            [
                _run(number, row[0], row[1], row[2] if len(row) > 2 else "finished")
                for number, row in enumerate(rows)
            ]
        )

    return make


@pytest.fixture
def epochs() -> Callable[..., pd.DataFrame]:
    """``epochs(runs, [accuracies by epoch, ...])``: an epoch takes one second."""

    def make(frame: pd.DataFrame, histories: Sequence[Sequence[float]]) -> pd.DataFrame:
        rows = []
        for run_id, history in zip(frame["run_id"], histories, strict=True):
            for epoch, accuracy in enumerate(history):
                row = dict.fromkeys(EPOCH_COLUMNS, np.nan)
                rows.append(
                    row
                    | {"run_id": run_id, "epoch": epoch, "updates": 10 * epoch}
                    | {"seconds": float(epoch), "test_accuracy": accuracy, "test_loss": 1.0}
                )
        return pd.DataFrame(rows)

    return make


@pytest.fixture
def layers() -> Callable[..., pd.DataFrame]:
    """``layers(runs, means)``: layer l of a run at epoch e has mean ``mean + l + 10 e``."""

    def make(frame: pd.DataFrame, means: Sequence[float], last: int = 2) -> pd.DataFrame:
        rows = []
        for run_id, mean in zip(frame["run_id"], means, strict=True):
            for epoch in range(last + 1):
                for layer in (1, 2):
                    row = dict.fromkeys(LAYER_COLUMNS, np.nan) | {"run_id": run_id}
                    rows.append(
                        row
                        | {"epoch": epoch, "layer": layer, "units": 128}
                        | {"mean": mean + layer + 10 * epoch, "zero_fraction": 0.5}
                    )
        return pd.DataFrame(rows)

    return make
