"""Activations that pass the positive side on: ReLU, its leaky and its exponential kin.

It knows each one's mathematics, words, colour and Keras layer; nothing of networks.
"""

from math import inf
from typing import Any

import numpy as np

from core.catalog.activation import Activation, Array, named_layer
from core.catalog.bounded import logistic
from core.catalog.choice import Parameter
from core.language import N_

# Klambauer et al. 2017, equation 14: these keep N(0, 1) at mean 0 and variance 1.
SELU_SCALE = 1.0507009873554804934193349852946
SELU_SCALE_ALPHA = 1.7580993408473768599402175208123


def softplus(z: Array) -> Array:
    """ln(1 + exp(z)), without overflow."""
    return np.asarray(np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))))


def _relu_layer(maximum: float | None = None) -> Any:
    import keras

    return keras.layers.ReLU(max_value=maximum, negative_slope=0.0, threshold=0.0)


def _leaky_layer(a: float) -> Any:
    import keras

    return keras.layers.LeakyReLU(negative_slope=a)


def _prelu_layer(a: float) -> Any:
    import keras

    return keras.layers.PReLU(
        alpha_initializer=keras.initializers.Constant(a),
        alpha_regularizer=None,
        alpha_constraint=None,
        shared_axes=None,
    )


def _elu_layer(alpha: float) -> Any:
    import keras

    return keras.layers.ELU(alpha=alpha)


def _prelu_slope(z: Array, a: float) -> Array:
    # Keras adds two ReLUs, both of slope 0 at 0.
    return np.where(z > 0, np.ones_like(z), np.where(z < 0, np.full_like(z, a), 0))


def _elu(z: Array, alpha: float) -> Array:
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def _elu_slope(z: Array, alpha: float) -> Array:
    # As TensorFlow has it, from the value: in float32 exactly 0 below about -17.
    return np.where(z > 0, np.ones_like(z), alpha * (np.expm1(np.minimum(z, 0)) + 1))


def _selu(z: Array) -> Array:
    return np.where(z > 0, SELU_SCALE * z, SELU_SCALE_ALPHA * np.expm1(np.minimum(z, 0)))


def _selu_slope(z: Array) -> Array:
    # As TensorFlow has it, from the value: in float32 exactly 0 below about -17.
    falling = SELU_SCALE_ALPHA * np.expm1(np.minimum(z, 0)) + SELU_SCALE_ALPHA
    return np.where(z > 0, np.full_like(z, SELU_SCALE), falling)


RELU = Activation(
    name="relu",
    title="ReLU",
    formula=r"f(z) = \max(0, z)",
    slope_formula=r"f'(z) = \begin{cases} 1 & z > 0 \\ 0 & z \le 0 \end{cases}",
    value=lambda z: np.maximum(z, 0),
    slope=lambda z: np.where(z > 0, np.ones_like(z), 0),
    layer=_relu_layer,
    steepest=lambda: 1.0,
    bounds=lambda: (0.0, inf),
    strengths=N_(
        "Slope 1 wherever a unit is active, so gradients do not fade; costs next to nothing."
    ),
    weaknesses=N_("A unit that is negative for every sample gets no gradient and stays dead."),
    reference="Nair & Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines, 2010",
    colour="#0072B2",
)

LEAKY_RELU = Activation(
    name="leaky_relu",
    title="Leaky ReLU",
    formula=r"f(z) = \begin{cases} z & z > 0 \\ a z & z \le 0 \end{cases}",
    slope_formula=r"f'(z) = \begin{cases} 1 & z > 0 \\ a & z \le 0 \end{cases}",
    parameters=(Parameter("a", 0.01, 0.0, 1.0),),
    value=lambda z, a: np.where(z > 0, z, a * z),
    slope=lambda z, a: np.where(z > 0, np.ones_like(z), a),
    layer=_leaky_layer,
    steepest=lambda a: 1.0,
    bounds=lambda a: (-inf if a else 0.0, inf),
    strengths=N_("A small slope on the negative side: no unit can die."),
    weaknesses=N_("The slope is one more number to choose, and libraries differ on it."),
    reference="Maas, Hannun & Ng, Rectifier Nonlinearities Improve Neural Network Acoustic"
    " Models, 2013",
    colour="#56B4E9",
)

PRELU = Activation(
    name="prelu",
    title="PReLU",
    formula=r"f(z) = \begin{cases} z & z > 0 \\ a z & z \le 0 \end{cases}"
    r"\quad a \text{ learned for each unit}",
    slope_formula=r"f'(z) = \begin{cases} 1 & z > 0 \\ a & z < 0 \end{cases}",
    parameters=(Parameter("a", 0.25, 0.0, 1.0),),
    value=lambda z, a: np.where(z > 0, z, a * z),
    slope=_prelu_slope,
    layer=_prelu_layer,
    steepest=lambda a: 1.0,
    bounds=lambda a: (-inf if a else 0.0, inf),
    strengths=N_("Learns its negative slope, one for each unit, with the weights."),
    weaknesses=N_("More parameters, which small data sets can overfit."),
    reference="He, Zhang, Ren & Sun, Delving Deep into Rectifiers, 2015",
    colour="#2187E0",
    learned=True,
)

RELU6 = Activation(
    name="relu6",
    title="ReLU6",
    formula=r"f(z) = \min(\max(0, z),\, 6)",
    slope_formula=r"f'(z) = \begin{cases} 1 & 0 < z < 6 \\ 0 & \text{else} \end{cases}",
    value=lambda z: np.clip(z, 0, 6),
    slope=lambda z: np.where((z > 0) & (z < 6), np.ones_like(z), 0),
    layer=lambda: _relu_layer(6.0),
    steepest=lambda: 1.0,
    bounds=lambda: (0.0, 6.0),
    strengths=N_("Bounded, so it keeps its precision in few bits on small devices."),
    weaknesses=N_("Dead below 0 as ReLU is, and without gradient above 6 as well."),
    reference="Krizhevsky, Convolutional Deep Belief Networks on CIFAR-10, 2010",
    colour="#23529D",
)

ELU = Activation(
    name="elu",
    title="ELU",
    formula=r"f(z) = \begin{cases} z & z > 0 \\ \alpha\,(e^{z} - 1) & z \le 0 \end{cases}",
    slope_formula=r"f'(z) = \begin{cases} 1 & z > 0 \\ \alpha\, e^{z} & z \le 0 \end{cases}",
    parameters=(Parameter("alpha", 1.0, 0.0, 10.0),),
    value=_elu,
    slope=_elu_slope,
    layer=_elu_layer,
    steepest=lambda alpha: max(1.0, alpha),
    bounds=lambda alpha: (-alpha, inf),
    strengths=N_("Negative values bring the mean near 0; with alpha 1 its slope has no jump at 0."),
    weaknesses=N_("Saturates on the negative side; the exponential costs time."),
    reference="Clevert, Unterthiner & Hochreiter, Fast and Accurate Deep Network Learning by"
    " Exponential Linear Units, 2016",
    colour="#009E73",
)

SELU = Activation(
    name="selu",
    title="SELU",
    formula=r"f(z) = \lambda \begin{cases} z & z > 0 \\ \alpha\,(e^{z} - 1) & z \le 0"
    r" \end{cases} \quad \lambda \approx 1.0507,\ \alpha \approx 1.6733",
    slope_formula=r"f'(z) = \lambda \begin{cases} 1 & z > 0 \\ \alpha\, e^{z} & z \le 0"
    r" \end{cases}",
    value=_selu,
    slope=_selu_slope,
    layer=lambda: named_layer("selu"),
    steepest=lambda: SELU_SCALE_ALPHA,
    bounds=lambda: (-SELU_SCALE_ALPHA, inf),
    strengths=N_("Keeps mean 0 and variance 1 from layer to layer without normalisation."),
    weaknesses=N_("Keeps them only with lecun_normal weights in plain dense networks."),
    reference="Klambauer, Unterthiner, Mayr & Hochreiter, Self-Normalizing Neural Networks, 2017",
    colour="#659146",
    centred=True,
)

SOFTPLUS = Activation(
    name="softplus",
    title="Softplus",
    formula=r"f(z) = \ln(1 + e^{z})",
    slope_formula=r"f'(z) = \sigma(z) = \frac{1}{1 + e^{-z}}",
    value=softplus,
    slope=logistic,
    layer=lambda: named_layer("softplus"),
    steepest=lambda: 1.0,
    bounds=lambda: (0.0, inf),
    strengths=N_("A smooth ReLU: always some slope, always positive values."),
    weaknesses=N_("Its mean is far above 0 (0.81 for z from N(0, 1)), which slows deep networks."),
    reference="Dugas, Bengio, Bélisle, Nadeau & Garcia, Incorporating Second-Order Functional"
    " Knowledge, 2001",
    colour="#2E624D",
)

RECTIFIED: tuple[Activation, ...] = (RELU, LEAKY_RELU, PRELU, RELU6, ELU, SELU, SOFTPLUS)
