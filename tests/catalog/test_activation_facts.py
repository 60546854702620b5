"""What the records say of their functions: moments, extrema, bounds and live intervals."""

from itertools import pairwise
from math import exp, inf, pi, sqrt

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from core.catalog import ACTIVATIONS, Activation, default_choice

from .every_activation import GRID, each_case, each_fixed, each_record, keras_value_and_slope


def normal_moment(record: Activation, power: int) -> float:
    """E f(z)^power for z from N(0, 1), by quadrature on both sides of every kink."""

    def integrand(z: float) -> float:
        params = default_choice(record).arguments
        f = float(record.value(np.full(1, z), *params)[0])
        return f**power * exp(-z * z / 2) / sqrt(2 * pi)

    parts = pairwise((-12, -3, 0, 3, 6, 12))
    return float(sum(quad(integrand, low, high)[0] for low, high in parts))


# Mean, standard deviation and second moment for z ~ N(0, 1).
MOMENTS = {
    "sigmoid": (0.5, 0.2083, 0.2934),
    "tanh": (0.0, 0.6279, 0.3943),
    "relu": (0.39894, 0.58382, 0.5),
    "elu": (0.16052, 0.78688, 0.64494),
    "selu": (0.0, 1.0, 1.0),
    "gelu": (0.28209, 0.58791, 0.42522),
    "silu": (0.20662, 0.55954, 0.35578),
    "mish": (0.24040, 0.62813, 0.45234),
}


@pytest.mark.parametrize("name", MOMENTS)
def test_moments_of_normal_inputs_are_the_known_ones(name: str) -> None:
    record = ACTIVATIONS[name]
    mean, std, second = MOMENTS[name]
    first, square = normal_moment(record, 1), normal_moment(record, 2)
    assert first == pytest.approx(mean, abs=6e-5)
    assert square == pytest.approx(second, abs=6e-5)
    assert sqrt(square - first**2) == pytest.approx(std, abs=6e-5)

    z = np.random.default_rng(2).standard_normal(10**6)
    a = record.value(z, *default_choice(record).arguments)
    assert a.mean() == pytest.approx(mean, abs=5e-3)
    assert a.std() == pytest.approx(std, abs=5e-3)
    assert np.mean(a**2) == pytest.approx(second, abs=5e-3)


@pytest.mark.parametrize(
    ("name", "mean", "second"),
    [
        # E max(0, z) = 1 / sqrt(2 pi), E max(0, z)^2 = 1/2.
        ("relu", 1 / sqrt(2 * pi), 0.5),
        ("leaky_relu", 0.99 / sqrt(2 * pi), (1 + 0.01**2) / 2),
        ("prelu", 0.75 / sqrt(2 * pi), (1 + 0.25**2) / 2),
        # E z Phi(z) = 1 / (2 sqrt(pi)); E (z Phi)^2 = 1/3 + 1 / (2 pi sqrt(3)).
        ("gelu", 1 / (2 * sqrt(pi)), 1 / 3 + 1 / (2 * pi * sqrt(3))),
        ("step", 0.5, 0.5),
        ("linear", 0.0, 1.0),
    ],
)
def test_moments_of_normal_inputs_equal_the_closed_form(
    name: str, mean: float, second: float
) -> None:
    record = ACTIVATIONS[name]
    assert normal_moment(record, 1) == pytest.approx(mean, abs=1e-9)
    assert normal_moment(record, 2) == pytest.approx(second, abs=1e-9)


@each_fixed
def test_centred_means_a_mean_of_0_for_normal_inputs(record: Activation) -> None:
    assert record.centred == (abs(normal_moment(record, 1)) < 1e-9)


def test_the_numbers_in_the_texts_are_true() -> None:
    def slope(name: str, z: float) -> float:
        return float(ACTIVATIONS[name].slope(np.full(1, z))[0])

    assert normal_moment(ACTIVATIONS["softplus"], 1) == pytest.approx(0.81, abs=0.005)
    assert slope("tanh", 2.2) < 1 / 20 < slope("tanh", 2.15)
    assert slope("softsign", 1.0) == pytest.approx(1 / 4)
    assert slope("silu", 0.0) == pytest.approx(1 / 2)
    assert slope("mish", 0.0) == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("name", "highest", "at_high", "lowest", "at_low"),
    [
        ("sigmoid", 0.25, 0.0, None, None),
        ("tanh", 1.0, 0.0, None, None),
        ("gelu", 1.128904, sqrt(2), -0.128904, -sqrt(2)),
        ("silu", 1.099839, 2.3994, -0.099839, -2.3994),
    ],
)
def test_extrema_of_the_slope_are_the_known_ones(
    name: str, highest: float, at_high: float, lowest: float | None, at_low: float | None
) -> None:
    slope = ACTIVATIONS[name].slope
    peak = minimize_scalar(lambda z: -slope(np.full(1, z))[0], bounds=(-1, 4), method="bounded")
    assert -peak.fun == pytest.approx(highest, abs=1e-6)
    assert peak.x == pytest.approx(at_high, abs=1e-3)
    if lowest is not None:
        dip = minimize_scalar(lambda z: slope(np.full(1, z))[0], bounds=(-4, 0), method="bounded")
        assert dip.fun == pytest.approx(lowest, abs=1e-6)
        assert dip.x == pytest.approx(at_low, abs=1e-3)


@each_case
def test_steepest_is_the_largest_slope(record: Activation, params: tuple[float, ...]) -> None:
    fine = np.concatenate([np.linspace(-30, 30, 600_001), [-1e-9, 1e-9, 1e4]])
    found = np.abs(record.slope(fine, *params)).max()
    assert record.steepest(*params) == pytest.approx(found, rel=1e-8)


@each_case
def test_bounds_are_reached_and_never_passed(record: Activation, params: tuple[float, ...]) -> None:
    values = record.value(np.concatenate([GRID, np.linspace(-3, 0, 100_001)]), *params)
    low, high = record.bounds(*params)
    for bound, found in ((low, values.min()), (high, values.max())):
        if np.isinf(bound):
            assert np.sign(found) == np.sign(bound) and abs(found) > 50
        else:
            assert found == pytest.approx(bound, abs=2e-4)
    assert low - 1e-9 <= values.min() and values.max() <= high + 1e-9


@each_fixed
def test_extrema_are_exactly_where_the_slope_changes_its_sign(record: Activation) -> None:
    params = default_choice(record).arguments
    slope = record.slope(np.linspace(-30, 30, 60_002), *params)
    signs = np.sign(slope)[slope != 0]
    assert len(record.extrema) == np.count_nonzero(np.diff(signs))
    for at, height in record.extrema:
        assert record.slope(np.full(1, at), *params)[0] == pytest.approx(0, abs=1e-9)
        assert record.value(np.full(1, at), *params)[0] == pytest.approx(height, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "params", "interval"),
    [
        ("linear", (), (-inf, inf)),
        ("step", (), (inf, -inf)),
        ("relu", (), (0, inf)),
        ("leaky_relu", (0.01,), (-inf, inf)),
        ("leaky_relu", (0.0,), (0, inf)),
        ("prelu", (0.25,), (-inf, inf)),
        ("prelu", (0.0,), (0, inf)),
        ("relu6", (), (0, 6)),
        ("hard_sigmoid", (), (-3, 3)),
    ],
)
def test_live_interval_of_straight_lines_is_exact(
    name: str, params: tuple[float, ...], interval: tuple[float, float]
) -> None:
    assert ACTIVATIONS[name].live_interval(*params) == interval


@each_case
def test_float32_slope_is_live_inside_and_0_outside_of_the_interval(
    record: Activation, params: tuple[float, ...]
) -> None:
    low, high = record.live_interval(*params)
    if low > high:
        assert not record.slope(GRID.astype(np.float32), *params).any()
        return
    tiny = np.finfo(np.float32).tiny
    for edge, outwards in ((low, -inf), (high, inf)):
        if np.isinf(edge):
            continue
        beyond = np.nextafter(np.float32(edge), np.float32(outwards))
        inside = np.nextafter(np.float32(edge), np.float32(-outwards))
        z = np.array([inside, edge, beyond, 2 * edge + np.sign(outwards)], np.float32)
        live = np.abs(record.slope(z, *params)) >= tiny
        assert live.tolist() == [True, False, False, False]


@each_record
def test_the_gradient_of_tensorflow_is_0_outside_of_the_interval(record: Activation) -> None:
    params = default_choice(record).arguments
    low, high = record.live_interval(*params)
    z = np.linspace(-120, 120, 24_001, dtype=np.float32)
    slope = keras_value_and_slope(record, params, z)[1]
    # TensorFlow's elu and selu round to their limit a hundredth further out.
    assert not slope[(z < low - 0.02) | (z > high)].any()
    # TensorFlow on CPU sets tanh to 1 beyond 7.9 already, and silu's factor to 0 below -87.3.
    surely = (z > 0.86 * low if low < 0 else z > low) & (z < 0.86 * high)
    surely &= np.abs(record.slope(z, *params)) > 1e-30
    assert slope[surely].all()
