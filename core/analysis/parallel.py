"""Runs along parallel axes: what differs in their settings, and how they came out.

Frames in, frames out: each axis becomes positions from 0 to 1. Knows no chart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analysis.comparison import headline
from core.analysis.configurations import field_text, varying
from core.metrics import METRICS, measured, number

# Their values span powers of ten.
_LOGARITHMIC = ("learning_rate", "batch_size", "train_samples", "epochs", "l1", "l2")
_TICKS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    """Runs on parallel axes.

    ``names`` are columns of the table of runs; ``positions`` has a row a run: run_id,
    activation and, for axis i, its position ``d{i}`` (NaN: no value). ``ticks`` has the rows
    axis (i), position, text.
    """

    names: tuple[str, ...]
    positions: pd.DataFrame
    ticks: pd.DataFrame

    def within(self, axes: Sequence[str], low: float, high: float) -> list[str]:
        """The runs that lie between ``low`` and ``high`` on each of ``axes`` (d0, d1, …)."""
        named = [axis for axis in axes if axis in self.positions.columns]
        inside = self.positions[named].ge(low) & self.positions[named].le(high)
        return list(self.positions[inside.all(axis=1)]["run_id"])


def parallel(runs: pd.DataFrame) -> Axes:
    """The fields in which ``runs`` differ, then their results."""
    metric = headline(runs)
    results = (METRICS[metric].column, "test_loss", "train_seconds")
    names = (*varying(runs), *(name for name in results if runs[name].notna().any()))
    positions = runs[["run_id", "activation"]].reset_index(drop=True)
    ticks = []
    for index, name in enumerate(names):
        place, marks = _axis(runs[name].reset_index(drop=True), name)
        positions[f"d{index}"] = place
        ticks += [
            {"axis": f"d{index}", "position": position, "text": text}
            for text, position in marks.items()
        ]
    return Axes(names, positions, pd.DataFrame(ticks, columns=["axis", "position", "text"]))


def _axis(values: pd.Series, name: str) -> tuple[pd.Series, Mapping[str, float]]:
    if pd.api.types.is_numeric_dtype(values):
        finite = values.astype(float).where(np.isfinite(values.astype(float)))
        if name in _LOGARITHMIC and (finite.dropna() > 0).all():
            return _scaled(pd.Series(np.log(finite)), name, logarithmic=True)
        return _scaled(finite, name, logarithmic=False)
    texts = values.map(field_text)
    distinct = sorted(texts.unique())
    step = 1 / max(len(distinct) - 1, 1)
    # One value alone stands in the middle.
    places = {text: 0.5 if len(distinct) == 1 else i * step for i, text in enumerate(distinct)}
    return texts.map(places).astype(float), places


def _scaled(
    values: pd.Series, name: str, *, logarithmic: bool
) -> tuple[pd.Series, Mapping[str, float]]:
    low, high = values.min(), values.max()
    if not high > low:
        return values * 0 + 0.5, {} if pd.isna(low) else {_text(low, name, logarithmic, True): 0.5}
    known = sorted(values.dropna().unique())
    few = len(known) <= _TICKS
    marks = known if few else list(np.linspace(low, high, _TICKS))
    return (values - low) / (high - low), {
        _text(mark, name, logarithmic, exact=few): (mark - low) / (high - low) for mark in marks
    }


def _text(value: float, name: str, logarithmic: bool, exact: bool = False) -> str:
    shown = float(np.exp(value)) if logarithmic else float(value)
    if name in METRICS:
        return METRICS[name].text(shown)
    if name == "train_seconds":
        return measured(shown)
    return f"{shown:.6g}" if exact else number(shown)
