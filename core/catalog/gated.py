"""Activations z · gate(z), smooth and with a dip below 0: GELU, SiLU, Mish.

It knows each one's mathematics, words, colour and Keras layer; nothing of networks.
"""

from math import inf, pi, sqrt

import numpy as np

from core.catalog.activation import Activation, Array, named_layer
from core.catalog.bounded import logistic
from core.catalog.normal import distribution
from core.catalog.rectified import softplus
from core.language import N_


def _gelu(z: Array) -> Array:
    return np.asarray(z * distribution(z))


def _gelu_slope(z: Array) -> Array:
    # Beyond 40 the density is 0 even in float64; without the limit z * z could overflow.
    near = np.clip(z, -40, 40)
    return np.asarray(distribution(z) + near * np.exp(-near * near / 2) / sqrt(2 * pi))


def _silu_slope(z: Array) -> Array:
    s = logistic(z)
    return np.asarray(s + z * (s * logistic(-z)))


def _mish(z: Array) -> Array:
    return np.asarray(z * np.tanh(softplus(z)))


def _mish_slope(z: Array) -> Array:
    # Above 40 f' is 1 even in float64; without the limit cosh could overflow.
    near = np.minimum(z, 40)
    gate = softplus(near)
    return np.asarray(np.tanh(gate) + near * (logistic(near) / np.cosh(gate) ** 2))


GELU = Activation(
    name="gelu",
    title="GELU",
    formula=r"f(z) = z\,\Phi(z) = \frac{z}{2}\left(1 + \operatorname{erf}\frac{z}{\sqrt{2}}\right)",
    slope_formula=r"f'(z) = \Phi(z) + z\,\varphi(z)",
    value=_gelu,
    slope=_gelu_slope,
    # Keras: exact in keras.activations, by tanh in keras.ops. A test holds this one exact.
    layer=lambda: named_layer("gelu"),
    # f'' = (2 - z^2) phi(z), so f' is extreme at +-sqrt(2).
    steepest=lambda: 1.128904145185155,
    bounds=lambda: (-0.16997120747990369, inf),
    extrema=((-0.7517915246935645, -0.16997120747990369),),
    strengths=N_("Smooth, with some gradient just below 0: the usual choice of transformers."),
    weaknesses=N_("Costs more than ReLU: an error function for every unit."),
    reference="Hendrycks & Gimpel, Gaussian Error Linear Units, 2016",
    colour="#CC79A7",
)

SILU = Activation(
    name="silu",
    title="SiLU (Swish)",
    formula=r"f(z) = z\,\sigma(z) = \frac{z}{1 + e^{-z}}",
    slope_formula=r"f'(z) = \sigma(z)\,\bigl(1 + z\,(1 - \sigma(z))\bigr)",
    value=lambda z: z * logistic(z),
    slope=_silu_slope,
    layer=lambda: named_layer("silu"),
    steepest=lambda: 1.099839320128867,
    bounds=lambda: (-0.27846454276107374, inf),
    extrema=((-1.2784645427610738, -0.27846454276107374),),
    strengths=N_("Smooth, unbounded above, and its slope is 0 at a single point."),
    weaknesses=N_("Near 0 its slope is only 1/2, so the signal shrinks at common initial weights."),
    reference="Elfwing, Uchibe & Doya, Sigmoid-Weighted Linear Units, 2018",
    colour="#8E2C68",
)

MISH = Activation(
    name="mish",
    title="Mish",
    formula=r"f(z) = z \tanh(\ln(1 + e^{z}))",
    slope_formula=r"f'(z) = \tanh(s) + z\,\sigma(z)\,(1 - \tanh^2 s),\quad s = \ln(1 + e^{z})",
    value=_mish,
    slope=_mish_slope,
    layer=lambda: named_layer("mish"),
    steepest=lambda: 1.088498161251728,
    bounds=lambda: (-0.3088434130172503, inf),
    extrema=((-1.1924312145154945, -0.3088434130172503),),
    strengths=N_("Much like SiLU, with a somewhat larger slope at 0 (0.6)."),
    weaknesses=N_("The most costly of these: a tanh of a logarithm of an exponential."),
    reference="Misra, Mish: A Self Regularized Non-Monotonic Activation Function, 2020",
    colour="#885889",
)

GATED: tuple[Activation, ...] = (GELU, SILU, MISH)
