"""Charts with "Save picture": a PNG that explains itself wherever it ends up.

The picture is drawn when it is asked for, from the very chart that is shown.
"""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from core.analysis import sentences
from core.charts.poster import CHART_WIDTH, About, Chart, Row, poster
from core.language import Translate
from core.sharing import picture
from core.sharing.links import address
from pages.shared.selection import Selection


def about(title: str, chosen: Selection, _: Translate, *more: str) -> About:
    """What stands around charts of ``chosen``: what was trained, and the link.

    Args:
        more: findings, or what an interval is, below the charts.
    """
    differing = sentences.differing(chosen.runs, _)
    lines = [sentences.setting(chosen.runs, _)]
    if differing:
        lines.append(_("What differs: {fields}").format(fields=differing))
    link = _address(chosen)
    written = "".join((title, *lines, *more, *map(str, chosen.runs["activation"].unique())))
    lacking = picture.undrawable(written)
    if lacking:
        more = (*more, _("The picture's font lacks: {marks}").format(marks=lacking))
    return About(title, tuple(lines), (*more, link))


def draw_chart(
    chart: Chart,
    title: str,
    chosen: Selection,
    _: Translate,
    *,
    key: str,
    more: Sequence[str] = (),
) -> None:
    """A chart as wide as its place, and the button that saves it.

    Args:
        title: of the picture: the question that the chart answers.
        more: lines below the picture's chart.
    """
    st.altair_chart(chart, width="stretch", key=key)
    draw_save(lambda: [[chart]], about(title, chosen, _, *more), _, key=f"{key}_save")


def draw_save(
    rows: Callable[[], Sequence[Row]],
    told: About,
    _: Translate,
    *,
    key: str,
    width: int = CHART_WIDTH,
    label: str | None = None,
) -> None:
    """The button "Save picture" of the charts that ``rows`` makes when it is pressed.

    Args:
        width: pixels of a row of charts.
        label: a translated label of its own, for a picture of more than one chart.
    """

    def draw() -> bytes:
        notes = {
            "Title": told.title,
            "Description": " ".join(told.lines),
            "Source": told.footer[-1],
        }
        return picture.render(poster(told, rows(), picture.FONT, width), notes)

    st.download_button(
        label or _("Save picture"),
        draw,
        file_name=f"{_file(told.title)}.png",
        mime="image/png",
        key=key,
        type="tertiary",
        icon=":material/photo_camera:",
        on_click="ignore",
    )


def _address(chosen: Selection) -> str:
    """The whole link of this page, with the runs that it shows."""
    here = (st.context.url or "").partition("?")[0]
    asked = st.query_params.to_dict()
    return f"{here}?{address({**chosen.parameters, **asked})}"


def _file(title: str) -> str:
    """A name for a file out of a question: letters, digits and dashes."""
    words = "".join(mark if mark.isalnum() else " " for mark in title).split()
    return "kassei-" + ("-".join(words).lower()[:60] or "picture")


def caption(runs: pd.DataFrame, _: Translate) -> str:
    """What the interval of charts over seeds is; nothing for one seed."""
    if runs["seed"].nunique() < 2:
        return ""
    return _("Bands and ±: the 95 % interval of the mean over seeds (Student's t).")
