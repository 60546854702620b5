"""Verdicts on Layers: what each configuration suffers from, the numbers behind, the thresholds."""

from collections.abc import Hashable
from dataclasses import asdict
from typing import Any

import pandas as pd
import streamlit as st

from core.analysis.diagnosis import Thresholds, Verdict, diagnose
from core.analysis.verdicts import TITLES, told
from core.language import N_, Translate
from pages.shared.binding import bound_value
from pages.shared.markdown import escaped

# On a phone a row is a block: the sentence with the numbers needs the whole width.
_STYLE = """<style>
.st-key-verdicts td > [data-testid="stMarkdownContainer"] {max-width: none;}
.st-key-verdicts td:first-child {white-space: nowrap;}
@media (max-width: 640px) {
  .st-key-verdicts thead {position: absolute; clip-path: inset(50%);}
  .st-key-verdicts :is(table, tbody) {display: block;}
  .st-key-verdicts tr {display: flex; flex-wrap: wrap; column-gap: 0.75rem; padding: 0.5rem 0;
    border-bottom: 1px solid color-mix(in srgb, currentColor 13%, transparent);}
  .st-key-verdicts td {border: 0; padding: 0.1rem 0; white-space: normal;}
  .st-key-verdicts td:last-child {flex: 1 0 100%;}
}
</style>"""
_COLOURS = {
    Verdict.EXPLODING: "red",
    Verdict.VANISHING: "red",
    Verdict.DYING: "orange",
    Verdict.SATURATED: "orange",
    Verdict.OFF_CENTRE: "blue",
    Verdict.HEALTHY: "green",
    Verdict.UNKNOWN: "gray",
}
_LIMITS = {
    "vanishing": (1.0, 1e12, N_("Vanishing: the signal falls by at least this factor")),
    "exploding": (1.0, 1e12, N_("Exploding: the signal grows by at least this factor")),
    "saturated": (0.0, 1.0, N_("Saturated: at least this share of a layer, without exact zeros")),
    "dying": (0.0, 1.0, N_("Dying: at least this share of a layer's units")),
    "off_centre": (0.0, 1e6, N_("Not zero-centred: |mean| at least this times the spread")),
}


def draw_verdicts(layers: pd.DataFrame, runs: pd.DataFrame, names: list[str], _: Translate) -> None:
    """A row for each of the configurations ``names``."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(
            _("Verdicts"),
            anchor=False,
            width="content",
            help=_(
                "Signal: $\\delta = \\partial L / \\partial z$ of one sample, its root mean square "
                "over samples and units. A verdict stands where most seeds show it; the number is "
                "their mean (of ratios the geometric one), in brackets their range. Sources: "
                "Hochreiter 1991; LeCun et al. 1998; Glorot & Bengio 2010; Pascanu et al. 2013; "
                "He et al. 2015; Lu et al. 2019."
            ),
        )
        thresholds = _choose_thresholds(_)
    verdicts: dict[str, list[dict[Hashable, Any]]] = {name: [] for name in names}
    for row in diagnose(layers, runs, thresholds).to_dict("records"):
        verdicts[row["configuration"]].append(row)
    rows = []
    for name, found in verdicts.items():
        badges = [
            f":{_COLOURS[Verdict(row['verdict'])]}-badge[{_(TITLES[Verdict(row['verdict'])])}]"
            for row in found
        ]
        rows.append(
            {
                _("configuration"): escaped(name),
                _("verdict"): " ".join(dict.fromkeys(badges)),
                _("the numbers behind it"): escaped(_("; ").join(told(row, _) for row in found)),
            }
        )
    st.html(_STYLE)
    with st.container(key="verdicts"):
        st.table(pd.DataFrame(rows), border="horizontal")
    st.caption(
        _(
            "Look at the first layer against the last: with SGD, a signal that fades on its way "
            "back moves the weights near the input slowly. Adam and its like even out the size of "
            "gradients: compare the size of the last update, too."
        )
    )


def _choose_thresholds(_: Translate) -> Thresholds:
    """Where verdicts begin; the link holds what is changed."""
    usual = asdict(Thresholds())
    chosen = {}
    with st.popover(_("Thresholds"), icon=":material/tune:"):
        for name, (low, high, title) in _LIMITS.items():
            chosen[name] = st.number_input(
                _(title),
                low,
                high,
                step=0.05 if high == 1.0 else None,
                format="%g",
                **bound_value(name, f"layers_{name}", usual[name]),
            )
    return Thresholds(**chosen)
