"""Time to an event that some never see: Kaplan-Meier shares with bands, the log-rank test, medians.

Arrays in, arrays out; what the event is (a target reached) and in which unit it does not know.
SciPy has the first two; importing ``scipy.stats`` costs a web process 50 MB and a second, and it
takes one group at a time, so they are written here for many groups at once and tested against it.
"""

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.intp]

LEVEL = 0.95
# Of two groups of seven there are 3,432 ways to draw them, of eight 12,870.
_MOST_DRAWS = 4_000
_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Shares that had the event by a time, one entry for each time at which a group's steps.

    ``group`` (its code), ``time``, ``share`` in 0..1 with ``low`` and ``high``, ``at_risk``: those
    under observation without the event just before.
    """

    group: Codes
    time: Floats
    share: Floats
    low: Floats
    high: Floats
    at_risk: Codes


def shares(times: Floats, happened: Flags, groups: Codes) -> Steps:
    """Kaplan & Meier (1958): 1 - S(t), S(t) = product over events up to t of (1 - d/n).

    The band is the exponential log-log one with Greenwood's variance (Kalbfleisch & Prentice
    2002, 1.4), which stays within 0..1. Where the share is exactly 0 or 1 that has no width,
    though few observations leave much open: there the exact binomial bound of Clopper & Pearson
    (1934) for the group's size stands, (alpha/2)^(1/n).

    Args:
        times: of the event, or of the end of observation where it did not happen; (n,).
        happened: whether it did; (n,).
        groups: codes 0..k-1; (n,).

    Events and ends at one time: the ends count as under observation still.
    """
    order = np.lexsort((times, groups))
    time, event, group = times[order], happened[order], groups[order]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (group[1:] != group[:-1]) | (time[1:] != time[:-1])
    cell = np.cumsum(fresh) - 1
    first = np.flatnonzero(fresh)
    group, time = group[first], time[first]
    sizes = np.bincount(groups, minlength=int(groups.max(initial=-1)) + 1)
    events = np.bincount(cell, weights=event, minlength=len(first))
    begins = np.concatenate([[0], np.cumsum(sizes)[:-1]]) if len(sizes) else sizes
    at_risk = sizes[group] - (first - begins[group])
    # A factor 0 can only be a group's last: nobody is left then. It would spoil the sums.
    out = events == at_risk
    rest = np.where(out, 1.0, at_risk - events)
    logs = _within(np.log(np.where(out, 1.0, rest / at_risk)), group)
    variance = _within(np.where(out, 0.0, events / (at_risk * rest)), group)
    surviving = np.where(out, 0.0, np.exp(logs))
    inside = (surviving > 0) & (surviving < 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = _Z * np.sqrt(variance) / np.log(surviving)
        low = np.where(inside, 1 - surviving ** np.exp(half), 0.0)
        high = np.where(inside, 1 - surviving ** np.exp(-half), 1.0)
    low, high = np.minimum(low, high), np.maximum(low, high)
    bound = ((1 - LEVEL) / 2) ** (1 / np.maximum(sizes[group], 1))
    low = np.where(out, bound, low)
    high = np.where(surviving == 1, 1 - bound, high)
    return Steps(group, time, 1 - surviving, low, high, at_risk.astype(np.intp))


def log_rank(times: Floats, happened: Flags, others: Floats, happened_there: Flags) -> float:
    """The two-sided p of the log-rank test that two groups come to the event alike (Mantel 1966).

    Observed minus expected events, summed over the times of events. Of few it is told exactly how
    often as much comes about where all ways to draw the groups are alike likely (Peto & Peto
    1972); of more by the hypergeometric variance and the normal distribution, whose p is a third
    of the exact one for three against three. NaN where there is no event, or nothing to tell apart.
    """
    all_times = np.concatenate([times, others])
    all_events = np.concatenate([happened, happened_there])
    at = np.unique(all_times[all_events])
    ours, theirs = np.sort(times), np.sort(others)
    here = len(ours) - np.searchsorted(ours, at)
    total = here + len(theirs) - np.searchsorted(theirs, at)
    every = np.sort(all_times[all_events])
    events = np.searchsorted(every, at, "right") - np.searchsorted(every, at)
    expected = events * here / total
    spread = np.where(total > 1, expected * (1 - here / total) * (total - events), 0.0)
    variance = float((spread / np.maximum(total - 1, 1)).sum())
    if variance <= 0:
        return math.nan
    if math.comb(len(all_times), len(ours)) <= _MOST_DRAWS:
        # What each adds to observed minus expected: its event, minus the hazard until its time.
        hazard = np.append(0.0, np.cumsum(events / total))
        scores = all_events - hazard[np.searchsorted(at, all_times, "right")]
        sums = np.abs(scores[_draws(len(all_times), len(ours))].sum(axis=1))
        return float(np.mean(sums >= abs(scores[: len(ours)].sum()) - 1e-9))
    z = (int(happened.sum()) - float(expected.sum())) / math.sqrt(variance)
    return math.erfc(abs(z) / math.sqrt(2))


@lru_cache(maxsize=16)
def _draws(size: int, chosen: int) -> Codes:
    """All ways to choose so many of ``size``: (ways, chosen)."""
    return np.array(list(itertools.combinations(range(size), chosen)), dtype=np.intp)


def holm(p: Floats) -> Floats:
    """``p`` adjusted for their number by Holm (1979); NaN stays and is not counted."""
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    factors = len(order) - np.arange(len(order))
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1.0)
    return adjusted


def medians(values: Floats, groups: Codes, count: int) -> tuple[Floats, Floats, Floats, Floats]:
    """(median, low, high, coverage) of each of ``count`` groups; inf is "never", and allowed.

    The interval runs between two order statistics: it holds for any distribution and needs no
    value where an infinity stands. It is the narrowest symmetric one that covers the median with
    95 %; where even the range covers less (fewer than six values), the range, with what it covers.
    """
    order = np.lexsort((values, groups))
    ordered = values[order]
    sizes = np.bincount(groups, minlength=count)
    begins = np.cumsum(sizes) - sizes
    reaches = np.array([_reach(size) for size in range(int(sizes.max(initial=0)) + 1)])
    place, coverage = reaches[sizes, 0].astype(int), reaches[sizes, 1]
    some = sizes > 0

    def at(offset: Codes) -> Floats:
        return np.where(some, ordered[np.where(some, begins + offset, 0)], np.nan)

    if not len(values):
        nothing = np.full(count, np.nan)
        return nothing, nothing, nothing, nothing
    middle = (at((sizes - 1) // 2) + at(sizes // 2)) / 2
    single = sizes == 1
    low = np.where(single, np.nan, at(place))
    high = np.where(single, np.nan, at(sizes - 1 - place))
    return middle, low, high, np.where(sizes > 1, coverage, np.nan)


def _reach(size: int) -> tuple[int, float]:
    """(k, coverage): between the k-th smallest and largest (from 0) of ``size`` is the median."""
    best, tail = (0, 1 - 2 * 0.5**size if size else math.nan), 0.0
    for k in range(size // 2):
        tail += math.comb(size, k) * 0.5**size
        if 1 - 2 * tail < LEVEL:
            break
        best = (k, 1 - 2 * tail)
    return best


def _within(values: Floats, group: Codes) -> Floats:
    """Running sums of ``values`` that begin anew with each group (groups lie together)."""
    total = np.cumsum(values)
    fresh = np.ones(len(group), dtype=bool)
    fresh[1:] = group[1:] != group[:-1]
    before = np.where(fresh, total - values, 0.0)[np.flatnonzero(fresh)]
    return np.asarray(total - before[np.cumsum(fresh) - 1])
