"""The compiled passes of a stack: train some updates, evaluate, probe.

Each is one call of a TensorFlow function over all members, compiled by XLA where there is
enough of it to pay off, else run as a plain graph, which starts sooner.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from core.engine.optimization import Optimization
from core.engine.plan import Block
from core.engine.reporting import Probed, Sums
from core.engine.stack import Stack

# Entries of the widest tensor that an evaluation holds at once (64 MB).
_EVALUATION_ENTRIES = 16_000_000


class Passes:
    """The state of a block in training, and the passes over it."""

    def __init__(
        self,
        block: Block,
        classification: bool,
        *,
        xla: bool,
        xla_reports: bool = False,
        statistics: bool = True,
    ) -> None:
        self.block, self.stack = block, Stack(block)
        self._classification = classification
        axes = (block.seeds, block.variants)
        self._alive = tf.Variable(tf.ones(axes, tf.bool))
        self._diverged_at = tf.Variable(-tf.ones(axes, tf.int32))
        self._done = tf.Variable(0, dtype=tf.int32)
        self._loss = tf.Variable(tf.zeros(axes, tf.float64))
        self._scores = tf.Variable(tf.zeros((*axes, 2), tf.float64))
        watched = block.shape.hidden if statistics else ()
        self._live = [tf.Variable(tf.zeros((*axes, units), tf.bool)) for units in watched]
        self._optimization = Optimization(block, self.stack.weights, self._alive)
        self._train = tf.function(self._updates, jit_compile=xla, autograph=False)
        self._evaluate = tf.function(self._sums, reduce_retracing=True, autograph=False)
        self._test = tf.function(self._sums, jit_compile=xla_reports, autograph=False)
        self._probe = tf.function(self._probed, jit_compile=xla_reports, autograph=False)

    def load(self, block: Block) -> None:
        """Begin anew with ``block``, of the same structure but perhaps of other seeds."""
        self.stack.load(block)
        self._optimization.reset()
        self._alive.assign(tf.ones_like(self._alive))
        self._diverged_at.assign(-tf.ones_like(self._diverged_at))
        self._done.assign(0)
        self.seen()

    def train(self, x: tf.Tensor, y: tf.Tensor, order: tf.Tensor, first: int, count: int) -> None:
        """Make ``count`` updates, from batch ``first`` of ``order`` (seeds, updates, batch)."""
        self._train(x, y, order, tf.constant(first), tf.constant(first + count))
        self._done.numpy()

    def seen(self) -> Sums:
        """The sums over the samples trained on since the last call."""
        sums = Sums(
            self._loss.numpy(), self._scores.numpy(), tuple(live.numpy() for live in self._live)
        )
        for variable in (self._loss, self._scores, *self._live):
            variable.assign(tf.zeros_like(variable))
        return sums

    def diverged_at(self) -> NDArray[np.int32]:
        """For each member the update (1, 2, …; 0: the start) whose loss was not finite, else -1."""
        return np.asarray(self._diverged_at.numpy())

    def freeze(self, members: NDArray[np.bool_]) -> None:
        """Train ``members`` (seeds, variants) no further; those not yet diverged, from now."""
        at = tf.where(members & (self.diverged_at() < 0), self._done, self._diverged_at)
        self._diverged_at.assign(at)
        self._alive.assign(self._alive & ~members)

    def test(self, x: tf.Tensor, y: tf.Tensor) -> Sums:
        """``evaluate``, for the set that is evaluated after every epoch."""
        return self._in_parts(self._test, x, y)

    def evaluate(self, x: tf.Tensor, y: tf.Tensor) -> Sums:
        """The sums over ``x`` (seeds or 1, n, features) with the weights as they are."""
        return self._in_parts(self._evaluate, x, y)

    def _in_parts(self, sums: Callable[..., tf.Tensor], x: tf.Tensor, y: tf.Tensor) -> Sums:
        widest = max(self.block.shape.sizes[1:])
        rows = max(1, _EVALUATION_ENTRIES // (len(self.block.configs) * widest))
        # Equal parts, and one left over: at most two shapes to trace.
        parts = [
            sums(x[:, start : start + rows], y[:, start : start + rows])
            for start in range(0, x.shape[1], rows)
        ]
        return Sums(
            np.sum([loss.numpy() for loss, _, _ in parts], axis=0),
            np.sum([scores.numpy() for _, scores, _ in parts], axis=0),
            tuple(
                np.any([live[layer].numpy() for _, _, live in parts], axis=0)
                for layer in range(len(self._live))
            ),
        )

    def probe(self, x: tf.Tensor, y: tf.Tensor) -> Probed:
        """Layer arrays and norms over the probe samples ``x`` (seeds, n, features)."""
        pre, post, delta, gradients, weights = self._probe(x, y)
        slopes = self.stack.weights.slopes
        lists = (pre, post, delta, gradients, weights, [slope.value for slope in slopes])
        return Probed(*([tensor.numpy() for tensor in tensors] for tensors in lists))

    def kernels(self) -> list[tf.Tensor]:
        """The kernels of the hidden layers as they are now, in the stack's layout."""
        hidden = self.stack.weights.kernels[: len(self.block.shape.hidden)]
        return [tf.identity(kernel.value) for kernel in hidden]

    def kept(self) -> tuple[list[NDArray[np.float32]], ...]:
        """Copies of all kernels, biases and slopes, in the stack's layout."""
        weights = self.stack.weights
        lists = (weights.kernels, weights.biases, weights.slopes)
        return tuple([np.array(variable) for variable in variables] for variables in lists)

    def _updates(
        self, x: tf.Tensor, y: tf.Tensor, order: tf.Tensor, first: tf.Tensor, end: tf.Tensor
    ) -> None:
        # Not "for update in tf.range(first, end)": its bounds are constants to XLA, which
        # would compile anew for every pair of them.
        def body(update: tf.Tensor) -> tuple[tf.Tensor]:
            rows = tf.gather(order, update, axis=1)
            self._update(_rows(x, rows), _rows(y, rows))
            return (update + 1,)

        tf.while_loop(lambda update: update < end, body, (first,))

    def _update(self, x: tf.Tensor, y: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            pre, _ = self.stack.forward(x)
            losses, outputs = self.stack.losses(pre[-1], y)
            mean = tf.reduce_mean(losses, axis=2)
            total = tf.reduce_sum(mean)
        ordered = self._optimization.ordered
        gradients = tape.gradient(
            total, [v.value for v in ordered], unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        self._done.assign_add(1)
        fell = tf.convert_to_tensor(self._alive) & ~tf.math.is_finite(mean)
        self._diverged_at.assign(tf.where(fell, self._done, self._diverged_at))
        self._alive.assign(tf.convert_to_tensor(self._alive) & ~fell)
        self._loss.assign_add(tf.cast(mean, tf.float64) * tf.cast(tf.shape(x)[1], tf.float64))
        self._scores.assign_add(tf.cast(self._score(outputs, y), tf.float64))
        for layer, live in enumerate(self._live):
            live.assign(live | self.stack.live(layer, pre[layer]))
        self._optimization.apply(gradients)

    def _sums(self, x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
        pre, _ = self.stack.forward(x)
        losses, outputs = self.stack.losses(pre[-1], y)
        live = [self.stack.live(layer, pre[layer]) for layer in range(len(self._live))]
        total = tf.reduce_sum(tf.cast(losses, tf.float64), axis=2)
        return total, tf.cast(self._score(outputs, y), tf.float64), live

    def _score(self, outputs: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """(seeds, variants, 2): see Sums."""
        if self._classification:
            right = tf.equal(tf.argmax(outputs, axis=-1), tf.argmax(y, axis=-1)[:, None])
            hits = tf.reduce_sum(tf.cast(right, tf.float32), axis=2)
            return tf.stack([hits, tf.zeros_like(hits)], axis=-1)
        error = outputs - y[:, None]
        squares = tf.reduce_sum(tf.square(error), axis=(2, 3))
        return tf.stack([squares, tf.reduce_sum(tf.abs(error), axis=(2, 3))], axis=-1)

    def _probed(self, x: tf.Tensor, y: tf.Tensor) -> tuple[list[tf.Tensor], ...]:
        hidden = len(self._live)
        kernels = [kernel.value for kernel in self.stack.weights.kernels[:hidden]]
        with tf.GradientTape() as tape:
            pre, post = self.stack.forward(x)
            losses, _ = self.stack.losses(pre[-1], y)
            total = tf.reduce_sum(losses)
        # Each sample's loss depends on its own z alone: the gradient of the sum is delta.
        found = tape.gradient(
            total, [*pre[:hidden], *kernels], unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        count = tf.cast(tf.shape(x)[1], tf.float32)
        gradients = [norms(layer, g) / count for layer, g in enumerate(found[hidden:])]
        weights = [norms(layer, kernel) for layer, kernel in enumerate(kernels)]
        return pre[:hidden], post, found[:hidden], gradients, weights


def norms(layer: int, kernel: tf.Tensor) -> tf.Tensor:
    """Frobenius norm of each member's kernel, (seeds, variants), in the stack's layout."""
    return tf.sqrt(tf.reduce_sum(tf.square(kernel), axis=(1, 3) if layer == 0 else (2, 3)))


def _rows(array: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    """``rows`` (seeds, n) of ``array`` (seeds or 1, samples, …): (seeds, n, …)."""
    if array.shape[0] == 1 and rows.shape[0] != 1:
        return tf.gather(array[0], rows)
    return tf.gather(array, rows, batch_dims=1)
