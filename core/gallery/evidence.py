"""What runs say to a claim, in words: the effect, what was asked for, and the verdict.

No sentence says more than its interval allows. Knows no page.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from core.analysis.claims import Fading, Gain, Level, Sooner, Verdict
from core.gallery.claims import Found
from core.language import N_, Translate
from core.metrics import number

VERDICTS: Mapping[Verdict, str] = {
    Verdict.HOLDS: N_("holds"),
    Verdict.FAILS: N_("does not hold"),
    Verdict.OPEN: N_("not decided"),
}
_STATISTICS: Mapping[str, str] = {
    "delta_rms": N_("the backpropagated signal"),
    "dead_fraction": N_("the share of dead units"),
}


def brief(found: Found, _: Translate) -> str:
    """The effect with its interval: ``×2.48 (1.80 – 3.41)``, ``+0.46 points (+0.34 – +0.57)``."""
    effect = found.effect
    if not math.isfinite(effect.value):
        return "–"
    middle, low, high = _texts(found)
    told = {"least": "≥ ", "most": "≤ "}.get(effect.bound, "") + _with_unit(found, middle, _)
    return f"{told} ({low} – {high})" if math.isfinite(effect.low) else told


def line(found: Found, _: Translate) -> str:
    """What the claim asks for, with its unit: ``×1``, ``0 points``, ``50 %``."""
    measure, share = found.claim.measure, found.metric.share
    percent = isinstance(measure, Level) or (isinstance(measure, Gain) and share)
    told = f"{100 * measure.asked if percent else measure.asked:g}"
    return _with_unit(found, f"{told} %" if isinstance(measure, Level) else told, _)


def _with_unit(found: Found, number: str, _: Translate) -> str:
    if isinstance(found.claim.measure, Sooner | Fading):
        return f"×{number}"
    if isinstance(found.claim.measure, Gain) and found.metric.share:
        return _("{value} points").format(value=number)
    return number


def sentence(found: Found, _: Translate) -> str:
    """What was measured, with its interval."""
    effect, metric = found.effect, found.metric
    middle, low, high = _texts(found)
    said = {"value": middle, "low": low, "high": high}
    match found.claim.measure:
        case Sooner(one, other, target):
            told = (
                _(
                    "To {target}, {baseline} takes {value} times the epochs of {name}, 95 % "
                    "interval {low} to {high}."
                )
                if effect.bound == "exact"
                else _(
                    "To {target}, {baseline} against {name}: in some seed it was never reached, "
                    "or within the first epoch, so that there is no interval."
                )
            )
            return told.format(target=metric.goal(target), baseline=other, name=one, **said)
        case Gain(one, other):
            told = (
                _(
                    "{metric} at the end, {name} minus {baseline}: {value} points, 95 % interval "
                    "{low} to {high}."
                )
                if metric.share
                else _(
                    "{metric} at the end, {name} minus {baseline}: {value}, 95 % interval {low} "
                    "to {high}."
                )
            )
            title = _(metric.title)
            title = title[:1].upper() + title[1:]
            return told.format(metric=title, name=one, baseline=other, **said)
        case Fading(name, column, start, end):
            told = _(
                "{name}: {statistic} of layer {start} is {value} times that of layer {end}, 95 % "
                "interval {low} to {high}."
            )
            places = {"start": start, "end": end}
            return told.format(name=name, statistic=_(_STATISTICS[column]), **places, **said)
        case Level(name, column):
            told = _("{name}: {statistic} is {value}, 95 % interval {low} to {high}.")
            return told.format(name=name, statistic=_(_STATISTICS[column]), **said)


def asked(found: Found, _: Translate) -> str:
    """What the claim asks for, of the number that ``sentence`` tells."""
    return _("It holds if that is above {value}.").format(value=line(found, _))


def tally(verdicts: Iterable[Verdict], _: Translate) -> str:
    """How many claims hold, how many do not, and how many are not decided."""
    counts = Counter(verdicts)
    return _("Of {count} claims {holds} hold, {fails} do not, and {open} are not decided.").format(
        count=counts.total(),
        holds=counts[Verdict.HOLDS],
        fails=counts[Verdict.FAILS],
        open=counts[Verdict.OPEN],
    )


def _texts(found: Found) -> tuple[str, str, str]:
    """Value, low and high as readers see them."""
    effect = found.effect
    told: Callable[[float], str] = number
    if isinstance(found.claim.measure, Gain):
        told = found.metric.difference
    elif isinstance(found.claim.measure, Level):
        told = _percent
    return told(effect.value), told(effect.low), told(effect.high)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
