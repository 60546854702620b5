"""Losses of the error y - t: squared, absolute, and those between.

t is the target and y the output, both (..., k): k = 1 for regression, one-hot targets of
k classes for classification. Nothing here knows of networks or training.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from core.catalog.activation import Array
from core.catalog.choice import Parameter
from core.catalog.loss import Loss, on_tensors
from core.catalog.rectified import softplus
from core.language import N_

# Softmax of one output is always 1, and sigmoid would bound the target to 0-1.
_ANY = {"classification": ("softmax", "sigmoid", "linear"), "regression": ("linear",)}
_WHY = {"regression": N_("the target can be any number, and only linear can be any number.")}


def _mse(t: Array, y: Array) -> Array:
    return np.asarray(((y - t) ** 2).mean(axis=-1))


def _mse_gradient(t: Array, y: Array) -> Array:
    return np.asarray(2 * (y - t) / y.shape[-1])


def _mae(t: Array, y: Array) -> Array:
    return np.asarray(np.abs(y - t).mean(axis=-1))


def _mae_gradient(t: Array, y: Array) -> Array:
    return np.asarray(np.sign(y - t) / y.shape[-1])


def _huber_gradient(t: Array, y: Array, delta: float) -> Array:
    return np.asarray(np.clip(y - t, -delta, delta) / y.shape[-1])


def _log_cosh_gradient(t: Array, y: Array) -> Array:
    return np.asarray(np.tanh(y - t) / y.shape[-1])


def _keras_mse() -> Callable[[Any, Any], Any]:
    import keras

    return on_tensors("mse", keras.losses.mean_squared_error)


def _keras_mae() -> Callable[[Any, Any], Any]:
    import keras

    return on_tensors("mae", keras.losses.mean_absolute_error)


def _huber(t: Array, y: Array, delta: float) -> Array:
    error = np.abs(y - t)
    near = np.minimum(error, delta)
    return np.asarray((near * (error - near / 2)).mean(axis=-1))


def _keras_huber(delta: float) -> Callable[[Any, Any], Any]:
    import keras

    return on_tensors("huber", lambda t, y: keras.losses.huber(t, y, delta=delta))


def _log_cosh(t: Array, y: Array) -> Array:
    # ln cosh(e) = |e| + ln(1 + exp(-2|e|)) - ln 2, which cannot overflow.
    error = np.abs(y - t)
    return np.asarray((error + softplus(-2 * error) - np.log(2)).mean(axis=-1))


def _keras_log_cosh() -> Callable[[Any, Any], Any]:
    import keras

    return on_tensors("log_cosh", keras.losses.log_cosh)


MSE = Loss(
    name="mse",
    title=N_("Mean squared error"),
    formula=r"L = \frac{1}{k}\sum_{i=1}^{k} (y_i - t_i)^2",
    value=_mse,
    gradient=_mse_gradient,
    keras=_keras_mse,
    outputs=_ANY,
    reasons=_WHY,
    strengths=N_("Smooth, and best for errors that are normally distributed: it learns the mean."),
    weaknesses=N_(
        "Outliers dominate it; for classes, a sigmoid that is quite wrong gets almost no gradient."
    ),
    reference="Legendre, Nouvelles méthodes pour la détermination des orbites des comètes, 1805",
)

MAE = Loss(
    name="mae",
    title=N_("Mean absolute error"),
    formula=r"L = \frac{1}{k}\sum_{i=1}^{k} |y_i - t_i|",
    value=_mae,
    gradient=_mae_gradient,
    keras=_keras_mae,
    outputs=_ANY,
    reasons=_WHY,
    strengths=N_("An outlier pulls no harder than any other sample: it learns the median."),
    weaknesses=N_("Its gradient does not shrink near the target, so steps do not settle."),
    reference="Boscovich, De litteraria expeditione, 1757",
)

HUBER = Loss(
    name="huber",
    title="Huber",
    formula=r"L = \frac{1}{k}\sum_{i=1}^{k} \begin{cases} \frac{1}{2} e_i^2 & |e_i| \le \delta \\"
    r" \delta\,(|e_i| - \frac{\delta}{2}) & \text{else} \end{cases},\quad e_i = y_i - t_i",
    parameters=(Parameter("delta", 1.0, 1e-6, 1e6),),
    value=_huber,
    gradient=_huber_gradient,
    keras=_keras_huber,
    outputs=_ANY,
    reasons=_WHY,
    strengths=N_("Squared near the target, absolute far from it: settles, and bears outliers."),
    weaknesses=N_("Where it changes is one more number to choose, in units of the target."),
    reference="Huber, Robust Estimation of a Location Parameter, 1964",
)

LOG_COSH = Loss(
    name="log_cosh",
    title="log-cosh",
    formula=r"L = \frac{1}{k}\sum_{i=1}^{k} \ln\cosh(y_i - t_i)",
    value=_log_cosh,
    gradient=_log_cosh_gradient,
    keras=_keras_log_cosh,
    outputs=_ANY,
    reasons=_WHY,
    strengths=N_("Much like Huber with nothing to choose, and smooth everywhere."),
    weaknesses=N_(
        "Where it changes from squared to absolute is fixed, whatever the target's scale."
    ),
    reference="Green, Bayesian Reconstructions from Emission Tomography Data Using a Modified EM"
    " Algorithm, 1990",
)

ERROR_LOSSES: tuple[Loss, ...] = (MSE, MAE, HUBER, LOG_COSH)
