"""The catalog of initializers: each turns one draw of uniform numbers into weights.

All initializers of one seed read the same draw, so that runs differ by the initializer's
distribution alone; each has exactly the distribution of the Keras initializer that it names.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.catalog.choice import Parameter, catalog_of
from core.language import N_

Uniform = NDArray[np.float64]
Weights = NDArray[np.float32]

# A normal number kept within 2 standard deviations has this standard deviation (Keras's figure).
_TRUNCATED = 0.87962566103423978


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Initializer:
    """One initializer.

    Attributes:
        name, title, formula: as in files and menus, as people write it, in LaTeX.
        draw: ``draw(uniform, fan_in, fan_out, *params)`` makes float32 weights of the shape of
            ``uniform``, float64 in (0, 1): (..., fan_in, fan_out), or (..., units) for a bias.
        random: whether ``draw`` reads these numbers; a constant asks for their shape alone.
        keras: ``keras(*params, seed=None)`` builds the Keras initializer of the distribution.
        strengths, weaknesses, reference: one marked sentence each, and the source.
    """

    name: str
    title: str
    formula: str
    draw: Callable[..., Weights] = field(repr=False)
    keras: Callable[..., Any] = field(repr=False)
    strengths: str
    weaknesses: str
    reference: str
    parameters: tuple[Parameter, ...] = ()
    random: bool = True


def _fan_in(fan_in: int, fan_out: int) -> float:
    return fan_in


def _fan_average(fan_in: int, fan_out: int) -> float:
    return (fan_in + fan_out) / 2


def _scaled_uniform(
    scale: float, fan: Callable[[int, int], float], uniform: Uniform, fan_in: int, fan_out: int
) -> Weights:
    limit = sqrt(3 * scale / max(1.0, fan(fan_in, fan_out)))
    return ((2 * uniform - 1) * limit).astype(np.float32)


def _scaled_normal(
    scale: float, fan: Callable[[int, int], float], uniform: Uniform, fan_in: int, fan_out: int
) -> Weights:
    from scipy.special import ndtr, ndtri

    std = sqrt(scale / max(1.0, fan(fan_in, fan_out))) / _TRUNCATED
    # The quantile function of a normal number within 2 standard deviations.
    within = ndtri(ndtr(-2.0) + uniform * (ndtr(2.0) - ndtr(-2.0)))
    return np.asarray(within * std, np.float32)


def _normal(uniform: Uniform, fan_in: int, fan_out: int, std: float) -> Weights:
    from scipy.special import ndtri

    return np.asarray(ndtri(uniform) * std, np.float32)


def _uniform(uniform: Uniform, fan_in: int, fan_out: int, limit: float) -> Weights:
    return ((2 * uniform - 1) * limit).astype(np.float32)


def _orthogonal(uniform: Uniform, fan_in: int, fan_out: int) -> Weights:
    from scipy.special import ndtri

    normal = ndtri(uniform)
    wide = fan_in < fan_out
    q, r = np.linalg.qr(normal.swapaxes(-1, -2) if wide else normal)
    # QR leaves the signs open; with a positive diagonal of R, Q is uniformly distributed.
    q = q * np.sign(np.diagonal(r, axis1=-2, axis2=-1))[..., None, :]
    return np.asarray(q.swapaxes(-1, -2) if wide else q, np.float32)


def _constant(uniform: Uniform, fan_in: int, fan_out: int, value: float = 0.0) -> Weights:
    return np.full(uniform.shape, value, np.float32)


def _keras_scaled(scale: float, mode: str, distribution: str, *, seed: int | None = None) -> Any:
    import keras

    return keras.initializers.VarianceScaling(
        scale=scale, mode=mode, distribution=distribution, seed=seed
    )


def _keras_normal(std: float, *, seed: int | None = None) -> Any:
    import keras

    return keras.initializers.RandomNormal(mean=0.0, stddev=std, seed=seed)


def _keras_uniform(limit: float, *, seed: int | None = None) -> Any:
    import keras

    return keras.initializers.RandomUniform(minval=-limit, maxval=limit, seed=seed)


def _keras_orthogonal(*, seed: int | None = None) -> Any:
    import keras

    return keras.initializers.Orthogonal(gain=1.0, seed=seed)


def _keras_constant(value: float = 0.0, *, seed: int | None = None) -> Any:
    import keras

    return keras.initializers.Constant(value)


_GLOROT = (
    "Glorot & Bengio, Understanding the Difficulty of Training Deep Feedforward Networks, 2010"
)
_HE = "He, Zhang, Ren & Sun, Delving Deep into Rectifiers, 2015"
_LECUN = "LeCun, Bottou, Orr & Müller, Efficient BackProp, 1998"

_NORMAL = Initializer(
    name="normal",
    title=N_("Normal"),
    formula=r"w \sim \mathcal{N}(0,\ \sigma^2)",
    parameters=(Parameter("stddev", 0.05, 0.0, 1000.0),),
    draw=_normal,
    keras=_keras_normal,
    strengths=N_("The spread is yours to set: to see what too small and too large do."),
    weaknesses=N_("Blind to the width of a layer: right for one, wrong for the next."),
    reference="Rumelhart, Hinton & Williams, Learning Representations by Back-propagating"
    " Errors, 1986",
)

_ZEROS = Initializer(
    name="zeros",
    title=N_("Zeros"),
    formula=r"w = 0",
    draw=_constant,
    random=False,
    keras=_keras_constant,
    strengths=N_("Right for biases."),
    weaknesses=N_("As weights all units of a layer stay alike: nothing breaks the symmetry."),
    reference="Rumelhart, Hinton & Williams, Learning Internal Representations by Error"
    " Propagation, 1986",
)

KERNEL_INITIALIZERS: Mapping[str, Initializer] = catalog_of(
    Initializer(
        name="glorot_uniform",
        title=N_("Glorot uniform"),
        formula=r"w \sim \mathcal{U}(-\ell, \ell), \quad"
        r" \ell = \sqrt{\frac{6}{n_\text{in} + n_\text{out}}}",
        draw=partial(_scaled_uniform, 1.0, _fan_average),
        keras=partial(_keras_scaled, 1.0, "fan_avg", "uniform"),
        strengths=N_("Keeps signal and gradient about level for tanh; the default of Keras."),
        weaknesses=N_("Halves the signal's variance at each ReLU layer."),
        reference=_GLOROT,
    ),
    Initializer(
        name="glorot_normal",
        title=N_("Glorot normal"),
        formula=r"w \sim \mathcal{N}_{|w| \le 2s}\!\left(0,"
        r"\ \operatorname{var} = \frac{2}{n_\text{in} + n_\text{out}}\right)",
        draw=partial(_scaled_normal, 1.0, _fan_average),
        keras=partial(_keras_scaled, 1.0, "fan_avg", "truncated_normal"),
        strengths=N_("As Glorot uniform, from a bell curve without its tails."),
        weaknesses=N_("Halves the signal's variance at each ReLU layer."),
        reference=_GLOROT,
    ),
    Initializer(
        name="he_uniform",
        title=N_("He uniform"),
        formula=r"w \sim \mathcal{U}(-\ell, \ell), \quad \ell = \sqrt{\frac{6}{n_\text{in}}}",
        draw=partial(_scaled_uniform, 2.0, _fan_in),
        keras=partial(_keras_scaled, 2.0, "fan_in", "uniform"),
        strengths=N_("Makes up for the half that ReLU cuts off: signals stay level in depth."),
        weaknesses=N_("Too large for tanh and sigmoid, which it drives into saturation."),
        reference=_HE,
    ),
    Initializer(
        name="he_normal",
        title=N_("He normal"),
        formula=r"w \sim \mathcal{N}_{|w| \le 2s}\!\left(0,"
        r"\ \operatorname{var} = \frac{2}{n_\text{in}}\right)",
        draw=partial(_scaled_normal, 2.0, _fan_in),
        keras=partial(_keras_scaled, 2.0, "fan_in", "truncated_normal"),
        strengths=N_("As He uniform, from a bell curve without its tails."),
        weaknesses=N_("Too large for tanh and sigmoid, which it drives into saturation."),
        reference=_HE,
    ),
    Initializer(
        name="lecun_uniform",
        title=N_("LeCun uniform"),
        formula=r"w \sim \mathcal{U}(-\ell, \ell), \quad \ell = \sqrt{\frac{3}{n_\text{in}}}",
        draw=partial(_scaled_uniform, 1.0, _fan_in),
        keras=partial(_keras_scaled, 1.0, "fan_in", "uniform"),
        strengths=N_("Pre-activations of variance 1 from inputs of variance 1."),
        weaknesses=N_("Halves the signal's variance at each ReLU layer."),
        reference=_LECUN,
    ),
    Initializer(
        name="lecun_normal",
        title=N_("LeCun normal"),
        formula=r"w \sim \mathcal{N}_{|w| \le 2s}\!\left(0,"
        r"\ \operatorname{var} = \frac{1}{n_\text{in}}\right)",
        draw=partial(_scaled_normal, 1.0, _fan_in),
        keras=partial(_keras_scaled, 1.0, "fan_in", "truncated_normal"),
        strengths=N_("What SELU needs to keep mean 0 and variance 1."),
        weaknesses=N_("Halves the signal's variance at each ReLU layer."),
        reference=_LECUN,
    ),
    _NORMAL,
    Initializer(
        name="uniform",
        title=N_("Uniform"),
        formula=r"w \sim \mathcal{U}(-\ell, \ell)",
        parameters=(Parameter("limit", 0.05, 0.0, 1000.0),),
        draw=_uniform,
        keras=_keras_uniform,
        strengths=N_("The limit is yours to set: to see what too small and too large do."),
        weaknesses=N_("Blind to the width of a layer: right for one, wrong for the next."),
        reference=_LECUN,
    ),
    Initializer(
        name="orthogonal",
        title=N_("Orthogonal"),
        formula=r"W^\top W = I \quad \text{or} \quad W W^\top = I",
        draw=_orthogonal,
        keras=_keras_orthogonal,
        strengths=N_("Keeps lengths and angles: signals pass deep linear layers unchanged."),
        weaknesses=N_("Activations between the layers undo that; costly for wide layers."),
        reference="Saxe, McClelland & Ganguli, Exact Solutions to the Nonlinear Dynamics of"
        " Learning in Deep Linear Neural Networks, 2014",
    ),
    _ZEROS,
)

BIAS_INITIALIZERS: Mapping[str, Initializer] = catalog_of(
    Initializer(
        name="constant",
        title=N_("Constant"),
        formula=r"b = c",
        parameters=(Parameter("value", 0.0, -1000.0, 1000.0),),
        draw=_constant,
        random=False,
        keras=_keras_constant,
        strengths=N_("0 is the usual start; a little above 0 lets ReLU units start alive."),
        weaknesses=N_("Any other value shifts every unit of a layer alike."),
        reference="Glorot, Bordes & Bengio, Deep Sparse Rectifier Neural Networks, 2011",
    ),
    _ZEROS,
    _NORMAL,
)
