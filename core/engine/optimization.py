"""Keras's optimizers over a stack: a rate for each member, penalties and clipping by member.

The optimizer's update is elementwise, so a learning rate that broadcasts along the members
gives each member the update of a lone optimizer (weight decay included, which Keras takes
from the same rate). Penalties enter by their gradients, clipping by each member's own norm.
"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from core.engine import model
from core.engine.layout import parts
from core.engine.plan import Block


class StackedRate(keras.optimizers.schedules.LearningRateSchedule):
    """Rates of every member by update, 0 for those that are frozen.

    ``rates`` and ``alive`` have one entry a member and broadcast along its weights.
    """

    def __init__(self, rates: tf.Variable, factors: np.ndarray, alive: tf.Variable) -> None:
        super().__init__()
        self._rates, self._alive = rates, alive
        # A constant schedule needs no look-up.
        self._factors = None if np.all(factors == 1) else tf.constant(factors, tf.float32)

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """Every member's rate at update ``step`` (0, 1, …)."""
        rates = tf.convert_to_tensor(self._rates)
        if self._factors is not None:
            rates = rates * tf.gather(self._factors, tf.cast(step, tf.int32))
        alive = tf.reshape(tf.convert_to_tensor(self._alive), rates.shape)
        return tf.where(alive, rates, 0.0)


class Optimization:
    """The optimizers of a stack's two variables (see ``core.engine.layout``)."""

    def __init__(
        self, block: Block, variables: Sequence[keras.Variable], alive: tf.Variable
    ) -> None:
        config = block.shape
        self._config, self._alive, self._variables = config, alive, variables
        seeds, variants = block.seeds, block.variants
        # Two optimizers, for the members stand on other axes in the first kernel.
        self._axes = [(seeds, 1, variants, 1), (seeds, variants, 1)]
        self._sums = [(1, 3), (2,)]
        self.rates = [tf.Variable(tf.zeros(axes)) for axes in self._axes]
        factors = model.factors(config)
        self._optimizers = [
            model.optimizer(config, StackedRate(rates, factors, alive), clip=False)
            for rates in self.rates
        ]
        for optimizer, variable in zip(self._optimizers, variables, strict=True):
            optimizer.build([variable])
        # Not all of them are zeros: Adagrad's accumulators, Nadam's product of momenta.
        self._starts = [[np.array(v) for v in o.variables] for o in self._optimizers]
        self._penalized = [np.float32(1), _kernels(block)]
        self.load(block)

    def load(self, block: Block) -> None:
        """The rates of ``block``; moments and counters as before the first update."""
        rates = np.asarray([config.learning_rate for config in block.configs], np.float32)
        for variable, axes in zip(self.rates, self._axes, strict=True):
            variable.assign(rates.reshape(axes))
        for optimizer, starts in zip(self._optimizers, self._starts, strict=True):
            for variable, start in zip(optimizer.variables, starts, strict=True):
                variable.assign(start)

    def variables(self) -> list[keras.Variable]:
        """Moments, products and counters: what updates change beside the weights."""
        return [variable for optimizer in self._optimizers for variable in optimizer.variables]

    def apply(self, gradients: Sequence[tf.Tensor]) -> None:
        """One update of all members that are alive, by gradients in the two variables' shapes."""
        masked = self._masked(self._raised(gradients))
        if self._config.clip_norm is not None:
            masked = self._clipped(masked, self._config.clip_norm)
        for optimizer, gradient, variable in zip(
            self._optimizers, masked, self._variables, strict=True
        ):
            optimizer.apply([gradient], [variable])

    def _raised(self, gradients: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """Add d/dW of l1 sum|W| + l2 sum W^2, which is l1 sign(W) + 2 l2 W, for kernels."""
        l1, l2 = self._config.l1, self._config.l2
        if not l1 and not l2:
            return list(gradients)
        weights = map(tf.convert_to_tensor, self._variables)
        return [
            g + mask * (l1 * tf.sign(w) + 2 * l2 * w)
            for g, w, mask in zip(gradients, weights, self._penalized, strict=True)
        ]

    def _masked(self, gradients: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """Zero for frozen members: their NaN must not enter a moment."""
        alive = tf.convert_to_tensor(self._alive)
        masks = [tf.reshape(alive, axes) for axes in self._axes]
        return [tf.where(mask, g, 0.0) for mask, g in zip(masks, gradients, strict=True)]

    def _clipped(self, gradients: Sequence[tf.Tensor], most: float) -> list[tf.Tensor]:
        """Each member's gradient, over all its weights, scaled to a norm of at most ``most``."""
        first, rest = (
            tf.reduce_sum(tf.square(g), axis=axes)
            for g, axes in zip(gradients, self._sums, strict=True)
        )
        norm = tf.sqrt(first + rest)
        # The form of tf.clip_by_global_norm, of which the lone optimizer makes use.
        scale = most * tf.minimum(1.0 / norm, 1.0 / most)
        return [g * tf.reshape(scale, axes) for g, axes in zip(gradients, self._axes, strict=True)]


def _kernels(block: Block) -> NDArray[np.float32]:
    """1 at the entries of ``rest`` that belong to kernels, which are penalized; else 0."""
    marks = [np.full(p.entries, p.kind == "kernel", np.float32) for p in parts(block.shape)]
    return np.concatenate(marks)
