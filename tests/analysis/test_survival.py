"""Shares, log-rank test and medians against SciPy, closed forms and cases worked by hand."""

import math
import warnings

import numpy as np
import pytest
from scipy import stats

from core.analysis.survival import holm, log_rank, medians, shares


def _drawn(size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(1, 8, size).astype(float), rng.random(size) < 0.7


@pytest.mark.parametrize("seed", range(20))
def test_shares_and_their_band_are_scipys_for_every_group_at_once(seed: int) -> None:
    cases = [_drawn(size, 100 * seed + size) for size in (1, 2, 5, 17)]
    times = np.concatenate([case[0] for case in cases])
    happened = np.concatenate([case[1] for case in cases])
    groups = np.repeat(np.arange(4), [len(case[0]) for case in cases])
    order = np.random.default_rng(seed).permutation(len(times))
    steps = shares(times[order], happened[order], groups[order])
    for group, (when, event) in enumerate(cases):
        mine = steps.group == group
        curve = stats.ecdf(stats.CensoredData.right_censored(when, ~event))
        assert steps.time[mine] == pytest.approx(curve.cdf.quantiles)
        assert steps.share[mine] == pytest.approx(curve.cdf.probabilities)
        with warnings.catch_warnings():
            # SciPy warns that a band is undefined where the share is 0 or 1.
            warnings.simplefilter("ignore")
            band = curve.cdf.confidence_interval(method="log-log")
        inside = (steps.share[mine] > 0) & (steps.share[mine] < 1)
        assert steps.low[mine][inside] == pytest.approx(band.low.probabilities[inside])
        assert steps.high[mine][inside] == pytest.approx(band.high.probabilities[inside])


def test_where_all_or_none_have_come_the_bound_is_the_exact_binomial_one() -> None:
    steps = shares(np.array([2.0, 3, 3, 3, 3]), np.array([False, *[True] * 4]), np.zeros(5, int))
    none, everyone = 0, 1
    exact = stats.binomtest(0, 5).proportion_ci(0.95, "exact")
    assert (steps.share[none], steps.low[none]) == (0, 0)
    assert steps.high[none] == pytest.approx(exact.high)
    assert (steps.share[everyone], steps.high[everyone]) == (1, 1)
    assert steps.low[everyone] == pytest.approx(1 - exact.high)


def test_the_shares_of_a_case_worked_by_hand() -> None:
    # 5 at risk: 1 of 5 at 1; one ends unseen at 2; 1 of 3 at 3; then 2 end unseen.
    steps = shares(np.array([1.0, 2, 3, 4, 4]), np.array([1, 0, 1, 0, 0], bool), np.zeros(5, int))
    assert steps.share.tolist() == pytest.approx([1 / 5, 1 / 5, 1 - 4 / 5 * 2 / 3, 7 / 15])
    assert steps.at_risk.tolist() == [5, 4, 3, 2]


def test_no_observations_give_no_steps() -> None:
    steps = shares(np.empty(0), np.empty(0, bool), np.empty(0, int))
    assert len(steps.time) == 0


@pytest.mark.parametrize("seed", range(20))
def test_the_log_rank_test_of_many_is_scipys(seed: int) -> None:
    here, there = _drawn(8, seed), _drawn(11, seed + 1000)
    expected = stats.logrank(
        *(stats.CensoredData.right_censored(when, ~event) for when, event in (here, there))
    )
    assert log_rank(*here, *there) == pytest.approx(expected.pvalue)


@pytest.mark.parametrize("seed", range(10))
def test_the_log_rank_test_of_few_is_exact(seed: int) -> None:
    here, there = _drawn(4, seed), _drawn(5, seed + 1000)
    times, events = (np.concatenate(pair) for pair in zip(here, there, strict=True))

    def excess(places: np.ndarray) -> float:
        """Observed minus expected events of the first four, by the table of each time."""
        mine, total = places[:4].astype(int), 0.0
        for time in np.unique(times[events]):
            now = events & (times == time)
            at_risk = times >= time
            total += now[mine].sum() - now.sum() * at_risk[mine].sum() / at_risk.sum()
        return abs(total)

    expected = stats.permutation_test(
        (np.arange(4.0), np.arange(4.0, 9.0)),
        lambda x, y: excess(np.concatenate([x, y])),
        alternative="greater",
        n_resamples=math.inf,
    )
    assert log_rank(*here, *there) == pytest.approx(expected.pvalue)


def test_three_against_three_are_at_best_one_in_ten() -> None:
    all_events = np.ones(3, bool)
    p = log_rank(np.array([4.0, 5, 6]), all_events, np.array([7.0, 7, 7]), all_events)
    assert p == pytest.approx(2 / math.comb(6, 3))


def test_groups_without_an_event_cannot_be_told_apart() -> None:
    never = (np.array([8.0, 8.0]), np.array([False, False]))
    assert math.isnan(log_rank(*never, *never))
    at_once = (np.array([1.0, 1.0]), np.array([True, True]))
    assert math.isnan(log_rank(*at_once, *at_once))


def test_holms_adjustment_of_a_case_worked_by_hand() -> None:
    given = np.array([0.04, np.nan, 0.01, 0.03])
    # 0.01 x 3, then 0.03 x 2, then 0.04 x 1 raised to what stands before it.
    assert holm(given)[[0, 2, 3]].tolist() == pytest.approx([0.06, 0.03, 0.06])
    assert math.isnan(holm(given)[1])
    assert holm(np.array([0.9, 0.8])).tolist() == [1, 1]


def test_medians_have_intervals_of_order_statistics_and_say_what_they_cover() -> None:
    values = [*[3.0, 1.0, math.inf, 2.0, 4.0], *range(1, 13), 7.0]
    groups = np.repeat([0, 1, 2], [5, 12, 1])
    middle, low, high, coverage = medians(np.array(values, float), groups, 4)
    assert middle[:3].tolist() == [3, 6.5, 7]
    assert (low[0], high[0]) == (1, math.inf)
    assert coverage[0] == pytest.approx(1 - 2 / 32)
    # The table of the sign test (Dixon & Massey): for n = 12 the third of either end, 96.1 %.
    assert (low[1], high[1]) == (3, 10)
    assert coverage[1] == pytest.approx(1 - 2 * stats.binom.cdf(2, 12, 0.5))
    assert [math.isnan(part[2]) for part in (low, high, coverage)] == [True] * 3
    assert math.isnan(middle[3])


def test_half_that_never_come_have_no_median() -> None:
    middle, *_ = medians(np.array([1.0, math.inf, 2.0, math.inf]), np.zeros(4, int), 1)
    assert math.isinf(middle[0])
