"""Activations against Keras, automatic differentiation, closed forms and quadrature."""

from itertools import pairwise
from math import exp, inf, pi, sqrt

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from core.catalog import ACTIVATIONS, Activation, default_choice

RECORDS = tuple(ACTIVATIONS.values())
CASES = [(record, default_choice(record).arguments) for record in RECORDS] + [
    (ACTIVATIONS["leaky_relu"], (0.3,)),
    (ACTIVATIONS["leaky_relu"], (0.0,)),
    (ACTIVATIONS["prelu"], (0.0,)),
    (ACTIVATIONS["elu"], (0.5,)),
    (ACTIVATIONS["elu"], (2.5,)),
]
each_case = pytest.mark.parametrize(
    ("record", "params"), CASES, ids=lambda value: getattr(value, "name", str(value))
)
# Extrema and centredness are attributes of the records; each formula has its own.
FIXED = [record for record in RECORDS if record.name != "formula"]
each_fixed = pytest.mark.parametrize("record", FIXED, ids=lambda record: record.name)
each_record = pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)

_STEPS = np.geomspace(1e-30, 1e4, 2000)
GRID = np.concatenate([-_STEPS[::-1], [0.0, -0.0], _STEPS, np.linspace(-20, 20, 4001)])


def keras_value_and_slope(
    record: Activation, params: tuple[float, ...], z: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Keras's layer and TensorFlow's gradient of it, in the precision of ``z``."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(str(z.dtype))
    try:
        layer = record.layer(*params)
    finally:
        keras.config.set_dtype_policy(before)
    tensor = tf.constant(z[None])
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        value = layer(tensor)
    return value.numpy()[0], tape.gradient(value, tensor).numpy()[0]


def apart_from_selus_kink(record: Activation, z: np.ndarray) -> np.ndarray:
    """All z; for selu those that TensorFlow tells from 0, where its slope jumps.

    At 0 itself TensorFlow's plain kernel takes the slope of the right, XLA's of the left.
    """
    return np.asarray((np.abs(z) > 1e-6) | (record.name != "selu"))


def normal_moment(record: Activation, power: int) -> float:
    """E f(z)^power for z from N(0, 1), by quadrature on both sides of every kink."""

    def integrand(z: float) -> float:
        params = default_choice(record).arguments
        f = float(record.value(np.full(1, z), *params)[0])
        return f**power * exp(-z * z / 2) / sqrt(2 * pi)

    parts = pairwise((-12, -3, 0, 3, 6, 12))
    return float(sum(quad(integrand, low, high)[0] for low, high in parts))


@each_case
def test_numpy_form_equals_keras_in_float64(record: Activation, params: tuple[float, ...]) -> None:
    value, slope = keras_value_and_slope(record, params, GRID)
    np.testing.assert_allclose(record.value(GRID, *params), value, rtol=1e-6, atol=1e-6)
    where = apart_from_selus_kink(record, GRID)
    np.testing.assert_allclose(
        record.slope(GRID, *params)[where], slope[where], rtol=1e-6, atol=1e-6
    )


@each_case
def test_numpy_form_equals_keras_in_float32(record: Activation, params: tuple[float, ...]) -> None:
    z = GRID.astype(np.float32)
    value, slope = keras_value_and_slope(record, params, z)
    np.testing.assert_allclose(record.value(z, *params), value, rtol=1e-6, atol=1e-6)
    # Mish, which is the formula's default too: TensorFlow's own float32 gradient is off by
    # 4e-6 near z = 8, from 1 - tanh^2.
    bound = 5e-6 if record.name in ("mish", "formula") else 1e-6
    where = apart_from_selus_kink(record, z)
    np.testing.assert_allclose(
        record.slope(z, *params)[where], slope[where], rtol=bound, atol=bound
    )


@each_case
def test_numpy_form_keeps_dtype_and_shape(record: Activation, params: tuple[float, ...]) -> None:
    for dtype in (np.float32, np.float64):
        z = np.linspace(-8, 8, 24, dtype=dtype).reshape(2, 3, 4)
        for form in (record.value, record.slope):
            result = form(z, *params)
            assert (result.dtype, result.shape) == (z.dtype, z.shape)
            assert not np.shares_memory(result, z)


@each_case
def test_extreme_inputs_give_finite_numbers_without_warnings(
    record: Activation, params: tuple[float, ...]
) -> None:
    for dtype in (np.float32, np.float64):
        z = np.array([-1e30, -1e10, -1e4, -0.0, 0.0, 1e4, 1e10, 1e30], dtype)
        assert np.isfinite(record.value(z, *params)).all()
        assert np.isfinite(record.slope(z, *params)).all()


@pytest.mark.parametrize(
    "record",
    # The stack makes the slopes of a learned activation itself.
    [record for record in RECORDS if not record.learned],
    ids=lambda record: record.name,
)
def test_layer_of_member_axes_is_elementwise_and_without_state(record: Activation) -> None:
    params = default_choice(record).arguments
    layer = record.layer(*params)
    z = np.random.default_rng(5).normal(0, 3, (2, 3, 4, 5)).astype(np.float32)
    np.testing.assert_allclose(layer(z), record.value(z, *params), rtol=1e-6, atol=1e-6)
    assert layer.weights == []


@each_record
def test_a_fit_through_the_layer_meets_no_missing_gradient(record: Activation) -> None:
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4),
            record.layer(*default_choice(record).arguments),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse")
    x = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
    history = model.fit(x, x[:, :1], epochs=1, batch_size=4, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


@each_record
def test_layer_survives_saving_to_a_config(record: Activation) -> None:
    params = default_choice(record).arguments
    layer = record.layer(*params)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    z = np.linspace(-4, 8, 13, dtype=np.float32)[None]
    np.testing.assert_array_equal(again(z), layer(z))


def test_only_prelu_learns_and_its_slopes_start_at_its_parameter() -> None:
    assert [record.name for record in RECORDS if record.learned] == ["prelu"]
    layer = ACTIVATIONS["prelu"].layer(0.1)
    layer.build((None, 4))
    np.testing.assert_array_equal(layer.weights[0], np.full(4, 0.1, np.float32))


def test_step_is_0_at_0_and_has_a_connected_gradient_of_zeros() -> None:
    z = np.array([-2.0, -0.0, 0.0, 1e-30, 2.0], np.float32)
    value, slope = keras_value_and_slope(ACTIVATIONS["step"], (), z)
    np.testing.assert_array_equal(value, [0, 0, 0, 1, 1])
    np.testing.assert_array_equal(slope, np.zeros(5))


def test_defaults_are_those_of_the_articles() -> None:
    defaults = {record.name: default_choice(record).arguments for record in FIXED}
    assert {name: given for name, given in defaults.items() if given} == {
        "leaky_relu": (0.01,),
        "prelu": (0.25,),
        "elu": (1.0,),
    }


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
