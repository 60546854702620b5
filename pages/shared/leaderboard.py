"""The leaderboard of a comparison, against a baseline that the reader picks, and its sentences.

Apart from the charts, whose library takes longer to import than a table takes to draw.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.analysis import sentences
from core.analysis.comparison import headline
from core.analysis.convergence import suggested_target
from core.analysis.leaderboard import headings, leaderboard, plain_cells
from core.analysis.stopping import as_of_stop
from core.charts.palette import Style
from core.charts.still_tables import Key, Row, board_html
from core.language import N_, Translate
from core.metrics import METRICS
from pages.shared.binding import bound, foreign
from pages.shared.markdown import escaped

_STANDS = N_("Stopped: the table shows epoch {epoch}, the last that all runs have.")
_TARGETS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.96, 0.97, 0.98, 0.99)


@dataclass(frozen=True, slots=True)
class Board:
    """The leaderboard as texts, for a table and for a picture."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    findings: tuple[str, ...]


def draw_leaderboard(
    runs: pd.DataFrame,
    epochs: pd.DataFrame,
    drawn: Mapping[str, Style],
    _: Translate,
    key: str,
    *,
    grouped: bool = False,
) -> Board:
    """The leaderboard against a baseline that the reader picks, and what it shows in words.

    Args:
        drawn: the style of each configuration of ``runs``, in their order.
        grouped: whether the runs of a configuration differ in more than their seeds.
    """
    runs, epochs, last = as_of_stop(runs, epochs)
    metric = METRICS[headline(runs)]
    names = list(drawn)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kept = bound("baseline", f"{key}_baseline", names, names[0])
        baseline = st.selectbox(_("Compare with"), names, width=190, **kept)
        usual = suggested_target(runs, metric.column, _TARGETS)
        kept = bound("target", f"{key}_target", _TARGETS, usual)
        # A first value of its own, too: one that is kept in the session state alone is lost on the
        # way to a browser whose first drawing is interrupted by a click.
        target = st.selectbox(
            _("Target"),
            _TARGETS,
            _TARGETS.index(usual),
            format_func=metric.goal,
            width=120,
            **kept,
        )
    foreign("baseline", names, _)
    board = leaderboard(runs, epochs, metric, baseline, target)
    goal = metric.goal(target)
    keys = [Key(style.colour, style.dash) for style in drawn.values()]
    rows = tuple(
        Row(names.index(cells[0]), cells, bool(clear))
        for cells, clear in zip(
            plain_cells(board.rows, metric, baseline, _), board.rows["clear"], strict=True
        )
    )
    head = headings(metric, baseline, goal, _)
    st.html(board_html(head, rows, keys))
    stands = "" if last is None else _(_STANDS).format(epoch=last)
    if stands:
        st.caption(stands)
    findings: tuple[str, ...] = (stands,) if stands else ()
    if board.reached["n"].sum() and not grouped:
        speed = sentences.speed(board.reached, goal, _)
        gaps = sentences.gaps(board.differences, baseline, metric, _)
        st.markdown(f"**{escaped(speed)}**")
        if gaps:
            st.markdown(escaped(gaps))
        findings = tuple(text for text in (stands, speed, gaps) if text)
    st.caption(
        _(
            "± is half the 95 % interval of the mean over seeds (Student's t); differences are "
            "paired by seed, those in bold clear of zero. Epochs and seconds are medians; seconds "
            "are those of the machine that trained the runs, where one alone takes longer than its "
            "share of many together."
        )
        if not grouped
        else _(
            "± is half the 95 % interval of the mean over the runs of a group; differences are "
            "between runs that are alike in all else, those in bold clear of zero."
        )
    )
    return Board(head, rows, findings)
