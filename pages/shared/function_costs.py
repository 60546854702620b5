"""What activations cost in the engine, on the page Functions: charts and the numbers behind."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.analysis.costs import GRAPHS, PARTS, Costs, cheapest_first
from core.charts.costs import cost_chart
from core.charts.palette import colour_of
from core.errors import BundleUnavailable
from core.language import Translate
from pages.shared import caches, pictures
from pages.shared.markdown import escaped
from pages.shared.theme import is_dark


def draw_costs(_: Translate) -> None:
    """Both parts of a pass beside one another, the table, and where it was measured."""
    st.subheader(_("What each costs to compute"), anchor=False)
    try:
        costs = caches.activation_costs()
    except BundleUnavailable as error:
        st.info(escaped(error.told(_)))
        return
    names = cheapest_first(costs)
    st.markdown(f"**{_finding(costs, names, _)}**")
    about = _where(costs, _)
    colours = {name: colour_of(name, dark=is_dark()) for name in names}
    graphs = {graph: _(title) for graph, title in GRAPHS.items()}
    for place, (part, title) in zip(st.columns(2, gap="medium"), PARTS.items(), strict=True):
        frame = costs.frame[costs.frame["part"] == part]
        chart = cost_chart(frame, names, colours, _(title), graphs, _)
        with place:
            told = _("Cost of {part}").format(part=_(title))
            pictures.draw_chart(chart, told, None, _, key=f"cost_{part}", more=about)
    with st.expander(_("The numbers")):
        st.dataframe(
            _table(costs, names, graphs, _),
            hide_index=True,
            height="content",
            column_config={_("function"): st.column_config.Column(pinned=True)},
        )
    for line in about:
        st.caption(line)


def relative_cost(costs: Costs, name: str) -> str:
    """Times the cost of relu, f and f′ together, compiled; a dash where it was not measured."""
    if (name, "compiled", "both") not in costs.cells:
        return "–"
    return f"{_row(costs, name, 'compiled', 'both')['times']:.1f} ×"


def _finding(costs: Costs, names: list[str], _: Translate) -> str:
    last = names[-1]
    row = _row(costs, last, "compiled", "both")
    told = _(
        "Forward and back, {name} costs {times} times what relu costs ({low} to {high} in half"
        " of the rounds): {ns} ns an element."
    )
    return told.format(
        name=escaped(last),
        times=f"{row['times']:.1f}",
        low=f"{row['times_low']:.1f}",
        high=f"{row['times_high']:.1f}",
        ns=f"{row['ns']:.1f}",
    )


def _where(costs: Costs, _: Translate) -> list[str]:
    machine = costs.machine
    versions = machine["versions"]
    how = _(
        "Points are medians of {n} rounds, in each of which every function took its turn; bars"
        " hold the middle half. Ratios are taken within a round: they travel to other machines"
        " better than nanoseconds. Reading and writing alone is what linear costs."
    )
    where = _(
        "Measured on float32 tensors of {shape} (networks × batch × units) in one thread of"
        " {processor}, TensorFlow {version}, {date}; others used {busy} % of the machine."
    )
    return [
        how.format(n=int(costs.frame["n"].max())),
        where.format(
            shape=" × ".join(map(str, costs.shape)),
            processor=machine["processor"],
            version=versions.get("TensorFlow", "–"),
            date=str(machine["date"])[:10],
            busy=f"{100 * costs.busy:.0f}",
        ),
    ]


def _table(costs: Costs, names: list[str], graphs: Mapping[str, str], _: Translate) -> pd.DataFrame:
    parts, times, rows = {"forward": "f", "both": "f + f′"}, _("times relu"), []
    for name in names:
        row = {_("function"): name}
        for graph, title in graphs.items():
            for part, short in parts.items():
                found = _row(costs, name, graph, part)
                row[f"{short}, {title}: {times}"] = _spread(found, "times", 2)
                row[f"{short}, {title}: ns"] = _spread(found, "ns", 2)
        rows.append(row)
    return pd.DataFrame(rows)


def _spread(row: Mapping[str, float], column: str, digits: int) -> str:
    low, high = row[f"{column}_low"], row[f"{column}_high"]
    return f"{row[column]:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def _row(costs: Costs, name: str, graph: str, part: str) -> Mapping[str, float]:
    return costs.cells[name, graph, part]
