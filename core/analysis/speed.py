"""Convergence in words: arrivals, ratios and learning rates as sentences and as a table's cells.

No sentence says more than its interval allows. Knows no page.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from core.analysis.rates import RateRange, rate_text
from core.language import N_, Translate
from core.metrics import measured, number, p_value

_MOST_NAMED = 8
_CELL = ("name", "kind", "learning_rate")
# A configuration's row of a race.
_Row = Mapping[Any, Any]

BOUNDS: Mapping[str, str] = {
    "exact": N_("×{ratio}"),
    "least": N_("at least ×{ratio}"),
    "most": N_("at most ×{ratio}"),
    "unknown": "–",
}


def arrived(race: pd.DataFrame, target: str, _: Translate) -> str:
    """How many runs reached ``target``, and what became of the others."""
    total, there, lost, open_ = (
        int(race[name].sum()) for name in ("runs", "reached", "diverged", "open")
    )
    told = [
        _("{count} of {total} runs have reached {target}.").format(
            count=there, total=total, target=target
        )
    ]
    if rest := total - there - open_:
        sentence = (
            _(
                "{count} ended without it, {diverged} of them diverged: counted as not reached, "
                "not left out."
            )
            if lost
            else _("{count} ended without it: counted as not reached, not left out.")
        )
        told.append(sentence.format(count=rest, diverged=min(lost, rest)))
    if open_:
        told.append(_("{count} are still in training.").format(count=open_))
    return " ".join(told)


def ratios(race: pd.DataFrame, baseline: str, target: str, _: Translate) -> str:
    """Who arrives clearly sooner or later than ``baseline``, and who does not differ clearly."""
    paired = [row for row in race.to_dict("records") if row["pairs"] > 0]
    others = [row for row in paired if row["configuration"] != baseline]
    told = []
    clear = sorted((row for row in others if row["clear"]), key=lambda row: -row["ratio"])
    for sooner in (True, False):
        group = [row for row in clear if (row["ratio"] > 1) == sooner]
        told += _clearly(group, baseline, target, sooner=sooner, _=_)
    bounds = [row for row in others if row["bound"] in ("least", "most")]
    telling = [row for row in bounds if not idle(row)]
    for bound, sentence in (
        ("least", _("Sooner than {baseline} in {seeds}, by at least: {list}.")),
        ("most", _("Later than {baseline} in {seeds}, by at least: {list}.")),
    ):
        group = [row for row in telling if row["bound"] == bound]
        if group:
            times = [row["ratio"] if bound == "least" else 1 / row["ratio"] for row in group]
            named = _each(_names(group), [f"×{number(value)}" for value in times], _)
            n = max(row["pairs"] for row in group)
            seeds = _("the one seed") if n == 1 else _("these {n} seeds").format(n=n)
            told.append(sentence.format(baseline=baseline, seeds=seeds, list=named))
    if telling:
        told.append(
            _(
                "A bound has no interval: in some seed the target was never reached, or within "
                "the first epoch."
            )
        )
    exact = [row for row in others if row["bound"] == "exact" and not row["clear"]]
    if same := [row for row in exact if row["pairs"] > 1]:
        told.append(
            _("{names}: no difference from {baseline} that {seeds} seeds can show.").format(
                names=_list(_names(same), _),
                baseline=baseline,
                seeds=max(row["pairs"] for row in same),
            )
        )
    if len(exact) > len(same):
        told.append(
            _("One seed shows no interval; train more seeds to tell chance from difference.")
        )
    vague = [row for row in others if row["bound"] == "unknown" or idle(row)]
    if vague:
        told.append(
            _(
                "{names}: not to be told apart from {baseline} at this target; another target may "
                "tell more."
            ).format(names=_list(_names(vague), _), baseline=baseline)
        )
    return " ".join(told)


def _clearly(
    group: Sequence[_Row], baseline: str, target: str, *, sooner: bool, _: Translate
) -> list[str]:
    """Ratios that are clear of 1: a sentence each while they are few, else a list."""
    ends = [(row["ratio"], row["ratio_low"], row["ratio_high"]) for row in group]
    if not sooner:
        ends = [(1 / ratio, 1 / high, 1 / low) for ratio, low, high in ends]
    texts = [[number(value) for value in row] for row in ends]
    if not 0 < len(group) <= 3:
        sentence = (
            _("Sooner than {baseline} (95 % interval): {list}.")
            if sooner
            else _("Later than {baseline} (95 % interval): {list}.")
        )
        spans = [f"×{ratio} ({low}–{high})" for ratio, low, high in texts]
        named = _each(_names(group), spans, _)
        return [sentence.format(baseline=baseline, list=named)] if group else []
    sentence = (
        _(
            "{name} reaches {target} {ratio} times sooner than {baseline}, 95 % interval {low} to "
            "{high}."
        )
        if sooner
        else _(
            "{name} reaches {target} {ratio} times later than {baseline}, 95 % interval {low} to "
            "{high}."
        )
    )
    return [
        sentence.format(
            name=name, target=target, ratio=ratio, baseline=baseline, low=low, high=high
        )
        for name, (ratio, low, high) in zip(_names(group), texts, strict=True)
    ]


def idle(row: _Row) -> bool:
    """Whether a row of a race is a bound that says nothing: at least 0.8 times sooner."""
    # Rounding must not make a bound of what is told as 1.00.
    if row["bound"] == "least":
        return bool(row["ratio"] < 1.005)
    return bool(row["bound"] == "most" and row["ratio"] > 0.995)


def table(race: pd.DataFrame, baseline: str, _: Translate, unit: str = "epochs") -> pd.DataFrame:
    """One row a configuration, as texts under translated headings.

    Args:
        race: rows of ``analysis.arrivals.with_tests``.
        unit: what is counted in: it comes first, the others last, where a phone cuts them off.
    """
    texts: dict[str, Any] = {
        "epochs": lambda value: f"{value:g}",
        "updates": lambda value: f"{value:,.0f}",
        "seconds": measured,
    }
    titles = {"epochs": _("epochs"), "updates": _("updates"), "seconds": _("seconds")}
    others = [name for name in texts if name != unit]
    rows = []
    for row in race.to_dict("records"):
        label = str(row["configuration"])
        rows.append(
            {
                _("configuration"): label,
                _("reached"): _count(row, _),
                titles[unit]: _span(row, unit, texts[unit], _),
                _("times sooner"): (
                    _("baseline") if label == baseline else "–" if idle(row) else ratio_text(row, _)
                ),
                _("p (log-rank)"): p_value(float(row["p"])),
                **{titles[name]: _span(row, name, texts[name], _) for name in others},
            }
        )
    return pd.DataFrame(rows)


def ratio_text(row: _Row, _: Translate) -> str:
    """``×2.3 (1.9–2.8)``, ``at least ×2.3``: how much sooner, with its interval if it has one."""
    if not math.isfinite(row["ratio"]):
        return "–"
    words = BOUNDS[row["bound"]]
    shown = _(words).format(ratio=number(row["ratio"]))
    if math.isfinite(row["ratio_low"]) and math.isfinite(row["ratio_high"]):
        shown += f" ({number(row['ratio_low'])}–{number(row['ratio_high'])})"
    return shown


def rates(cells: pd.DataFrame, _: Translate) -> str:
    """For each row of a map, in which range the learning rates are good, and what is beyond."""
    told = []
    rows: dict[str, dict[str, list[float]]] = {}
    for name, kind, rate in zip(*(cells[column].tolist() for column in _CELL), strict=True):
        rows.setdefault(name, {}).setdefault(kind, []).append(rate)
    for name, by_kind in rows.items():
        if good := by_kind.get("good"):
            part = (
                _("{name}: good at {low}").format(name=name, low=rate_text(min(good)))
                if len(good) == 1
                else _("{name}: good from {low} to {high}").format(
                    name=name, low=rate_text(min(good)), high=rate_text(max(good))
                )
            )
        elif "nothing" in by_kind:
            part = _("{name}: nothing learned at any rate").format(name=name)
        elif "diverged" in by_kind and len(by_kind) == 1:
            part = _("{name}: diverged at every rate").format(name=name)
        else:
            continue
        lost = by_kind.get("diverged")
        if lost and good:
            part += _(", diverged from {low}").format(low=rate_text(min(lost)))
        told.append(part)
    shown = told[:_MOST_NAMED]
    return _("{list}.").format(list=_("; ").join(shown)) if shown else ""


def range_found(found: RateRange, _: Translate) -> str:
    """What a range test shows of one row."""
    if math.isnan(found.stable):
        return _("{name}: after {updates} updates no rate of these has a smaller loss.").format(
            name=found.name, updates=found.updates
        )
    seeds = (
        _("in one seed")
        if found.seeds == 1
        else _("in the mean of {n} seeds").format(n=found.seeds)
    )
    told = _(
        "{name}, {seeds}: after {updates} updates the loss is least at {lowest}; up to {stable} no "
        "run diverged and at least half of the fall remains."
    ).format(
        name=found.name,
        seeds=seeds,
        updates=f"{found.updates:,}",
        lowest=rate_text(found.lowest),
        stable=rate_text(found.stable),
    )
    if math.isfinite(found.steepest):
        told += " " + _("It falls most steeply at {rate}.").format(rate=rate_text(found.steepest))
    return told


def _count(row: _Row, _: Translate) -> str:
    shown = f"{row['reached']}/{row['runs']}"
    notes = []
    if row["diverged"]:
        notes.append(_("{count} diverged").format(count=row["diverged"]))
    if row["open"]:
        notes.append(_("{count} in training").format(count=row["open"]))
    return f"{shown} ({_(', ').join(notes)})" if notes else shown


def _span(row: _Row, unit: str, text: Any, _: Translate) -> str:
    """The median and its interval; not reached where half did not arrive."""
    middle, low, high = (float(row[name]) for name in (unit, f"{unit}_low", f"{unit}_high"))
    if math.isnan(middle):
        return "–"

    def shown(value: float) -> str:
        return str(text(value)) if math.isfinite(value) else "∞"

    if math.isinf(middle):
        return _("not yet") if row["open"] else _("not reached")
    if math.isnan(low) or low == high:
        return shown(middle)
    return f"{shown(middle)} ({shown(low)}–{shown(high)})"


def _each(names: Iterable[str], texts: Iterable[str], _: Translate) -> str:
    return _list([f"{name} {text}" for name, text in zip(names, texts, strict=True)], _)


def _names(rows: Iterable[_Row]) -> list[str]:
    return [str(row["configuration"]) for row in rows]


def _list(names: Iterable[str], _: Translate) -> str:
    listed = list(names)
    more = len(listed) - _MOST_NAMED
    shown = _(", ").join(listed[:_MOST_NAMED])
    return shown + (_(" and {count} more").format(count=more) if more > 0 else "")
