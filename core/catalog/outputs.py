"""The catalog of output activations: what turns the last layer's sums into predictions.

Which loss goes with which output is the loss's to say (``losses.py``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.catalog.activation import Array
from core.catalog.bounded import logistic
from core.catalog.choice import Parameter, catalog_of
from core.language import N_


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Output:
    """One output activation, over the last axis: z and predictions are (..., k).

    Attributes:
        name, title, formula: as in files and menus, as people write it, in LaTeX.
        value: ``value(z)`` in NumPy.
        keras: ``keras(z)`` on tensors; the result carries z as ``_keras_logits``, from
            which Keras's cross-entropies compute without loss of precision.
        strengths, weaknesses, reference: one marked sentence each, and the source.
    """

    name: str
    title: str
    formula: str
    value: Callable[[Array], Array] = field(repr=False)
    keras: Callable[[Any], Any] = field(repr=False)
    strengths: str
    weaknesses: str
    reference: str
    parameters: tuple[Parameter, ...] = ()


def _softmax(z: Array) -> Array:
    # Softmax does not change when a number is taken from all of z; so exp cannot overflow.
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def _keras_softmax(z: Any) -> Any:
    import keras

    return keras.activations.softmax(z, axis=-1)


def _keras_sigmoid(z: Any) -> Any:
    import keras

    return keras.activations.sigmoid(z)


def _keras_linear(z: Any) -> Any:
    import keras

    return keras.activations.linear(z)


SOFTMAX = Output(
    name="softmax",
    title="Softmax",
    formula=r"p_i = \frac{e^{z_i}}{\sum_{j=1}^{k} e^{z_j}}",
    value=_softmax,
    keras=_keras_softmax,
    strengths=N_("Probabilities of k classes of which exactly one is right: they add up to 1."),
    weaknesses=N_("It must name one of the classes, and tends to be surer than it is right."),
    reference="Bridle, Probabilistic Interpretation of Feedforward Classification Network"
    " Outputs, 1990",
)

SIGMOID = Output(
    name="sigmoid",
    title=N_("Sigmoid"),
    formula=r"p_i = \frac{1}{1 + e^{-z_i}}",
    value=logistic,
    keras=_keras_sigmoid,
    strengths=N_("One yes-or-no probability for each class, independent of the others."),
    weaknesses=N_("The probabilities of the classes need not add up to 1."),
    reference="Rumelhart, Hinton & Williams, Learning Representations by Back-propagating"
    " Errors, 1986",
)

LINEAR = Output(
    name="linear",
    title=N_("Linear"),
    formula=r"y_i = z_i",
    value=np.array,
    keras=_keras_linear,
    strengths=N_("Any real number can be predicted: the output of regression and of margins."),
    weaknesses=N_("Its values are no probabilities."),
    reference="Widrow & Hoff, Adaptive Switching Circuits, 1960",
)

OUTPUTS: Mapping[str, Output] = catalog_of(SOFTMAX, SIGMOID, LINEAR)
