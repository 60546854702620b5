"""The record of a loss, and which loss, output and task go together.

It does not know which losses there are (``losses.py``). t is the target and y the
output of a network, both (n, k): one-hot t for k classes, k = 1 for regression.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.catalog.activation import Array
from core.catalog.choice import Parameter
from core.language import N_

# The kinds of task, as data sets and refusals name them.
TASKS: tuple[str, ...] = (N_("classification"), N_("regression"))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Loss:
    """One loss of a sample, from its target and the network's output.

    Attributes:
        name, title, formula: as in files and menus, as people write it, in LaTeX.
        value: ``value(t, y, *params)`` is the loss of each sample: (..., k) to (...).
        gradient: ``gradient(t, y, *params)`` is its derivative by y: (..., k).
        keras: ``keras(*params)`` builds the function ``(t, y) -> (...)`` on tensors, for
            ``model.compile(loss=...)`` and for leading member axes alike; t may have
            axes of length 1 where y has members. After softmax and sigmoid it computes
            from ``y._keras_logits``, so that a sample that is quite wrong keeps its gradient.
        outputs: for each kind of task that it fits, the outputs that it fits; the first
            is the default.
        reasons: for each kind of task where an output does not fit, why, as a marked sentence.
        strengths, weaknesses, reference: one marked sentence each, and the source.
    """

    name: str
    title: str
    formula: str
    value: Callable[..., Array] = field(repr=False)
    gradient: Callable[..., Array] = field(repr=False)
    keras: Callable[..., Callable[[Any, Any], Any]] = field(repr=False)
    outputs: Mapping[str, tuple[str, ...]]
    reasons: Mapping[str, str]
    strengths: str
    weaknesses: str
    reference: str
    parameters: tuple[Parameter, ...] = ()

    @property
    def tasks(self) -> tuple[str, ...]:
        """The kinds of task that it fits: "classification", "regression"."""
        return tuple(self.outputs)


def on_tensors(name: str, compute: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """``compute`` with t brought to y's shape, under the name that Keras shows."""

    def loss(t: Any, y: Any) -> Any:
        import keras

        if tuple(t.shape) != tuple(y.shape):
            t = keras.ops.broadcast_to(t, keras.ops.shape(y))
        return compute(t, y)

    loss.__name__ = name
    return loss
