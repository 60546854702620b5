"""The leaderboard of a comparison, against a baseline that the reader picks, and its sentences.

Apart from the charts, whose library takes longer to import than a table takes to draw.
"""

import pandas as pd
import streamlit as st

from core.analysis import sentences
from core.analysis.comparison import headline
from core.analysis.configurations import configurations
from core.analysis.convergence import suggested_target
from core.analysis.leaderboard import as_texts, leaderboard
from core.charts.palette import styles
from core.language import Translate
from core.metrics import METRICS

_TARGETS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.96, 0.97, 0.98, 0.99)


def draw_leaderboard(runs: pd.DataFrame, epochs: pd.DataFrame, _: Translate, key: str) -> None:
    """The leaderboard against a baseline that the reader picks, and what it shows in words."""
    metric = METRICS[headline(runs)]
    table = configurations(runs)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        baseline = st.selectbox(
            _("Compare with"), list(table["configuration"]), key=f"{key}_baseline", width=190
        )
        target = st.selectbox(
            _("Target"),
            _TARGETS,
            index=_TARGETS.index(suggested_target(runs, metric.column, _TARGETS)),
            format_func=metric.goal,
            key=f"{key}_target",
            width=120,
        )
    board = leaderboard(runs, epochs, metric, baseline, target)
    colours = {label: style.colour for label, style in styles(table).items()}
    words = metric.goal(target)
    st.table(as_texts(board.rows, metric, baseline, words, colours, _), border="horizontal")
    if board.reached["n"].sum():
        st.markdown(f"**{sentences.speed(board.reached, words, _)}**")
        st.markdown(sentences.gaps(board.differences, baseline, metric, _))
    st.caption(
        _(
            "± is half the 95 % interval of the mean over seeds (Student's t); differences are "
            "paired by seed, those in bold clear of zero. Epochs and seconds are medians; seconds "
            "are those of the machine that trained the runs."
        )
    )
