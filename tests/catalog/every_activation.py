"""The activations that tests are asked of, and what Keras and TensorFlow find of them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

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
