"""Activations that saturate or only scale: linear, step, sigmoid, tanh and their kin.

It knows each one's mathematics, words, colour and Keras layer; nothing of networks.
"""

from functools import cache
from math import inf
from typing import Any

import numpy as np

from core.catalog.activation import Activation, Array, named_layer
from core.language import N_


def logistic(z: Array) -> Array:
    """1 / (1 + exp(-z)), without overflow."""
    small = np.exp(-np.abs(z))
    return np.asarray(np.where(z >= 0, 1, small) / (1 + small))


def _logistic_slope(z: Array) -> Array:
    s = logistic(z)
    # As TensorFlow has it: in float32 1 - s is exactly 0 from z of about 17 on.
    return np.asarray(s * (1 - s))


def _tanh_slope(z: Array) -> Array:
    # NumPy's float32 tanh differs between machines just where it rounds to 1.
    t = np.tanh(z, dtype=np.float64).astype(z.dtype)
    return np.asarray(1 - t**2)


@cache
def _step_of_tensors() -> Any:
    import keras

    # sign has a gradient of zeros, where a comparison would have none for Keras to apply.
    def step(z: Any) -> Any:
        return keras.ops.relu(keras.ops.sign(z))

    return keras.saving.register_keras_serializable(package="kassei")(step)


def _step_layer() -> Any:
    import keras

    return keras.layers.Activation(_step_of_tensors())


LINEAR = Activation(
    name="linear",
    title=N_("Linear"),
    formula=r"f(z) = z",
    slope_formula=r"f'(z) = 1",
    value=lambda z: np.array(z),
    slope=lambda z: np.ones_like(z),
    layer=lambda: named_layer("linear"),
    steepest=lambda: 1.0,
    bounds=lambda: (-inf, inf),
    strengths=N_("Passes signal and gradient on unchanged: the control of every comparison."),
    weaknesses=N_("Any number of linear layers is one linear map: depth adds nothing."),
    reference="Widrow & Hoff, Adaptive Switching Circuits, 1960",
    colour="#A4A39C",
    centred=True,
)

STEP = Activation(
    name="step",
    title=N_("Step"),
    formula=r"f(z) = \begin{cases} 1 & z > 0 \\ 0 & z \le 0 \end{cases}",
    slope_formula=r"f'(z) = 0",
    value=lambda z: np.where(z > 0, np.ones_like(z), 0),
    slope=lambda z: np.zeros_like(z),
    layer=_step_layer,
    steepest=lambda: 0.0,
    bounds=lambda: (0.0, 1.0),
    strengths=N_("The perceptron's neuron: a unit fires or it does not."),
    weaknesses=N_("Its gradient is 0 everywhere, so no layer below it can learn."),
    reference="Rosenblatt, The Perceptron, 1958",
    colour="#79787E",
)

SIGMOID = Activation(
    name="sigmoid",
    title=N_("Sigmoid"),
    formula=r"f(z) = \sigma(z) = \frac{1}{1 + e^{-z}}",
    slope_formula=r"f'(z) = \sigma(z)\,(1 - \sigma(z))",
    value=logistic,
    slope=_logistic_slope,
    layer=lambda: named_layer("sigmoid"),
    steepest=lambda: 0.25,
    bounds=lambda: (0.0, 1.0),
    strengths=N_("Smooth, and its values from 0 to 1 read as probabilities or gates."),
    weaknesses=N_(
        "Its slope is at most 1/4, so gradients fade with depth; its values are never"
        " negative, so they are not centred on 0."
    ),
    reference="Rumelhart, Hinton & Williams, Learning Representations by Back-propagating"
    " Errors, 1986",
    colour="#D55E00",
)

HARD_SIGMOID = Activation(
    name="hard_sigmoid",
    title=N_("Hard sigmoid"),
    formula=r"f(z) = \frac{1}{6}\min(\max(z + 3,\, 0),\, 6)",
    slope_formula=r"f'(z) = \begin{cases} \frac{1}{6} & -3 < z < 3 \\ 0 & \text{else} \end{cases}",
    value=lambda z: np.clip(z + 3, 0, 6) / 6,
    slope=lambda z: np.where((z > -3) & (z < 3), np.full_like(z, 1 / 6), 0),
    layer=lambda: named_layer("hard_sigmoid"),
    steepest=lambda: 1 / 6,
    bounds=lambda: (0.0, 1.0),
    strengths=N_("Sigmoid's shape from three straight lines: cheap on small devices."),
    weaknesses=N_("Its slope is at most 1/6, and exactly 0 beyond -3 and 3."),
    reference="Howard et al., Searching for MobileNetV3, 2019",
    colour="#B6250F",
)

TANH = Activation(
    name="tanh",
    title="tanh",
    formula=r"f(z) = \tanh(z) = \frac{e^{z} - e^{-z}}{e^{z} + e^{-z}}",
    slope_formula=r"f'(z) = 1 - \tanh^2(z)",
    value=np.tanh,
    slope=_tanh_slope,
    layer=lambda: named_layer("tanh"),
    steepest=lambda: 1.0,
    bounds=lambda: (-1.0, 1.0),
    strengths=N_("Centred on 0, and its slope at 0 is 1: a sigmoid that keeps the signal."),
    weaknesses=N_("Saturates on both sides: beyond about 2.2 its slope is below 1/20."),
    reference="LeCun, Bottou, Orr & Müller, Efficient BackProp, 1998",
    colour="#E69F00",
    centred=True,
)

SOFTSIGN = Activation(
    name="softsign",
    title="Softsign",
    formula=r"f(z) = \frac{z}{1 + |z|}",
    slope_formula=r"f'(z) = \frac{1}{(1 + |z|)^2}",
    value=lambda z: z / (1 + np.abs(z)),
    slope=lambda z: (1 / (1 + np.abs(z))) ** 2,
    layer=lambda: named_layer("softsign"),
    steepest=lambda: 1.0,
    bounds=lambda: (-1.0, 1.0),
    strengths=N_("Like tanh, but saturates slowly: its slope falls as a power, not exponentially."),
    weaknesses=N_("Its slope falls at once beside 0: it is 1/4 at 1 already."),
    reference="Glorot & Bengio, Understanding the Difficulty of Training Deep Feedforward"
    " Neural Networks, 2010",
    colour="#6F6337",
    centred=True,
)

BOUNDED: tuple[Activation, ...] = (LINEAR, STEP, SIGMOID, HARD_SIGMOID, TANH, SOFTSIGN)
