"""Charts with "Save picture": a PNG that explains itself wherever it ends up.

The picture is drawn when it is asked for, from the very chart that is shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd
import streamlit as st

from core.analysis import sentences
from core.charts.poster import CHART_WIDTH, WIDTH, About, Row, poster
from core.charts.vega import Chart
from core.errors import PictureFailed
from core.language import Translate
from core.sharing import picture
from core.sharing.links import address
from pages.shared.frame import here
from pages.shared.selection import Selection

_ABREAST = 3


@dataclass(frozen=True, slots=True)
class Told:
    """The title of a picture, and what else stands around its charts: said when it is drawn."""

    title: str
    rest: Callable[[], About]

    def about(self) -> About:
        """All of it, which takes longer than a page has for each of its buttons."""
        return replace(self.rest(), title=self.title)


def about(title: str, chosen: Selection | None, _: Translate, *more: str) -> Told:
    """What stands around charts of ``chosen``: what was trained, and the link.

    Args:
        chosen: None where a chart is of functions, or of every run there is.
        more: findings, or what an interval is, below the charts.
    """
    # The address is this moment's, and known to the page alone.
    link = _address(chosen)

    def rest() -> About:
        lines, names = [], []
        if chosen:
            lines.append(sentences.setting(chosen.runs, _))
            if differing := sentences.differing(chosen.runs, _):
                lines.append(_("What differs: {fields}").format(fields=differing))
            names = [str(name) for name in chosen.runs["activation"].unique()]
        footer = list(filter(None, more))
        if lacking := picture.undrawable("".join((title, *lines, *more, *names))):
            footer.append(_("The picture's font lacks: {marks}").format(marks=lacking))
        return About(title, tuple(lines), (*footer, link))

    return Told(title, rest)


def draw_chart(
    chart: Chart,
    title: str,
    chosen: Selection | None,
    _: Translate,
    *,
    key: str,
    more: Sequence[str] = (),
    saved: Callable[[], Chart] | None = None,
) -> None:
    """A chart as wide as its place, and the button that saves it.

    Args:
        title: of the picture: the question that the chart answers.
        more: lines below the picture's chart.
        saved: makes what stands in the picture, where the page's chart leans on the page.
    """
    show(chart, key=key)
    draw_save(
        lambda: [[saved() if saved else chart]],
        about(title, chosen, _, *more),
        _,
        key=f"{key}_save",
    )


def show(chart: Chart, *, key: str, width: Literal["stretch", "content"] = "stretch") -> None:
    """A chart without a button of its own."""
    st.vega_lite_chart(chart.to_arrow(), width=width, key=key)


def draw_save_all(
    charts: Sequence[Chart] | Callable[[], Sequence[Chart]],
    title: str,
    chosen: Selection | None,
    _: Translate,
    *,
    key: str,
    more: Sequence[str] = (),
    abreast: int = _ABREAST,
) -> None:
    """The button that saves small charts as one picture, so many in a row as ``abreast`` says.

    Args:
        charts: themselves, or what makes them when they are asked for.
    """
    if not charts:
        return
    if not callable(charts):
        abreast = min(abreast, len(charts))

    def rows() -> list[Row]:
        drawn = charts() if callable(charts) else charts
        return [drawn[start : start + abreast] for start in range(0, len(drawn), abreast)]

    told = about(title, chosen, _, *more)
    draw_save(rows, told, _, key=f"{key}_save", width=WIDTH, abreast=abreast)


def draw_save(
    rows: Callable[[], Sequence[Row]],
    said: Told,
    _: Translate,
    *,
    key: str,
    width: int = CHART_WIDTH,
    abreast: int = 1,
    label: str | None = None,
) -> None:
    """The button "Save picture" of the charts that ``rows`` makes when it is pressed.

    Args:
        width: pixels of a row of charts.
        abreast: how many charts a full row has.
        label: a translated label of its own, for a picture of more than one chart.
    """

    def draw() -> bytes:
        told = said.about()
        notes = {
            "Title": told.title,
            "Description": " ".join(told.lines),
            "Source": told.footer[-1],
        }
        try:
            return picture.render(poster(told, rows(), picture.FONT, width, abreast), notes)
        except PictureFailed as error:
            # Nothing can be drawn on the page by now: the file says why it holds no chart.
            failed = replace(told, lines=(error.told(_), *told.lines))
            return picture.render(poster(failed, [], picture.FONT, width), notes)

    st.download_button(
        label or _("Save picture"),
        draw,
        file_name=f"{_file(said.title)}.png",
        mime="image/png",
        key=key,
        type="tertiary",
        icon=":material/photo_camera:",
        on_click="ignore",
    )


def _address(chosen: Selection | None) -> str:
    """The whole link of this page, with the runs that it shows."""
    asked = st.query_params.to_dict()
    held = chosen.parameters if chosen else {}
    parameters = address({**held, **asked})
    return f"{here()}?{parameters}" if parameters else here()


def _file(title: str) -> str:
    """A name for a file out of a question: letters, digits and dashes."""
    words = "".join(mark if mark.isalnum() else " " for mark in title).split()
    return "kassei-" + ("-".join(words).lower()[:60] or "picture")


def caption(runs: pd.DataFrame, _: Translate) -> str:
    """What the interval of charts over seeds is; nothing for one seed."""
    if runs["seed"].nunique() < 2:
        return ""
    return _("Bands and ±: the 95 % interval of the mean over seeds (Student's t).")
