"""Losses of classification: entropies of predicted probabilities, and the hinge's margins.

t is the one-hot target and y the output, both (..., k). Networks have k outputs whatever
the loss, so binary_cross_entropy and hinge see k yes-or-no questions. Which outputs fit
is each record's; nothing here knows of networks or training.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from core.catalog.activation import Array
from core.catalog.choice import Parameter
from core.catalog.loss import Loss, on_tensors
from core.language import N_

# Keras keeps probabilities this far from 0 and 1 where it has no logits to compute from.
_EPSILON = 1e-7

# Keras's cross-entropies read the logits of whatever made y: after another output than
# their own they would silently compute something else, so only one fits.
_SOFTMAX = {"classification": ("softmax",)}
_SIGMOID = {"classification": ("sigmoid",)}
_MARGINS = {"classification": ("linear",)}
_WHY_SOFTMAX = {"classification": N_("it needs probabilities that add up to 1, from softmax.")}
_WHY_SIGMOID = {"classification": N_("it needs a probability for each class, from sigmoid.")}
_WHY_MARGINS = {"classification": N_("it needs margins of either sign: choose the output linear.")}


def _inside(y: Array) -> Array:
    return np.asarray(np.clip(y, _EPSILON, 1 - _EPSILON))


def _cross_entropy(t: Array, y: Array) -> Array:
    return np.asarray(-(t * np.log(_inside(y))).sum(axis=-1))


def _cross_entropy_gradient(t: Array, y: Array) -> Array:
    return np.asarray(-t / _inside(y))


def _keras_cross_entropy() -> Callable[[Any, Any], Any]:
    import keras

    return on_tensors("cross_entropy", keras.losses.categorical_crossentropy)


def _entropy(t: Array) -> Array:
    return np.asarray(-(t * np.log(np.where(t > 0, t, 1))).sum(axis=-1))


def _kl_divergence(t: Array, y: Array) -> Array:
    return np.asarray(_cross_entropy(t, y) - _entropy(t))


def _keras_kl_divergence() -> Callable[[Any, Any], Any]:
    import keras

    ops = keras.ops

    def compute(t: Any, y: Any) -> Any:
        # keras.losses.kl_divergence stops the gradient of samples whose probability is
        # below 1e-7; the difference of entropies is the same number and does not.
        entropy = -ops.sum(t * ops.log(ops.where(t > 0, t, ops.ones_like(t))), axis=-1)
        return keras.losses.categorical_crossentropy(t, y) - entropy

    return on_tensors("kl_divergence", compute)


def _focal(t: Array, y: Array, gamma: float) -> Array:
    p = _inside(y)
    return np.asarray(-(t * (1 - p) ** gamma * np.log(p)).sum(axis=-1))


def _focal_gradient(t: Array, y: Array, gamma: float) -> Array:
    p = _inside(y)
    return np.asarray(t * (gamma * (1 - p) ** (gamma - 1) * np.log(p) - (1 - p) ** gamma / p))


def _keras_focal(gamma: float) -> Callable[[Any, Any], Any]:
    import keras

    ops = keras.ops

    def compute(t: Any, y: Any) -> Any:
        # For a one-hot t the cross-entropy c is -ln p of the right class, so 1 - p is
        # -expm1(-c); keras.losses stops the gradient of samples with p below 1e-7. The
        # limit keeps the power's slope finite where c is 0.
        c = keras.losses.categorical_crossentropy(t, y)
        return ops.power(ops.maximum(-ops.expm1(-c), _EPSILON), gamma) * c

    return on_tensors("focal", compute)


def _binary_cross_entropy(t: Array, y: Array) -> Array:
    p = _inside(y)
    return np.asarray(-(t * np.log(p) + (1 - t) * np.log(1 - p)).mean(axis=-1))


def _binary_cross_entropy_gradient(t: Array, y: Array) -> Array:
    p = _inside(y)
    return np.asarray((p - t) / (p * (1 - p)) / y.shape[-1])


def _keras_binary_cross_entropy() -> Callable[[Any, Any], Any]:
    import keras

    return on_tensors("binary_cross_entropy", keras.losses.binary_crossentropy)


def _hinge(t: Array, y: Array) -> Array:
    return np.asarray(np.maximum(1 - (2 * t - 1) * y, 0).mean(axis=-1))


def _hinge_gradient(t: Array, y: Array) -> Array:
    sign = 2 * t - 1
    return np.asarray(np.where(sign * y < 1, -sign, 0) / y.shape[-1])


def _keras_hinge() -> Callable[[Any, Any], Any]:
    import keras

    # keras.losses.hinge itself reads 0 and 1 as -1 and 1.
    return on_tensors("hinge", keras.losses.hinge)


CROSS_ENTROPY = Loss(
    name="cross_entropy",
    title=N_("Cross-entropy"),
    formula=r"L = -\sum_{i=1}^{k} t_i \ln p_i",
    value=_cross_entropy,
    gradient=_cross_entropy_gradient,
    keras=_keras_cross_entropy,
    outputs=_SOFTMAX,
    reasons=_WHY_SOFTMAX,
    strengths=N_("With softmax its gradient is p - t: the more wrong, the stronger."),
    weaknesses=N_("It has no upper bound, so wrong labels pull hard and weights keep growing."),
    reference="Bridle, Probabilistic Interpretation of Feedforward Classification Network"
    " Outputs, 1990",
)

BINARY_CROSS_ENTROPY = Loss(
    name="binary_cross_entropy",
    title=N_("Binary cross-entropy"),
    formula=r"L = -\frac{1}{k}\sum_{i=1}^{k} \bigl(t_i \ln p_i + (1 - t_i) \ln(1 - p_i)\bigr)",
    value=_binary_cross_entropy,
    gradient=_binary_cross_entropy_gradient,
    keras=_keras_binary_cross_entropy,
    outputs=_SIGMOID,
    reasons=_WHY_SIGMOID,
    strengths=N_("Asks each class a question of its own: right for two classes and for many tags."),
    weaknesses=N_("With many classes nearly all of the questions are answered by no."),
    reference="Solla, Levin & Fleisher, Accelerated Learning in Layered Neural Networks, 1988",
)

KL_DIVERGENCE = Loss(
    name="kl_divergence",
    title=N_("Kullback-Leibler divergence"),
    formula=r"L = \sum_{i=1}^{k} t_i \ln \frac{t_i}{p_i}",
    value=_kl_divergence,
    gradient=_cross_entropy_gradient,
    keras=_keras_kl_divergence,
    outputs=_SOFTMAX,
    reasons=_WHY_SOFTMAX,
    strengths=N_("How far the prediction is from the target distribution: 0 when they agree."),
    weaknesses=N_("With one-hot targets it is cross-entropy under another name."),
    reference="Kullback & Leibler, On Information and Sufficiency, 1951",
)

FOCAL = Loss(
    name="focal",
    title=N_("Focal loss"),
    formula=r"L = -\sum_{i=1}^{k} t_i\,(1 - p_i)^{\gamma} \ln p_i",
    parameters=(Parameter("gamma", 2.0, 0.0, 10.0),),
    value=_focal,
    gradient=_focal_gradient,
    keras=_keras_focal,
    outputs=_SOFTMAX,
    reasons=_WHY_SOFTMAX,
    strengths=N_("Turns from samples that are right already to the hard ones; 0 is cross-entropy."),
    weaknesses=N_("Wrong labels are hard samples too; its probabilities are less sure than true."),
    reference="Lin, Goyal, Girshick, He & Dollár, Focal Loss for Dense Object Detection, 2017",
)

HINGE = Loss(
    name="hinge",
    title=N_("Hinge"),
    formula=r"L = \frac{1}{k}\sum_{i=1}^{k} \max(0,\ 1 - s_i y_i),\quad s_i = 2 t_i - 1",
    value=_hinge,
    gradient=_hinge_gradient,
    keras=_keras_hinge,
    outputs=_MARGINS,
    reasons=_WHY_MARGINS,
    strengths=N_("Leaves samples alone that are right with a margin of 1: the loss of SVMs."),
    weaknesses=N_("Its outputs are margins, not probabilities."),
    reference="Cortes & Vapnik, Support-Vector Networks, 1995",
)

CLASS_LOSSES: tuple[Loss, ...] = (
    CROSS_ENTROPY,
    BINARY_CROSS_ENTROPY,
    KL_DIVERGENCE,
    FOCAL,
    HINGE,
)
