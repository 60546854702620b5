"""A whole comparison: curves, leaderboard, layers, what to look for, and one picture of it all."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st

from core.analysis import sentences
from core.analysis.configurations import configurations
from core.analysis.grouping import DEPTH, WIDTH, groupable, grouped
from core.analysis.sentences import FIELD_TITLES
from core.charts.palette import legible, styles
from core.charts.poster import WIDTH as PICTURE_WIDTH
from core.charts.poster import About, Row, texts_chart
from core.charts.vega import Chart
from core.language import N_, Translate
from core.report import TRAINED
from pages.shared import failures, pictures, results
from pages.shared.binding import bound
from pages.shared.leaderboard import Board, draw_leaderboard
from pages.shared.markdown import escaped
from pages.shared.pictures import Told
from pages.shared.selection import Selection
from pages.shared.theme import is_dark

_SHAPES = {DEPTH: N_("number of hidden layers"), WIDTH: N_("units of the widest layer")}
_BOARD_WIDTH = 520
_ABREAST = 3


def has_begun(chosen: Selection) -> bool:
    """Whether there is anything to compare: a trained epoch, or a run that needs none any more."""
    runs = chosen.runs
    return bool(runs["epochs_done"].any() or runs["status"].isin(TRAINED).any())


def draw_comparison(chosen: Selection, _: Translate, key: str) -> None:
    """The runs of ``chosen`` that have ended, in every view of the first page.

    What fails is told in place of the rest, also where a fragment is drawn by itself.
    """
    with failures.told(_):
        _draw(chosen, _, key)


def _draw(chosen: Selection, _: Translate, key: str) -> None:
    by = _choose_group(chosen, _, key)
    runs = grouped(chosen.runs, by) if by else chosen.runs
    drawn = styles(configurations(runs), dark=is_dark())
    epochs, title = chosen.epochs(), chosen.question(_) or _("How do these runs compare?")
    st.caption(sentences.setting(chosen.runs, _))
    told = pictures.about(title, chosen, _, pictures.caption(chosen.runs, _))
    chart = results.draw_curves(runs, epochs, drawn, _, key, grouped=bool(by))
    if chart:
        pictures.draw_save(lambda: [[chart]], told, _, key=f"{key}_save_curves")
        st.caption(
            _(
                "Look for the curve that rises first and for bands that stay apart. Bands that "
                "overlap do not mean that there is no difference: that is told by the intervals "
                "of differences below, which are paired by seed."
            )
        )
    if lost := sentences.diverged(runs, _):
        st.warning(escaped(lost), icon=":material/trending_up:")
    if chart is None:
        return
    board = draw_leaderboard(runs, epochs, drawn, _, key, grouped=bool(by))
    st.subheader(_("What happens inside: the layers"), anchor=False)
    _draw_terms(_)
    strips = results.draw_layers(runs, chosen.layers(), list(drawn), _, key)

    def whole() -> list[Row]:
        inks = [legible(drawn[row.cells[0]].colour) for row in board.rows]
        cells = [row.cells for row in board.rows]
        text = texts_chart(board.headings, cells, inks, _BOARD_WIDTH)
        charts = [draw() for draw in strips.values()]
        return [[chart, text], *(charts[i : i + _ABREAST] for i in range(0, len(charts), _ABREAST))]

    with st.container(horizontal=True, vertical_alignment="center"):
        pictures.draw_save(
            whole,
            _with_findings(told, board),
            _,
            key=f"{key}_save_all",
            width=PICTURE_WIDTH,
            label=_("Save the whole comparison as one picture"),
        )
        if strips:
            with st.popover(_("Save one of the layers' pictures"), type="tertiary"):
                _draw_single(strips, told, key, _)


def _draw_single(
    strips: Mapping[str, Callable[[], Chart]], told: Told, key: str, _: Translate
) -> None:
    """A button for the picture of each statistic."""
    for number, (name, draw) in enumerate(strips.items()):
        pictures.draw_save(
            lambda draw=draw: [[draw()]],  # type: ignore[misc]
            replace(told, title=_("{name}: {what}").format(name=told.title, what=name)),
            _,
            key=f"{key}_save_{number // _ABREAST}_{number % _ABREAST}",
            label=name,
        )


def _with_findings(told: Told, board: Board) -> Told:
    def rest() -> About:
        around = told.about()
        *lines, link = around.footer
        return replace(around, footer=(*board.findings, *lines, link))

    return Told(told.title, rest)


def _choose_group(chosen: Selection, _: Translate, key: str) -> str | None:
    """The setting by which runs are put together; None is each configuration by itself."""
    names = ["", *groupable(chosen.runs)]
    if len(names) == 1:
        return None
    titles = {name: _(_SHAPES.get(name) or FIELD_TITLES[name]) for name in names[1:]}
    by = st.selectbox(
        _("Group by"),
        names,
        format_func=lambda name: titles.get(name, _("nothing: every configuration by itself")),
        width=320,
        help=_("The mean of a group is over its seeds and over all other settings."),
        **bound("group", f"{key}_group", names, ""),
    )
    return by or None


def _draw_terms(_: Translate) -> None:
    """The words of the field, each with its formula."""
    with st.popover(_("What do these words mean?"), icon=":material/help:"):
        st.markdown(
            "\n".join(
                f"- **{_(term)}**: {_(meaning)} {formula}" for term, meaning, formula in _TERMS
            )
        )


_TERMS = (
    (
        N_("pre-activation"),
        N_("what a unit gets: the weighted sum of its inputs and a bias."),
        r"$z = Wx + b$",
    ),
    (
        N_("Mean activation"),
        N_(
            "over samples and units; 0 is centred, so that the next layer's inputs have both signs."
        ),
        r"$\bar a = \frac{1}{nm}\sum_{i,j} f(z_{ij})$",
    ),
    (
        N_("Backpropagated signal"),
        N_(
            "how strongly the loss of one sample answers to a unit; where it fades, layers "
            "learn little."
        ),
        r"$\sqrt{\overline{\delta^2}},\ \delta = \partial L / \partial z$",
    ),
    (
        N_("Share saturated"),
        N_("units on a flat part of the function, through which almost no gradient passes."),
        r"$|f'(z)| \le 0.05 \max |f'|$",
    ),
    (
        N_("95 % interval"),
        N_("would hold the true mean in 95 of 100 repetitions with other seeds."),
        r"$\bar x \pm t_{0.975,\,n-1}\, s/\sqrt{n}$",
    ),
)
