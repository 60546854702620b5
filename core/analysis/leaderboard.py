"""The leaderboard: one row a configuration, the best first, as numbers and as texts.

Frames in, frames and texts in the reader's language out.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core.analysis.comparison import paired_differences, ranked, summarise
from core.analysis.convergence import convergence, epochs_to_target
from core.language import N_, Translate
from core.metrics import Metric, measured

DIVERGED = N_("{count} of {runs} diverged")
FAILED = N_("{count} of {runs} failed")
STOPPED = N_("{count} of {runs} stopped")
WAITING = N_("training")


@dataclass(frozen=True, slots=True, eq=False)
class Leaderboard:
    """The table of a comparison and the frames that it is made of.

    ``rows``: one a configuration, the best mean first: the columns of ``summarise``,
    difference, difference_low, difference_high, clear, ended, reached, epochs_to, seconds_to
    (medians; inf where half of the seeds or more did not reach the target).
    ``differences``: of ``paired_differences``. ``reached``: of ``convergence``.
    """

    rows: pd.DataFrame
    differences: pd.DataFrame
    reached: pd.DataFrame


def leaderboard(
    runs: pd.DataFrame, epochs: pd.DataFrame, metric: Metric, baseline: str, target: float
) -> Leaderboard:
    """Everything of a comparison against ``baseline``, each part computed once.

    Args:
        metric: one where higher is better, for ``target`` is a value to rise to.
    """
    differences = paired_differences(runs, baseline, metric.column)
    reached = convergence(epochs_to_target(epochs, runs, target, metric.column), runs)
    # The three tables have the same configurations in the same order.
    table = summarise(runs, metric.column).assign(
        difference=differences["difference"],
        difference_low=differences["low"],
        difference_high=differences["high"],
        clear=differences["clear"],
        ended=reached["n"],
        reached=reached["reached"],
        epochs_to=reached["epochs"],
        seconds_to=reached["seconds"],
    )
    rows = ranked(table, higher_is_better=metric.higher_is_better)
    return Leaderboard(rows, differences, reached)


def headings(metric: Metric, baseline: str, target: str, _: Translate) -> tuple[str, ...]:
    """The headings of the four columns; ``target`` in words, ``97 %``."""
    against = _("against {baseline}, points") if metric.share else _("against {baseline}")
    return (
        _("configuration"),
        _(metric.title),
        against.format(baseline=baseline),
        _("until {target}").format(target=target),
    )


def plain_cells(
    rows: pd.DataFrame, metric: Metric, baseline: str, _: Translate
) -> list[tuple[str, str, str, str]]:
    """The texts of each row without marks: configuration, result, difference, until."""
    records = rows.to_dict("records")
    pace = next((row["epochs_to"] for row in records if row["configuration"] == baseline), math.nan)
    return [
        (
            str(row["configuration"]),
            _result(row, metric, _),
            _("baseline") if row["configuration"] == baseline else _gap(row, metric, pace, _),
            _until(row, _),
        )
        for row in records
    ]


def _result(row: Mapping[Any, Any], metric: Metric, _: Translate) -> str:
    notes = [
        _(sentence).format(count=row[name], runs=row["runs"])
        for name, sentence in (("diverged", DIVERGED), ("failed", FAILED), ("cancelled", STOPPED))
        if row[name]
    ]
    if not row["n"]:
        notes += [_(WAITING)] if row["waiting"] else []
        return ", ".join(notes) or "–"
    spread = metric.spread((row["high"] - row["low"]) / 2)
    shown = f"{metric.text(row['mean'])} {spread}".strip()
    return f"{shown} ({', '.join(notes)})" if notes else shown


def _gap(row: Mapping[Any, Any], metric: Metric, pace: float, _: Translate) -> str:
    """The difference from the baseline, and how many epochs sooner (``pace``: its own)."""
    if not math.isfinite(row["difference"]):
        return "–"
    spread = metric.spread((row["difference_high"] - row["difference_low"]) / 2)
    shown = f"{metric.difference(row['difference'])} {spread}".strip()
    ahead = pace - row["epochs_to"]
    if not math.isfinite(ahead) or ahead == 0:
        return shown
    words = _("{count} epochs sooner") if ahead > 0 else _("{count} epochs later")
    if abs(ahead) == 1:
        words = _("1 epoch sooner") if ahead > 0 else _("1 epoch later")
    return f"{shown}, {words.format(count=f'{abs(ahead):g}')}"


def _until(row: Mapping[Any, Any], _: Translate) -> str:
    """Median epochs and seconds to the target, and how many seeds reached it if not all."""
    if not row["ended"]:
        return "–"
    shown = _("not reached")
    if math.isfinite(row["epochs_to"]):
        epochs = _("epoch {count}").format(count=f"{row['epochs_to']:g}")
        shown = f"{epochs} · {measured(row['seconds_to'])}"
    if row["reached"] == row["ended"]:
        return shown
    return f"{shown} ({row['reached']}/{row['ended']})"
