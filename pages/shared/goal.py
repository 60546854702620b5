"""The goal of a convergence: metric, target, unit and baseline, as the link says."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core.analysis.arrivals import level_of_best
from core.analysis.comparison import headline
from core.analysis.convergence import suggested_target
from core.analysis.stopping import as_of_stop
from core.language import N_, Translate
from core.metrics import METRICS, Metric, number
from core.report import Status
from pages.shared.binding import bound, current_link, follow, foreign

TARGETS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.96, 0.97, 0.98, 0.99)
# By the words of a link, which are those of the axes of Compare.
UNITS = {"epoch": "epochs", "updates": "updates", "seconds": "seconds"}

_METRICS = {
    "test_accuracy": ("test_accuracy", "train_accuracy", "test_loss", "train_loss"),
    "test_r2": ("test_r2", "train_r2", "test_loss", "train_loss"),
}
_GOALS = {"value": N_("a value"), "best": N_("a share of the best")}
_UNIT_WORDS = {"epoch": N_("epochs"), "updates": N_("updates"), "seconds": N_("seconds")}


@dataclass(frozen=True, slots=True)
class Goal:
    """What to reach, and how that is counted.

    ``level``: the value of ``metric`` to reach, NaN where there is none yet; ``words``: how a
    reader calls it; ``unit``: epochs, updates or seconds; ``baseline``: a configuration.
    """

    metric: Metric
    level: float
    words: str
    unit: str
    baseline: str


def choose_goal(
    runs: pd.DataFrame, epochs: pd.DataFrame, labels: Sequence[str], _: Translate
) -> Goal:
    """The widgets of a goal, in one line where there is room; ``labels`` of configurations."""
    names = _METRICS[headline(runs)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        metric = METRICS[
            st.selectbox(
                _("Measured by"),
                names,
                format_func=lambda name: _(METRICS[name].title),
                width=190,
                **_forgetting("curve", "goal_curve", names, names[0]),
            )
        ]
        of_best = (
            st.selectbox(
                _("Target is"),
                list(_GOALS),
                format_func=lambda name: _(_GOALS[name]),
                width=190,
                help=_(
                    "A share of the best: for accuracy, share × the best value of any run shown; "
                    "for a loss, the best ÷ share."
                ),
                **_forgetting("goal", "goal_kind", list(_GOALS), "value"),
            )
            == "best"
        )
        # Of a stopped comparison that of the leaderboard: by the last epoch that all have.
        target = _target(as_of_stop(runs, epochs)[0], metric, of_best, _)
        unit = st.segmented_control(
            _("Counted in"),
            list(UNITS),
            format_func=lambda name: _(_UNIT_WORDS[name]),
            required=True,
            help=_(
                "Updates are steps of the optimizer, one a batch; seconds are of training alone, "
                "on the machine that trained the runs."
            ),
            **bound("axis", "goal_unit", list(UNITS), "epoch"),
        )
        baseline = st.selectbox(
            _("Compare with"),
            labels,
            width=210,
            **bound("baseline", "goal_baseline", labels, labels[0]),
        )
    foreign("baseline", labels, _)
    level = level_of_best(epochs, metric, target) if of_best else target
    return Goal(metric, level, _words(metric, target, level, of_best, _), UNITS[unit], baseline)


def _target(runs: pd.DataFrame, metric: Metric, of_best: bool, _: Translate) -> float:
    """The number to reach; shares are typed in percent and stand in the link as 0 to 1."""
    percent = of_best or metric.share
    factor = 100.0 if percent else 1.0
    first = round(factor * _first(runs, metric, of_best), 6)
    # The target of the leaderboards travels from page to page; others are this page's own.
    part = "level" if of_best or metric.column != headline(runs) else "target"
    asked = current_link().view.get(part)
    value = first if asked is None else round(factor * asked, 6)
    low, high = (0.0, 100.0) if percent else (-1e9, 1e9)
    if of_best:
        low = 1.0
    value = min(max(value, low), high)
    if st.session_state.get("goal_target") != value:
        st.session_state["goal_target"] = value

    def write() -> None:
        picked = st.session_state["goal_target"]
        same = picked is None or picked == first
        follow({part: None if same else f"{picked / factor:.10g}"})

    picked = st.number_input(
        _("Target (%)") if percent else _("Target"),
        low,
        high,
        step=0.5 if percent else 0.05,
        format="%0.1f" if percent else "%0.4f",
        width=150,
        key="goal_target",
        on_change=write,
    )
    return float(picked) / factor


def _first(runs: pd.DataFrame, metric: Metric, of_best: bool) -> float:
    if of_best:
        return 0.95
    if metric.higher_is_better:
        return suggested_target(runs, metric.column, TARGETS)
    ends = runs.loc[runs["status"] == Status.FINISHED, metric.column].astype(float)
    middle = float(ends.median()) if ends.notna().any() else math.nan
    # The middle of what the runs end with, at two digits and a little above.
    return float(f"{1.1 * middle:.1e}") if math.isfinite(middle) and middle > 0 else 0.5


def _words(metric: Metric, target: float, level: float, of_best: bool, _: Translate) -> str:
    if not of_best:
        share = f"{100 * target:g} %" if metric.share else number(target)
        return share if metric.higher_is_better else f"{_(metric.title)} {share}"
    told = f"{100 * level:.1f} %" if metric.share else number(level)
    return _("{share} % of the best ({level})").format(share=f"{100 * target:g}", level=told)


def _forgetting(part: str, key: str, options: Sequence[str], first: str) -> dict[str, Any]:
    """As ``bound``, for a choice with which the target loses its meaning."""
    kept = bound(part, key, options, first)

    def write() -> None:
        value = st.session_state[key]
        follow({part: None if value == first else value, "level": None})

    return {"key": kept["key"], "on_change": write}
