"""What predictions show, in words: sentences computed from what networks answered.

As in ``sentences``, none says more than its test allows. Knows no page.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from core.analysis.predictions import Disagreement
from core.language import Translate
from core.metrics import Metric, number, p_value


def best_and_worst(values: Mapping[str, float], metric: Metric, seed: int, _: Translate) -> str:
    """Which configuration is best and which worst with one seed; empty with fewer than two."""
    known = {label: value for label, value in values.items() if np.isfinite(value)}
    if len(known) < 2:
        return ""
    order = sorted(known, key=lambda label: known[label], reverse=metric.higher_is_better)
    # What reads alike is a tie, whatever the digits that nobody sees.
    high, low = (metric.text(known[order[place]]) for place in (0, -1))
    best, worst = (
        [label for label in order if metric.text(known[label]) == text] for text in (high, low)
    )
    if high == low:
        return _("With seed {seed}, {metric} is the same for all: {value}.").format(
            seed=seed, metric=_(metric.title), value=high
        )
    return _(
        "With seed {seed}, {metric} is best for {best} ({high}) and worst for {worst} ({low}). One"
        " seed shows no interval: Compare tells what is more than chance."
    ).format(
        seed=seed,
        metric=_(metric.title),
        best=_tied(best, _),
        high=high,
        worst=_tied(worst, _),
        low=low,
    )


def _tied(names: list[str], _: Translate) -> str:
    """One name, or those that share a place."""
    listed = _(", ").join(names)
    return listed if len(names) == 1 else _("{names}, a tie").format(names=listed)


def frequent_mistake(confusion: pd.DataFrame, _: Translate) -> str:
    """The mistake that is made most often, as a share of its true class."""
    wrong = confusion[~confusion["right"]]
    if wrong.empty or not wrong["count"].sum():
        return _("No sample of the test set is answered wrongly.")
    worst = wrong.nlargest(1, "share").to_dict("records")[0]
    return _(
        "The most frequent mistake: {configuration} takes {share} % of the samples of class"
        " {true} for {answer}."
    ).format(
        configuration=worst["configuration"],
        share=number(100 * worst["share"], 2),
        true=worst["true"],
        answer=worst["answer"],
    )


def disagreement(found: Disagreement, first: str, second: str, _: Translate) -> str:
    """Who alone is right how often, and whether that is more than chance."""
    told = _(
        "{first} alone is right {a} times, {second} alone {b} times; both are wrong {c} times."
    )
    said = told.format(
        first=first,
        a=len(found.only_first),
        second=second,
        b=len(found.only_second),
        c=found.both_wrong,
    )
    if len(found.only_first) + len(found.only_second) == 0:
        return said
    verdict = _("Chance among test samples explains such a difference (McNemar's test, p {p}).")
    if found.p_value < 0.05:
        verdict = _("Chance among test samples hardly explains that (McNemar's test, p {p}).")
    p = p_value(found.p_value)
    return f"{said} {verdict.format(p=p if p.startswith('<') else f'= {p}')}"


def outliers(fits: Mapping[str, pd.DataFrame], _: Translate) -> str:
    """How far answers lie from clean samples, by configuration; empty without outliers."""
    if not any(frame["outlier"].any() for frame in fits.values()):
        return ""
    shifts = {
        label: float(frame[frame["part"] == "test"]["residual"].median())
        for label, frame in fits.items()
    }
    order = sorted(shifts, key=lambda label: abs(shifts[label]))
    if len(order) == 1:
        told = _("The outliers shift the answers of {name} by {shift} (median over the test).")
        return told.format(name=order[0], shift=number(-shifts[order[0]]))
    return _(
        "The outliers all lie on one side. They shift the answers of {least} least, by {low}, and"
        " those of {most} most, by {high} (medians over the test, which has no outliers)."
    ).format(
        least=order[0],
        low=number(-shifts[order[0]]),
        most=order[-1],
        high=number(-shifts[order[-1]]),
    )
