"""The landing page's body: a finished comparison, drawn from its summary.

Nothing here waits for pandas or a data set: the page of a server that just started
is HTML that was made when the results were.
"""

from pathlib import Path

import streamlit as st

from core.charts.still import curves_html
from core.charts.still_tables import Key, board_html, strip_html
from core.errors import BundleUnavailable
from core.gallery.cards import entry_address
from core.gallery.entry import Entry
from core.gallery.summary import Summary, Words, read_summary
from core.language import Translate
from pages.shared.frame import Frame, draw_link, here
from pages.shared.markdown import escaped

_STYLE = Path(__file__).with_name("landing.css")


def draw_landing(entry: Entry, frame: Frame) -> None:
    """The shipped results of ``entry``; where they are missing, why, and the way to train."""
    _ = frame.translate
    try:
        summary = read_summary(entry.name)
    except BundleUnavailable as error:
        st.info(escaped(error.told(_)))
        _draw_way(_)
        return
    words = summary.words[frame.language]
    st.caption(escaped(words.setting))
    with st.container(key="abreast"):
        left, right = st.columns([11, 9], gap="medium")
    with left:
        st.html(_style(len(summary.still.lines)) + _curves(summary, words, _))
    with right:
        keys = [Key(line.colour, line.dash) for line in summary.still.lines]
        st.html(board_html(words.headings, words.rows, keys))
        _draw_findings(words, _)
        _draw_way(_)
    st.subheader(_("What happens inside: the layers"), anchor=False)
    st.html(_strips(summary, words, _))
    _draw_save(entry, words, _)


def _curves(summary: Summary, words: Words, _: Translate) -> str:
    told = {
        "alt": words.metric,
        "x": _("epoch"),
        "point": _("{name} · epoch {epoch} · {value}"),
    }
    return f'<div class="k-title">{words.metric}</div>' + curves_html(summary.still, told)


def _draw_findings(words: Words, _: Translate) -> None:
    first, *rest = words.findings
    st.markdown(f"**{first}**")
    for finding in rest:
        st.markdown(finding)
    st.caption(
        _(
            "± is half the 95 % interval of the mean over seeds (Student's t); differences are "
            "paired by seed, those in bold clear of zero. Epochs and seconds are medians; seconds "
            "are those of the machine that trained the runs, where one alone takes longer than its "
            "share of many together."
        )
    )


def _strips(summary: Summary, words: Words, _: Translate) -> str:
    names = [line.name for line in summary.still.lines]
    tables = (
        strip_html(strip, title, meaning, _("hidden layer"), names)
        for strip, (title, meaning) in zip(summary.strips, words.statistics, strict=True)
    )
    return f'<div class="k-strips">{"".join(tables)}</div>'


def _draw_save(entry: Entry, words: Words, _: Translate) -> None:
    """The whole comparison as a picture; what draws it is imported when it is asked for."""
    link = here() + entry_address(entry.name, st.query_params.get("lang"))

    def draw() -> bytes:
        from pages.shared.landing_picture import landing_picture

        return landing_picture(entry, words, link, _)

    st.download_button(
        _("Save the whole comparison as one picture"),
        draw,
        file_name=f"kassei-{entry.name}.png",
        mime="image/png",
        key="landing_save",
        type="tertiary",
        icon=":material/photo_camera:",
        on_click="ignore",
    )


def _style(lines: int) -> str:
    """The style, and a rule a line: what is pointed at lights up in every picture."""
    rules = "".join(
        f'.stApp:has([data-c="{line}"]:is(:hover, :focus)) [data-c]:not([data-c="{line}"])'
        "{opacity: 0.22;}"
        for line in range(lines)
    )
    return f"<style>{_STYLE.read_text(encoding='utf-8')}{rules}</style>"


def _draw_way(_: Translate) -> None:
    draw_link("pages/Compare.py", _("Train your own comparison"), icon=":material/play_arrow:")
