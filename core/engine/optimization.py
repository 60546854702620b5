"""Keras's optimizers over a stack: a rate for each member, penalties and clipping by member.

The optimizer's update is elementwise, so a learning rate that broadcasts along the members
gives each member the update of a lone optimizer (weight decay included, which Keras takes
from the same rate). Penalties enter by their gradients, clipping by each member's own norm.
"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from core.engine import model
from core.engine.plan import Block
from core.engine.stack import Weights


class StackedRate(keras.optimizers.schedules.LearningRateSchedule):
    """Rates of every member by update, 0 for those that are frozen.

    ``rates`` (float32) and ``alive`` (bool) are shaped to broadcast along the members axes of
    the variables; ``factors`` (updates,) is the schedule.
    """

    def __init__(self, rates: np.ndarray, factors: np.ndarray, alive: tf.Variable) -> None:
        super().__init__()
        self._rates, self._alive = tf.constant(rates, tf.float32), alive
        # A constant schedule needs no look-up.
        self._factors = None if np.all(factors == 1) else tf.constant(factors, tf.float32)

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """Every member's rate at update ``step`` (0, 1, …)."""
        rates = self._rates
        if self._factors is not None:
            rates = rates * tf.gather(self._factors, tf.cast(step, tf.int32))
        alive = tf.reshape(tf.convert_to_tensor(self._alive), self._rates.shape)
        return tf.where(alive, rates, 0.0)


class Optimization:
    """The optimizers of a stack's weights. Call ``apply`` with gradients in ``ordered``'s order."""

    def __init__(self, block: Block, weights: Weights, alive: tf.Variable) -> None:
        config = block.shape
        self._config, self._alive = config, alive
        self._kernels = weights.kernels
        self.ordered = [*weights.kernels, *weights.biases, *weights.slopes]
        rates = np.asarray([c.learning_rate for c in block.configs], np.float32)
        factors = model.factors(config)
        seeds, variants = block.seeds, block.variants
        # Two optimizers, for the members stand on other axes in the first kernel (see stack).
        self._axes = [(seeds, 1, variants, 1), (seeds, variants, 1, 1)]
        self._optimizers = [
            model.optimizer(config, StackedRate(rates.reshape(axes), factors, alive), clip=False)
            for axes in self._axes
        ]
        self._split = [self.ordered[:1], self.ordered[1:]]
        for optimizer, part in zip(self._optimizers, self._split, strict=True):
            optimizer.build(part)
        # Not all of them are zeros: Adagrad's accumulators, Nadam's product of momenta.
        self._starts = [[np.array(v) for v in o.variables] for o in self._optimizers]

    def reset(self) -> None:
        """Moments and counters as before the first update."""
        for optimizer, starts in zip(self._optimizers, self._starts, strict=True):
            for variable, start in zip(optimizer.variables, starts, strict=True):
                variable.assign(start)

    def apply(self, gradients: Sequence[tf.Tensor]) -> None:
        """One update of all members that are alive."""
        raised = [*self._penalized(gradients[: len(self._kernels)])]
        masked = self._masked([*raised, *gradients[len(self._kernels) :]])
        if self._config.clip_norm is not None:
            masked = self._clipped(masked, self._config.clip_norm)
        for optimizer, part, variables in zip(
            self._optimizers, (masked[:1], masked[1:]), self._split, strict=True
        ):
            optimizer.apply(part, variables)

    def _penalized(self, gradients: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """Add d/dW of l1 sum|W| + l2 sum W^2, which is l1 sign(W) + 2 l2 W."""
        l1, l2 = self._config.l1, self._config.l2
        if not l1 and not l2:
            return list(gradients)
        kernels = [tf.convert_to_tensor(kernel) for kernel in self._kernels]
        return [g + l1 * tf.sign(w) + 2 * l2 * w for g, w in zip(gradients, kernels, strict=True)]

    def _masked(self, gradients: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """Zero for frozen members: their NaN must not enter a moment."""
        alive = tf.convert_to_tensor(self._alive)
        masks = [tf.reshape(alive, axes) for axes in self._axes]
        first = [tf.where(masks[0], gradients[0], 0.0)]
        return first + [tf.where(masks[1], g, 0.0) for g in gradients[1:]]

    def _clipped(self, gradients: Sequence[tf.Tensor], most: float) -> list[tf.Tensor]:
        """Each member's gradient, over all its weights, scaled to a norm of at most ``most``."""
        squares = tf.reduce_sum(tf.square(gradients[0]), axis=(1, 3))
        for gradient in gradients[1:]:
            squares += tf.reduce_sum(tf.square(gradient), axis=(2, 3))
        norm = tf.sqrt(squares)
        # The form of tf.clip_by_global_norm, of which the lone optimizer makes use.
        scale = most * tf.minimum(1.0 / norm, 1.0 / most)
        scales = [tf.reshape(scale, axes) for axes in self._axes]
        return [gradients[0] * scales[0], *(g * scales[1] for g in gradients[1:])]
