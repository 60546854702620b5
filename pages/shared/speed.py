"""The body of Convergence: who reaches the target, when, how much sooner; the rates that do."""

import math
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.analysis import speed
from core.analysis.arrivals import arrivals, race, steps, with_tests
from core.analysis.configurations import configurations
from core.charts.palette import Style, styles
from core.charts.speed import ratio_chart, share_chart
from core.charts.vega import Chart
from core.language import Translate
from core.report import ACTIVE
from pages.shared import pictures, rates
from pages.shared.goal import Goal, choose_goal
from pages.shared.lighting import lighting
from pages.shared.markdown import escaped
from pages.shared.selection import Selection
from pages.shared.theme import is_dark

_MOST_DRAWN = 16
# Seven columns do not fit a phone: there the table scrolls by itself.
_STYLE = """<style>
.st-key-wide {overflow-x: auto;}
.st-key-wide table {min-width: 44rem; width: 100%;}
.st-key-wide [data-testid="stTable"] {width: 100%;}
@media (max-width: 640px) {
  .st-key-wide {mask-image: linear-gradient(to right, black 90%, transparent);}
  .st-key-wide table {min-width: 38rem; font-size: 0.8rem;}
  .st-key-wide :is(th, td) {padding: 0.35rem 0.25rem;}
  .st-key-wide p {font-size: 0.8rem; white-space: nowrap;}
}
</style>"""


def draw_speed(selection: Selection, _: Translate) -> None:
    """Controls, the answer in words, shares, ratios, the table, and the map of rates."""
    runs, epochs = selection.runs, selection.epochs()
    # By name, with what varies among them.
    table = configurations(runs)
    drawn = styles(table, dark=is_dark())
    if not (epochs["epoch"] > 0).any():
        waits = runs["status"].isin(ACTIVE).any()
        st.info(
            _("Nothing measured yet: charts begin with the first epoch.")
            if waits
            else _("No run has a trained epoch: there is no speed to compare.")
        )
        return
    st.html(_STYLE + lighting(list(drawn)))
    goal = choose_goal(runs, epochs, list(drawn), _)
    if not math.isfinite(goal.level):
        st.info(_("Nothing measured yet: charts begin with the first epoch."))
        return
    reached = arrivals(epochs, runs, goal.metric, goal.level)
    times = race(reached, runs, goal.baseline, goal.unit)
    st.markdown(f"**{escaped(speed.arrived(times, goal.words, _))}**")
    if told := speed.ratios(times, goal.baseline, goal.words, _):
        st.markdown(escaped(told))
    st.caption(
        _(
            "Look at how far to the left the steps rise, and whether they all reach the top: a "
            "curve that stays below 100 % has seeds that never got there."
        )
    )
    first, left_out = _first(times, goal)
    shown = with_tests(first, reached, goal.baseline, goal.unit)
    _draw_charts(reached, shown, selection, goal, drawn, _)
    if left_out:
        st.caption(
            _("The {count} that arrive first are shown, and the baseline; {more} are not.").format(
                count=_MOST_DRAWN, more=left_out
            )
        )
    with st.container(key="wide"):
        st.table(_escaped(speed.table(shown, goal.baseline, _, goal.unit)), border="horizontal")
    st.caption(
        _(
            "Epochs, updates and seconds are medians over seeds, in brackets an interval of the "
            "median between two of its seeds: 95 % from six seeds on. Of fewer it is their range, "
            "which covers the median with 93.8 % (five seeds), 87.5 % (four) or 75 % (three). ∞: a "
            "seed that did not get there. The log-rank test compares whole curves without pairing "
            "seeds, exactly where these are few, and its p is adjusted for the number of "
            "comparisons: three seeds against three can show no difference by it."
        )
    )
    if "learning_rate" in table:
        rates.draw_map(selection, _)
        rates.draw_range(selection, _)


def _draw_charts(
    reached: pd.DataFrame,
    shown: pd.DataFrame,
    selection: Selection,
    goal: Goal,
    drawn: Mapping[str, Style],
    _: Translate,
) -> None:
    # In the order of arrival, in which names stand where lines end together.
    names = list(shown.sort_values([goal.unit, "ratio"], kind="stable")["configuration"])
    left, right = st.columns([11, 9], gap="medium")
    with left:
        st.subheader(
            _("Who has arrived by when"),
            anchor=False,
            help=_(
                "Kaplan-Meier: 1 − S(t), $S(t) = \\prod_{t_i \\le t} (1 - d_i / n_i)$, with $d_i$ "
                "arrivals among the $n_i$ seeds not there before $t_i$. Seeds that end, or are "
                "stopped, without arriving are censored: they count as under way until then; "
                "diverged ones to the end, for they never will."
            ),
        )
        curve = steps(reached, names, goal.unit)
        if curve.empty:
            st.caption(_("Nothing measured yet: charts begin with the first epoch."))
        else:
            chart = share_chart(curve, goal.unit, goal.words, drawn, _)
            title = _("Who has arrived by when")
            more = [
                _(
                    "Kaplan-Meier shares: seeds that end without arriving are censored, diverged"
                    " ones never arrive. Bands, where there are any, hold 95 %."
                )
            ]

            # Nobody can point at a line of a picture.
            def still() -> Chart:
                return share_chart(curve, goal.unit, goal.words, drawn, _, hint=False)

            pictures.draw_chart(
                chart, title, selection, _, key="speed_shares", more=more, saved=still
            )
    with right:
        st.subheader(
            _("How many times sooner"),
            anchor=False,
            help=_(
                "The time of the baseline over the time of the configuration, seed by seed: "
                "$\\exp(\\frac{1}{n} \\sum \\ln \\frac{T_b}{T})$, its 95 % interval by Student's t "
                "of the logarithms. Between two epochs the moment is interpolated. A triangle is "
                "a bound: some seed did not arrive, or arrived within the first epoch. p is of "
                "the log-rank test of the two curves, adjusted for their number (Holm)."
            ),
        )
        rows = shown.to_dict("records")
        known = shown.assign(text=[speed.ratio_text(row, _) for row in rows])
        known = known[[not math.isnan(row["ratio"]) and not speed.idle(row) for row in rows]]
        if len(known) > 1:
            chart = ratio_chart(known, goal.baseline, drawn, _)
            title = _("How many times sooner")
            more = [_("Intervals: 95 % of the mean over seeds (Student's t, of logarithms).")]
            pictures.draw_chart(chart, title, selection, _, key="speed_ratios", more=more)
        else:
            st.caption(_("No two configurations whose times can be compared at this target."))


def _first(table: pd.DataFrame, goal: Goal) -> tuple[pd.DataFrame, int]:
    """At most so many configurations that charts can be read, and how many are left out."""
    if len(table) <= _MOST_DRAWN:
        return table, 0
    order = table.sort_values([goal.unit, "reached"], ascending=[True, False], kind="stable")
    kept = order.index[:_MOST_DRAWN].union(table.index[table["configuration"] == goal.baseline])
    return table.loc[kept], len(table) - len(kept)


def _escaped(table: pd.DataFrame) -> pd.DataFrame:
    return table.map(lambda text: escaped(str(text)))
