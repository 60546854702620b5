"""Layer statistics against their definitions: plain NumPy and hand-made cases."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.catalog import ACTIVATIONS, parse
from core.engine.regions import regions
from core.engine.statistics import LayerArrays, layer_reports

Array = np.ndarray
QUANTILES = {
    "q01": 0.01,
    "q05": 0.05,
    "q25": 0.25,
    "q50": 0.5,
    "q75": 0.75,
    "q95": 0.95,
    "q99": 0.99,
}


def arrays_of(pre: Array, activation: str = "relu", delta: Array | None = None) -> LayerArrays:
    """LayerArrays of pre-activations (members, samples, units), with numbers for what is given."""
    chosen = parse(activation, ACTIVATIONS, "activation")
    record, members = ACTIVATIONS[chosen.name], len(pre)
    slope, steepest = record.slope(pre, *chosen.arguments), record.steepest(*chosen.arguments)
    saturated, flat = regions(slope, steepest)
    return LayerArrays(
        pre=pre,
        post=record.value(pre, *chosen.arguments),
        delta=np.zeros_like(pre) if delta is None else delta,
        saturated=saturated,
        flat=flat,
        gradient_norm=np.arange(1, members + 1, dtype=np.float32),
        weight_norm=np.arange(2, members + 2, dtype=np.float32),
        update_norm=np.arange(members, dtype=np.float32),
        dead=np.linspace(0, 1, members, dtype=np.float32),
    )


@pytest.mark.parametrize("activation", ["relu", "tanh", "relu6", "step", "hard_sigmoid", "gelu"])
def test_a_report_is_what_numpy_finds_member_by_member(activation: str) -> None:
    rng = np.random.default_rng(0)
    scales = np.array([0.1, 1.0, 30.0])[:, None, None]
    pre, delta = ((rng.normal(size=(3, 77, 5)) * scales).astype(np.float32) for _ in range(2))
    given = arrays_of(pre, activation, delta)
    record = ACTIVATIONS[activation]
    for place, report in enumerate(layer_reports(4, given)):
        z, a, d = (x[place].astype(np.float64) for x in (pre, given.post, delta))
        slope = record.slope(pre[place])
        assert (report.layer, report.units) == (4, 5)
        expected = {
            "pre_mean": z.mean(),
            "pre_std": z.std(),
            "mean": a.mean(),
            "std": a.std(),
            "second_moment": (a * a).mean(),
            **{name: np.quantile(a, share) for name, share in QUANTILES.items()},
            "zero_fraction": sum(value == 0 for value in a.flat) / a.size,
            "saturated_fraction": np.mean(abs(slope) <= np.float32(0.05 * record.steepest())),
            "silent_fraction": np.mean([not np.any(slope[:, unit]) for unit in range(5)]),
            "dead_fraction": given.dead[place],
            "delta_rms": np.sqrt((d**2).mean()),
            "delta_mean_norm": np.sqrt(sum(d[:, unit].mean() ** 2 for unit in range(5))),
            "gradient_norm": place + 1,
            "weight_norm": place + 2,
            "update_ratio": place / (place + 2),
            "histogram_low": a.min(),
            "histogram_high": a.max(),
        }
        for name, value in expected.items():
            assert getattr(report, name) == pytest.approx(value, rel=1e-6, abs=1e-9), name
        counts, _ = np.histogram(given.post[place], bins=64)
        # An entry on an edge between two bins may be in either, by the rounding of the edge.
        assert sum(report.histogram) == a.size
        assert np.abs(np.cumsum(report.histogram) - np.cumsum(counts)).max() <= 1


def test_entries_on_the_edges_of_bins_are_counted_as_numpy_counts_them() -> None:
    pre = (np.arange(65, dtype=np.float32) / 64).reshape(1, 13, 5)
    (report,) = layer_reports(1, arrays_of(pre, "linear"))
    counts, edges = np.histogram(pre, bins=64)
    assert report.histogram == tuple(counts) == (1,) * 63 + (2,)
    assert (report.histogram_low, report.histogram_high) == (edges[0], edges[-1])


@given(
    hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=3, max_dims=3, max_side=9),
        elements=st.floats(-8, 8, width=32) | st.sampled_from([0.0, -0.0, 1.0, 1e30]),
    )
)
def test_bins_of_all_members_at_once_are_those_of_each_bisected_alone(post: Array) -> None:
    for place, report in enumerate(layer_reports(1, arrays_of(post, "linear"))):
        entries = np.sort(post[place].reshape(-1))
        low, high = np.float64(entries[0]), np.float64(entries[-1])
        edges = (low + (high - low) * np.arange(1, 64) / 64).astype(np.float32)
        below = [0, *np.searchsorted(entries, edges, "left"), entries.size]
        expected = np.diff(below) if low != high else [entries.size] + [0] * 63
        assert report.histogram == tuple(expected)


def test_a_layer_of_relu_that_never_fires_is_silent_and_zero_throughout() -> None:
    (report,) = layer_reports(1, arrays_of(np.full((1, 20, 4), -3, np.float32)))
    fractions = (report.zero_fraction, report.saturated_fraction, report.silent_fraction)
    assert fractions == (1, 1, 1)
    assert (report.mean, report.std, report.q01, report.q99) == (0, 0, 0, 0)
    assert report.histogram == (80,) + (0,) * 63


def test_step_is_saturated_everywhere_for_it_is_flat() -> None:
    pre = np.linspace(-1, 1, 40, dtype=np.float32).reshape(1, 20, 2)
    (report,) = layer_reports(1, arrays_of(pre, "step"))
    assert (report.saturated_fraction, report.silent_fraction) == (1, 1)
    assert report.zero_fraction == 0.5
    assert report.histogram == (20,) + (0,) * 62 + (20,)


def test_relu6_is_silent_where_a_unit_is_below_0_or_above_6_for_all_samples() -> None:
    low, inside, high, across = -1.0, 3.0, 7.0, np.where(np.arange(10) % 2, -1.0, 7.0)
    pre = np.stack([np.broadcast_to(u, 10) for u in (low, inside, high, across)], axis=1)
    (report,) = layer_reports(1, arrays_of(pre[None].astype(np.float32), "relu6"))
    assert report.silent_fraction == 0.75
    assert report.saturated_fraction == 0.75
    assert report.zero_fraction == 15 / 40


def test_numbers_that_are_not_finite_are_reported_and_nothing_fails() -> None:
    pre = np.array([[[1.0, np.inf], [2.0, np.inf]], [[1.0, 2.0], [3.0, 4.0]]], np.float32)
    wild, tame = layer_reports(1, arrays_of(pre, "linear"))
    assert wild.mean == np.inf
    assert wild.q99 == np.inf
    assert wild.histogram == (0,) * 64
    assert tame.mean == 2.5
    assert sum(tame.histogram) == 4


def test_saturation_is_measured_at_each_unit_s_own_steepest_slope() -> None:
    # Units of prelu whose left slopes are 0.01, 0.2 and -100; beside 100, 1 is less than 5 %.
    left = np.array([0.01, 0.2, -100], np.float32)
    pre = np.where(np.arange(10)[:, None] < 4, -1, 1).astype(np.float32) * np.ones(3, np.float32)
    saturated, flat = regions(np.where(pre > 0, 1, left)[None], np.maximum(1, abs(left)))
    given = replace(arrays_of(pre[None]), saturated=saturated, flat=flat)
    (report,) = layer_reports(1, given)
    assert report.saturated_fraction == pytest.approx((4 + 0 + 6) / 30)
    assert report.silent_fraction == 0
