"""Activations and their layers against Keras and automatic differentiation."""

import keras
import numpy as np
import pytest

from core.catalog import ACTIVATIONS, Activation, default_choice

from .every_activation import FIXED, GRID, RECORDS, each_case, each_record, keras_value_and_slope


def apart_from_selus_kink(record: Activation, z: np.ndarray) -> np.ndarray:
    """All z; for selu those that TensorFlow tells from 0, where its slope jumps.

    At 0 itself TensorFlow's plain kernel takes the slope of the right, XLA's of the left.
    """
    return np.asarray((np.abs(z) > 1e-6) | (record.name != "selu"))


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
