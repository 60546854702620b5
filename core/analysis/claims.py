"""Claims put to runs: an effect with its interval, and whether that bears the claim out.

A claim asks for an effect above some number, on the scale of its measure. It holds where the
whole 95 % interval over seeds is above, fails where the whole interval is below, and else these
seeds cannot tell. Frames in, records out; what is claimed, and of which runs, others know.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.arrivals import arrivals, race
from core.analysis.comparison import headline, interval, paired_differences
from core.analysis.configurations import labelled
from core.metrics import METRICS


class Verdict(StrEnum):
    """Whether runs bear a claim out; ``OPEN``: so many seeds cannot tell."""

    HOLDS = "holds"
    FAILS = "fails"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Effect:
    """What ``n`` seeds show: ``value`` with its 95 % interval from ``low`` to ``high``.

    ``bound`` is "exact"; or "least", "most" or "unknown" where a target was not reached in some
    seed (see ``core.analysis.arrivals.race``), and there is no interval (NaN).
    """

    value: float
    low: float
    high: float
    n: int
    bound: str = "exact"

    def verdict(self, asked: float) -> Verdict:
        """Whether the effect is above ``asked``."""
        if self.low > asked:
            return Verdict.HOLDS
        return Verdict.FAILS if self.high < asked else Verdict.OPEN


@dataclass(frozen=True, slots=True)
class Tables:
    """Finished runs as frames, in the columns of ``core.report``."""

    runs: pd.DataFrame
    epochs: pd.DataFrame
    layers: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Gain:
    """How much better ``one`` ends than ``other``, on the test set: a difference paired by seed.

    Of accuracies (0 to 1), or of R² in a regression. Configurations are named by their labels.
    """

    one: str
    other: str
    asked: float = 0.0

    def effect(self, tables: Tables) -> Effect:
        """The mean difference, with Student's interval."""
        found = paired_differences(tables.runs, self.other, headline(tables.runs))
        row = _row(found, self.one)
        return Effect(row["difference"], row["low"], row["high"], int(row["n"]))


@dataclass(frozen=True, slots=True)
class Sooner:
    """How many times the epochs of ``one`` to ``target``, on the test set, ``other`` takes."""

    one: str
    other: str
    target: float
    asked: float = 1.0

    def effect(self, tables: Tables) -> Effect:
        """The geometric mean over seeds of their ratios, with an interval on the log scale."""
        metric = METRICS[headline(tables.runs)]
        reached = arrivals(tables.epochs, tables.runs, metric, self.target)
        row = _row(race(reached, labelled(tables.runs), self.other, "epochs"), self.one)
        ends = float(row["ratio_low"]), float(row["ratio_high"])
        return Effect(float(row["ratio"]), *ends, int(row["pairs"]), str(row["bound"]))


@dataclass(frozen=True, slots=True)
class Fading:
    """How many times larger a statistic is in layer ``start`` than in layer ``end``."""

    configuration: str
    column: str
    start: int
    end: int
    epoch: int
    asked: float

    def effect(self, tables: Tables) -> Effect:
        """The geometric mean over seeds, with an interval on the log scale."""
        start, end = (
            _statistic(tables, self.configuration, self.column, layer, self.epoch)
            for layer in (self.start, self.end)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(start / end)
        value, low, high = (math.exp(each) for each in interval(logs))
        return Effect(value, low, high, len(logs))


@dataclass(frozen=True, slots=True)
class Level:
    """The mean of a statistic over the hidden layers, of equal width."""

    configuration: str
    column: str
    epoch: int
    asked: float

    def effect(self, tables: Tables) -> Effect:
        """The mean over seeds, with Student's interval."""
        values = _statistic(tables, self.configuration, self.column, None, self.epoch)
        return Effect(*interval(values), len(values))


Measure = Gain | Sooner | Fading | Level


def _row(frame: pd.DataFrame, configuration: str) -> "pd.Series[float]":
    (row,) = (row for _, row in frame[frame["configuration"] == configuration].iterrows())
    return row


def _statistic(
    tables: Tables, configuration: str, column: str, layer: int | None, epoch: int
) -> NDArray[np.float64]:
    """``column`` of a layer (None: the mean of all) after ``epoch``, by seed."""
    runs = labelled(tables.runs)
    own = runs.loc[runs["configuration"] == configuration, "run_id"]
    layers = tables.layers
    chosen = layers["run_id"].isin(own) & (layers["epoch"] == epoch)
    if layer is not None:
        chosen &= layers["layer"] == layer
    by_run = layers[chosen].groupby("run_id", sort=False)[column].mean()
    values: NDArray[np.float64] = by_run.to_numpy(dtype=float)
    return values
