"""Against what curves are drawn, and on which scales: epochs, updates or seconds, linear or log.

Knows no marks.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from core.charts import vega
from core.language import N_, Translate
from core.metrics import number


@dataclass(frozen=True, slots=True)
class Axes:
    """How curves are drawn: against which column, on which scales; what is said of them.

    ``log`` of None is as the metric asks: losses on a log axis. ``runs`` says that a mean is
    over runs that differ in more than their seeds, ``smooth`` over how many epochs each is.
    """

    pace: str = "epoch"
    log: bool | None = None
    log_pace: bool = False
    runs: bool = False
    smooth: int = 1


# Columns of the x axis, with their titles.
PACES: Mapping[str, str] = {
    "epoch": N_("epoch"),
    "updates": N_("update"),
    "seconds": N_("seconds of training"),
}


def pace_axis(shown: pd.DataFrame, axes: Axes, last_epoch: int | None, _: Translate) -> vega.X:
    """The x axis of ``shown``, whose column ``axes.pace`` it is."""
    column = shown[axes.pace].astype(float)
    first, last = float(column.min()), float(column.max())
    if axes.pace == "epoch" and last_epoch:
        last = float(last_epoch)
    log = axes.log_pace and first > 0
    whole = axes.pace == "epoch" and not log
    return vega.X(
        f"{axes.pace}:Q",
        title=_(PACES[axes.pace]),
        scale=vega.Scale(domain=[first, last], nice=False, type="log" if log else "linear"),
        axis=vega.Axis(
            tickMinStep=1 if whole else vega.Undefined,
            format="d" if whole else "~g" if log else ",~r",
            grid=False,
            tickCount=int(min(last, 8)) if whole else 6,
        ),
    )


def tick_words(ticks: Sequence[float]) -> str:
    """The expression that writes ``ticks`` as all numbers are written: 0.03, 10⁻⁷, not 1e-7."""
    words = [number(tick, 1).removeprefix("1×") for tick in ticks]
    places = f"indexof({json.dumps(list(ticks))}, datum.value)"
    return f"{json.dumps(words, ensure_ascii=False)}[{places}]"


def positive(domain: tuple[float, float], frame: pd.DataFrame) -> tuple[float, float]:
    """``domain`` for a log axis."""
    above = frame["mean"][frame["mean"] > 0]
    least = float(above.min()) if len(above) else 1e-9
    low = domain[0] if domain[0] > 0 else least / 2
    return low, max(domain[1], low * 1.01)
