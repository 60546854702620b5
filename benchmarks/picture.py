"""Outcomes as one picture: seconds beside the peers, and every other figure with its bar."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from benchmarks.machine import sentence
from benchmarks.record import BUSY, Figure, Outcome, number

# Pixels: the whole, and the names at its left.
_WIDTH, _LEFT = 1_010, 215
_INK, _SOFT, _OURS, _THEIRS = "#1B1F24", "#5C6670", "#0072B2", "#8A949D"
_REACHED, _MISSED = "#00734F", "#B04A00"
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"


def save(outcomes: Mapping[str, Outcome], path: Path) -> None:
    """Draw the outcomes, which are those of one or several runs, to a PNG at ``path``."""
    if not any(outcome.figures for outcome in outcomes.values()):
        return
    picture(outcomes).save(str(path), scale_factor=2)


def picture(outcomes: Mapping[str, Outcome]) -> alt.VConcatChart:
    """The races on a logarithmic scale, and a table of the rest; what failed is left out."""
    sound = [o for o in outcomes.values() if o.figures and not o.faults]
    races = [o for o in sound if len(o.figures) > 1 and o.figures[0].details]
    rest = [o for o in sound if o not in races]
    parts: list[alt.Chart | alt.LayerChart] = [_race(outcome) for outcome in races]
    if rest:
        parts.append(_figures(rest))
    newest = max(outcomes.values(), key=lambda outcome: str(outcome.machine["date"]))
    chart: alt.VConcatChart = (
        alt.vconcat(*parts, spacing=26)
        .properties(
            title=alt.TitleParams(
                "Kassei beside its peers",
                subtitle=_subtitle(newest),
                anchor="start",
                fontSize=22,
                subtitleFontSize=12,
                color=_INK,
                subtitleColor=_SOFT,
                offset=18,
            ),
            background="white",
            padding=24,
        )
        .configure(font=_FONT)
        .configure_view(stroke=None)
    )
    return chart


def _when(outcomes: Sequence[Outcome]) -> str:
    """On which days and at which commits these were measured, and what else was going on."""
    days = sorted({str(outcome.machine["date"])[:10] for outcome in outcomes})
    commits = list(dict.fromkeys(str(outcome.machine["commit"]) for outcome in outcomes))
    told = f"{' to '.join(dict.fromkeys((days[0], days[-1])))}, commit {', '.join(commits)}"
    busy = max(outcome.busy for outcome in outcomes)
    return told + (f"; others used up to {busy:.0%} of the processors" if busy > BUSY else "")


def _subtitle(outcome: Outcome) -> list[str]:
    # Without the date: each part says its own.
    facts = sentence(dict(outcome.machine)).rpartition("; ")[0]
    machine, _, rest = facts.partition("; ")
    size = "A quick run: smaller sizes, one round. " if outcome.quick else ""
    return [
        f"{size}{machine}. {rest}.",
        "Medians; compilation included, the imports of libraries not.",
    ]


def _race(outcome: Outcome) -> alt.LayerChart:
    """A dot a peer at its seconds, and the way from Kassei's dot to it: its length is the ratio."""
    rows = [_dot(figure, ours=place == 0) for place, figure in enumerate(outcome.figures)]
    for row in rows:
        row["ours"] = rows[0]["seconds"]
    scale = alt.Scale(type="log", domain=[1, 100_000], nice=False)
    ticks = alt.Axis(
        values=[1, 10, 100, 1_000, 10_000],
        format=",d",
        labelFontSize=11,
        labelColor=_SOFT,
        gridColor="#E6E9EC",
        ticks=False,
        domain=False,
    )
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("peer:N", sort=None, title=None, axis=_names()),
        x=alt.X("seconds:Q", scale=scale, title=None, axis=ticks),
        color=alt.Color("fill:N", scale=None),
    )
    ways = base.mark_rule(strokeWidth=3).encode(x2="ours:Q")
    dots = base.mark_circle(size=150, opacity=1)
    words = base.mark_text(align="left", dx=12, fontSize=13).encode(
        text="words:N", color=alt.Color("ink:N", scale=None)
    )
    chart: alt.LayerChart = alt.layer(ways, dots, words).properties(
        width=_WIDTH - _LEFT,
        height=alt.Step(25),
        title=_title(
            outcome.title,
            f"seconds of the whole sweep; the scale is logarithmic; {_when([outcome])}",
        ),
    )
    return chart


def _dot(figure: Figure, *, ours: bool) -> dict[str, Any]:
    details = figure.details
    seconds = pd.Series(details["seconds"]).median()
    words = f"{number(seconds)} s"
    if not ours:
        words += f" · {number(figure.median)} ×"
        if figure.bar:
            words += f" (asked: {figure.bar.text('').strip()}, {_judged(figure)})"
        if details["runs"] < details["of"]:
            words += f", scaled up from {details['runs']} of {details['of']} runs"
    return {
        "peer": figure.what,
        "seconds": float(seconds),
        "words": words,
        "fill": _OURS if ours else _THEIRS,
        "ink": _colour(figure),
    }


def _figures(outcomes: Sequence[Outcome]) -> alt.LayerChart:
    """A row a figure that has a bar: what, measured, asked, reached."""
    rows = [
        {
            "row": f"{outcome.case} {figure.what}",
            "case": outcome.title if place == 0 else "",
            "what": figure.what,
            "measured": f"{number(figure.median)} {figure.unit.split(' ')[0]}",
            "asked": figure.bar.text(figure.unit.split(" ")[0]) if figure.bar else "",
            "judged": _judged(figure),
            "ink": _colour(figure),
        }
        for outcome in outcomes
        for place, figure in enumerate(f for f in outcome.figures if f.bar)
    ]
    columns = (("case", 0, "left"), ("what", 500, "left"), ("measured", 800, "right"))
    columns += (("asked", 885, "right"), ("judged", 905, "left"))
    base = alt.Chart(pd.DataFrame(rows)).encode(y=alt.Y("row:N", sort=None, axis=None))
    layers = [
        base.mark_text(align=align, fontSize=12.5, baseline="middle", limit=490).encode(
            x=alt.value(place - _LEFT),
            text=f"{column}:N",
            color=alt.Color("ink:N", scale=None) if column == "judged" else alt.value(_INK),
        )
        for column, place, align in columns
    ]
    chart: alt.LayerChart = alt.layer(*layers).properties(
        width=_WIDTH - _LEFT,
        height=alt.Step(23),
        title=_title("Kassei alone", f"what is measured, and what was asked; {_when(outcomes)}"),
    )
    return chart


def _title(text: str, beside: str) -> alt.TitleParams:
    return alt.TitleParams(
        text,
        subtitle=beside,
        anchor="start",
        frame="group",
        dx=-_LEFT,
        fontSize=14,
        subtitleFontSize=11,
        color=_INK,
        subtitleColor=_SOFT,
        offset=6,
    )


def _names() -> alt.Axis:
    return alt.Axis(
        labelFontSize=13,
        labelColor=_INK,
        labelLimit=_LEFT,
        minExtent=_LEFT,
        maxExtent=_LEFT,
        labelAlign="left",
        labelPadding=_LEFT,
        ticks=False,
        domain=False,
    )


def _judged(figure: Figure) -> str:
    return {None: "", True: "reached", False: "not reached"}[figure.reached]


def _colour(figure: Figure) -> str:
    return {None: _INK, True: _REACHED, False: _MISSED}[figure.reached]
