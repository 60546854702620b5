"""Learning rates: a map of which are too small, good, too large or diverge, and a range test.

Frames in, frames out. The rule of the map is one record that a page can show and change.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.comparison import intervals
from core.analysis.configurations import members, places, relabelled
from core.catalog.choice import number_text
from core.experiment import Experiment, RunConfig
from core.metrics import Metric
from core.report import CONFIG_COLUMNS, Status

# 24 rates from 10^-5 to 10, evenly on a log scale, written with two digits.
RATES: tuple[float, ...] = tuple(float(f"{10 ** (-5 + 6 * k / 23):.1e}") for k in range(24))
_UPDATES = 150
_NAME = "range test of the learning rate"
_FEWEST = 6
_LOSSES = [
    *("name", "learning_rate", "loss", "low", "high", "n", "diverged", "start"),
    *("epochs", "updates"),
]
_CLOCKS = ("epoch", "test_loss", "updates")


class RateClass(StrEnum):
    """What a learning rate is to a configuration."""

    TOO_SMALL = "too_small"
    GOOD = "good"
    TOO_LARGE = "too_large"
    DIVERGED = "diverged"
    NOTHING = "nothing"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class RateRule:
    """How cells are classed.

    Attributes:
        within: how far below its row's best mean a good cell may be (accuracy 0 to 1, or R²).
        lost: share of a cell's ended seeds that must have diverged for the cell to count as such.
    """

    within: float = 0.02
    lost: float = 0.5


def rate_map(
    runs: pd.DataFrame, epochs: pd.DataFrame, metric: Metric, rule: RateRule
) -> pd.DataFrame:
    """One row a cell: what varies but for the learning rate, by learning rate.

    Columns: name, learning_rate, value (mean of ``metric`` over finished seeds), low, high, n,
    ended, diverged, kind (of RateClass). Within a row a cell whose seeds mostly diverged is
    ``diverged``; one within ``rule.within`` of the row's best is ``good``; of the others those at
    lower rates than the best are ``too_small``, at higher ones ``too_large``. Where not even the
    best is further than ``rule.within`` from the untrained networks, nothing is learned.

    Args:
        metric: one where higher is better.
    """
    named = relabelled(runs, but=("learning_rate",))
    names, row = members(named)
    rates = np.unique(named["learning_rate"].to_numpy(dtype=float))
    cell = row * len(rates) + np.searchsorted(rates, named["learning_rate"].to_numpy(dtype=float))
    count = len(names) * len(rates)
    status = named["status"].to_numpy(dtype=object)
    finished = status == Status.FINISHED.value
    results = named[metric.column].to_numpy(dtype=float)
    n, mean, low, high = intervals(results[finished], cell[finished], count)
    diverged = np.bincount(cell[status == Status.DIVERGED.value], minlength=count)
    ended = np.bincount(cell[finished], minlength=count) + diverged
    table = pd.DataFrame(
        {
            "name": np.repeat(names, len(rates)),
            "learning_rate": np.tile(rates, len(names)),
            "value": mean,
            "low": low,
            "high": high,
            "n": n,
            "ended": ended,
            "diverged": diverged,
        }
    )
    table["kind"] = _kinds(table, _untrained(epochs, named, row, len(names), metric), rule)
    return table[np.bincount(cell, minlength=count) > 0].reset_index(drop=True)


def _untrained(
    epochs: pd.DataFrame, named: pd.DataFrame, row: NDArray[np.intp], rows: int, metric: Metric
) -> NDArray[np.float64]:
    """The mean at epoch 0 of each row's runs."""
    first = epochs[epochs["epoch"] == 0]
    place = places(first["run_id"], named["run_id"])
    values = first[metric.column].to_numpy(dtype=float)
    return intervals(values[place >= 0], row[place[place >= 0]], rows)[1]


def _kinds(table: pd.DataFrame, untrained: NDArray[np.float64], rule: RateRule) -> NDArray[np.str_]:
    """The class of each cell; rows of the map lie together, rates ascending."""
    shape = (len(untrained), -1)
    value, rate = (table[c].to_numpy().reshape(shape) for c in ("value", "learning_rate"))
    ended, diverged = (table[c].to_numpy().reshape(shape) for c in ("ended", "diverged"))
    lost = (ended > 0) & (diverged > 0) & (diverged >= rule.lost * ended)
    usable = np.where(np.isfinite(value) & ~lost, value, -math.inf)
    best = usable.max(axis=1, keepdims=True)
    at = np.take_along_axis(rate, usable.argmax(axis=1)[:, None], axis=1)
    with np.errstate(invalid="ignore"):
        good = usable >= best - rule.within
        idle = best - untrained[:, None] <= rule.within
    kinds = np.where(rate < at, RateClass.TOO_SMALL.value, RateClass.TOO_LARGE.value)
    kinds = np.where(good, RateClass.GOOD.value, kinds)
    kinds = np.where(idle, RateClass.NOTHING.value, kinds)
    kinds = np.where(np.isfinite(usable), kinds, RateClass.WAITING.value)
    return np.asarray(np.where(lost, RateClass.DIVERGED.value, kinds).ravel())


def config_of(row: Mapping[Any, Any]) -> RunConfig:
    """The config of a row of a runs frame.

    Raises:
        InvalidExperiment: a value that is no longer valid.
    """
    values = {name: row[name] for name in CONFIG_COLUMNS}
    values["hidden"] = str(values["hidden"]).replace("-", ",")
    absent = [n for n in ("noise", "outliers", "clip_norm") if pd.isna(values[n])]
    return RunConfig(**values | dict.fromkeys(absent))


def range_test(config: RunConfig) -> Experiment:
    """An experiment that tests ``RATES`` on ``config``'s network, data and seed.

    Smith (2017) raises the rate during one training and records the loss; there each rate meets
    weights that the rates before it have left. Here each rate trains its own network from the
    same start for the same few updates (at least 150, whole epochs), all in one stack: a loss
    for each rate that depends on no other.
    """
    epochs = math.ceil(_UPDATES / max(config.updates_per_epoch, 1))
    fields = {name: value for name, value in config.model_dump().items() if value is not None}
    fields["hidden"] = [list(config.hidden)]
    fields |= {"learning_rate": list(RATES), "schedule": "constant", "epochs": epochs}
    return Experiment(name=_NAME, **fields)


@dataclass(frozen=True, slots=True)
class RateRange:
    """What a range test shows for one row; NaN where it does not show it.

    ``start``: the loss before training; ``steepest``: the rate where the loss falls fastest with
    the logarithm of the rate; ``lowest``: that of the least loss; ``stable``: the largest up to
    which, from the lowest, no seed diverged and half of the fall from ``start`` remains;
    ``epochs`` and ``updates`` of training; ``seeds``.
    """

    name: str
    start: float
    steepest: float
    lowest: float
    stable: float
    epochs: int
    updates: int
    seeds: int


def rate_losses(runs: pd.DataFrame, epochs: pd.DataFrame) -> pd.DataFrame:
    """The test loss by learning rate after as many epochs as all runs of a row have done.

    Columns: name, learning_rate, loss (mean over seeds), low, high, n, diverged, start (mean loss
    before training, of the row), epochs, updates. Rows with fewer than 6 rates are left out.
    """
    if runs["learning_rate"].nunique() < _FEWEST:
        return pd.DataFrame(columns=_LOSSES)
    named = relabelled(runs, but=("learning_rate",))
    names, row = members(named)
    rate = named["learning_rate"].to_numpy(dtype=float)
    tried = set(zip(row.tolist(), rate.tolist(), strict=True))
    several = np.bincount([one for one, _ in tried], minlength=len(names)) >= _FEWEST
    lost = named["status"].to_numpy(dtype=object) == Status.DIVERGED.value
    named = named[several[row] & (lost | (named["epochs_done"].to_numpy(dtype=float) > 0))]
    lost = named["status"].to_numpy(dtype=object) == Status.DIVERGED.value
    names, row = members(named)
    done = named["epochs_done"].to_numpy(dtype=float)
    common = np.full(len(names), math.inf)
    np.minimum.at(common, row[~lost], done[~lost])
    rates, column = np.unique(named["learning_rate"].to_numpy(dtype=float), return_inverse=True)
    cell, count = row * len(rates) + column, len(names) * len(rates)
    place = places(epochs["run_id"], named["run_id"])
    epoch, loss, updates = (epochs[c].to_numpy(dtype=float) for c in _CLOCKS)
    own = row[place] if len(named) else place
    first = (place >= 0) & (epoch == 0)
    after = (place >= 0) & (epoch == (common[own] if len(named) else 0))
    start = intervals(loss[first], own[first], len(names))[1]
    n, mean, low, high = intervals(loss[after], cell[place[after]], count)
    moment = np.zeros(len(names))
    np.maximum.at(moment, own[after], updates[after])
    columns: dict[str, NDArray[Any]] = {"name": np.repeat(names, len(rates))}
    columns |= {"learning_rate": np.tile(rates, len(names)), "loss": mean, "low": low}
    columns |= {"high": high, "n": n}
    columns |= {"diverged": np.bincount(cell[lost], minlength=count)}
    rest = {"start": start, "epochs": common, "updates": moment}
    columns |= {name: np.repeat(values, len(rates)) for name, values in rest.items()}
    seen = np.bincount(cell, minlength=count) > 0
    return pd.DataFrame(columns)[seen].reset_index(drop=True)


def rate_ranges(losses: pd.DataFrame) -> list[RateRange]:
    """A RateRange for each row of ``rate_losses``."""
    return [_range(str(name), group) for name, group in losses.groupby("name", sort=False)]


def _range(name: str, group: pd.DataFrame) -> RateRange:
    rates = group["learning_rate"].to_numpy(dtype=float)
    loss, start = group["loss"].to_numpy(dtype=float), float(group["start"].iloc[0])
    fine = (group["diverged"].to_numpy() == 0) & np.isfinite(loss)
    bottom = int(np.argmin(np.where(fine, loss, math.inf)))
    stable = steepest = lowest = math.nan
    if fine[bottom] and loss[bottom] < start:
        lowest = rates[bottom]
        half = (start + loss[bottom]) / 2
        beyond = np.flatnonzero(~(fine & (loss <= half))[bottom:])
        stable = rates[bottom + int(beyond[0]) - 1 if len(beyond) else -1]
        if bottom:
            slopes = np.gradient(loss[: bottom + 1], np.log(rates[: bottom + 1]))
            steepest = rates[int(np.argmin(np.where(np.isnan(slopes), math.inf, slopes)))]
    epochs = group["epochs"].iloc[0]
    return RateRange(
        name,
        start,
        float(steepest),
        float(lowest),
        float(stable),
        int(epochs) if np.isfinite(epochs) else 0,
        int(group["updates"].iloc[0]),
        int((group["n"] + group["diverged"]).max()),
    )


def rate_text(rate: float) -> str:
    """A learning rate as people write it: 0.003, 1.8e-05; a dash where there is none."""
    return number_text(rate) if math.isfinite(rate) else "–"
