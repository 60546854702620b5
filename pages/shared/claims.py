"""Claims and their verdicts: what was said, what was measured, and by which runs."""

from collections.abc import Mapping

import streamlit as st

from core.analysis.claims import Fading, Sooner, Verdict
from core.charts.interval import interval_html
from core.gallery.claims import CLAIMS, THEMES, Found
from core.gallery.entries import ENTRIES
from core.gallery.evidence import VERDICTS, asked, brief, line, sentence, tally
from core.language import N_, Translate
from pages.shared import caches
from pages.shared.binding import bound
from pages.shared.frame import HOME
from pages.shared.markdown import escaped

_ALL = "all"
_MARKS: Mapping[Verdict, str] = {
    Verdict.HOLDS: ":green[:material/check_circle:]",
    Verdict.FAILS: ":red[:material/cancel:]",
    Verdict.OPEN: ":gray[:material/help:]",
}
_CHOICES: Mapping[str, str] = {_ALL: N_("all claims"), **{v.value: t for v, t in VERDICTS.items()}}


def draw_claims(_: Translate) -> None:
    """How many hold, and those that the link asks for."""
    found = caches.claims_found()
    st.markdown(f"**{tally((one.verdict for one in found.values()), _)}**")
    st.caption(
        _(
            "Each claim is put to results that are shipped with Kassei, in which all runs of a "
            "seed share split, batches and draw of the initial weights. It holds where the whole "
            "95 % interval over seeds is beyond the dashed line, does not hold where the whole "
            "interval is short of it, and else so many seeds cannot decide. A verdict is of these "
            "data and networks alone, and of one claim: of twenty intervals, one is expected to "
            "miss. Where a source gives no number, how much is asked for is Kassei's choice."
        )
    )
    asked_for = st.segmented_control(
        _("Which claims"),
        list(_CHOICES),
        format_func=lambda name: _(_CHOICES[name]),
        required=True,
        label_visibility="collapsed",
        **bound("verdict", "verdict", list(_CHOICES), _ALL),
    )
    if lost := len(CLAIMS) - len(found):
        st.warning(_("The shipped results of {count} claims cannot be read.").format(count=lost))
    for theme, claims in THEMES.items():
        told = [found[claim.name] for claim in claims if claim.name in found]
        told = [one for one in told if asked_for in (_ALL, one.verdict.value)]
        if told:
            st.subheader(_(theme), anchor=False)
        for one in told:
            _draw(one, _)
    st.caption(_("More seeds decide more: on the command line, each claim can be put to new runs."))
    st.code("python -m core claims he-before-glorot --train --seed 0-9", language="shell")


def _draw(found: Found, _: Translate) -> None:
    claim = found.claim
    with st.container(border=True, key=f"claim_{claim.name}"):
        said, measured = st.columns((2, 3), gap="medium")
        with said:
            st.markdown(f"**{escaped(_(claim.words))}**")
            st.caption(escaped(claim.source))
            mark, word = _MARKS[found.verdict], _(VERDICTS[found.verdict])
            seeds = _("{n} seeds").format(n=found.effect.n)
            st.markdown(f"{mark} **{escaped(word)}** · {escaped(seeds)}")
        with measured:
            st.html(_interval(found, _))
            st.markdown(escaped(sentence(found, _)))
            notes = [asked(found, _), _(claim.remark) if claim.remark else ""]
            st.caption(escaped(" ".join(filter(None, notes))))
            st.page_link(
                HOME,
                label=escaped(_(ENTRIES[claim.entry].question)),
                icon=":material/show_chart:",
                query_params=_address(found),
            )


def _interval(found: Found, _: Translate) -> str:
    effect, measure = found.effect, found.claim.measure
    return interval_html(
        effect.value,
        effect.low,
        effect.high,
        measure.asked,
        log=isinstance(measure, Sooner | Fading),
        label=brief(found, _),
        line=line(found, _),
    )


def _address(found: Found) -> dict[str, str]:
    """The shipped results, at the claim's target where it has one."""
    measure = found.claim.measure
    spoken = {"lang": st.query_params["lang"]} if "lang" in st.query_params else {}
    target = {"target": f"{measure.target:g}"} if isinstance(measure, Sooner) else {}
    return {"gallery": found.claim.entry, **target, **spoken}
