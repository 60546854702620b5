"""The compiled passes of a stack: train some updates, evaluate, probe.

Each is one call of a TensorFlow function over all members, compiled by XLA where there is
enough of it to pay off, else run as a plain graph, which starts sooner. Blocks that are alike
share these functions, each with variables of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from core.engine.evaluation import (
    as_sums,
    rows_at_once,
    scores,
    summed,
    sums_of,
)
from core.engine.inputs import blanks, rows_of
from core.engine.optimization import Optimization
from core.engine.plan import Block
from core.engine.probing import probe
from core.engine.reporting import Probed, Sums
from core.engine.shared import Functions, Shared, in_one_thread
from core.engine.stack import Stack
from core.engine.start import give_back_freed_memory

# Activations of a pass in steps without a graph: tracing one takes a tenth of a second or two.
_EAGER_ENTRIES = 10_000_000
# The start and the first epoch are waited for: graphs are made after them.
EARLY_EPOCHS = 2
# So many weights are copied in every update for less than a second call of training costs.
_CARRIED_WEIGHTS = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The weights of a block at one moment, in the two arrays of ``core.engine.layout``."""

    first: tf.Tensor
    rest: tf.Tensor

    @property
    def both(self) -> tuple[tf.Tensor, tf.Tensor]:
        """As the passes take them."""
        return self.first, self.rest


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
        like: "Passes | None" = None,
    ) -> None:
        """Passes of ``block``; ``like`` are those of one of the same structure."""
        self.block, self.stack = block, Stack(block)
        self._classification = classification
        axes = (block.seeds, block.variants)
        self._alive = tf.Variable(tf.ones(axes, tf.bool))
        self._diverged_at = tf.Variable(-tf.ones(axes, tf.int32))
        self._done = tf.Variable(0, dtype=tf.int32)
        # The loss and the two scores (see Sums).
        self._totals = tf.Variable(tf.zeros((*axes, 3), tf.float64))
        # The units of all hidden layers side by side, by place in the batch: joined once an
        # epoch, for to ask in each update whether any sample lives costs XLA a fifth of it.
        self._hidden = block.shape.hidden if statistics else ()
        places = (*axes, block.shape.batch_size, sum(self._hidden))
        self._live = tf.Variable(tf.zeros(places, tf.bool))
        self._weights = self.stack.first, self.stack.rest
        self._optimization = Optimization(block, self._weights, self._alive)
        weights = sum(int(np.prod(variable.shape)) for variable in self._weights)
        self.carries = statistics and weights <= _CARRIED_WEIGHTS
        self._compiled = False
        self._rows = rows_at_once(block, compiled=xla_reports)
        self.functions: Functions = (
            like.functions.over(self._standing())
            if like
            else self._made(xla, xla_reports, statistics)
        )

    def _made(self, xla: bool, xla_reports: bool, statistics: bool) -> Functions:
        updates = tf.function(self._updates, jit_compile=xla, autograph=False)
        config, members = self.block.shape, len(self.block.configs)

        def graph(function: Callable[..., Any]) -> Callable[..., Any]:
            made: Callable[..., Any] = tf.function(
                function, jit_compile=xla_reports, autograph=False
            )
            return made if xla_reports else in_one_thread(made)

        summing = partial(summed, self.stack, classification=self._classification, rows=self._rows)
        test, whole = (partial(summing, live=live) for live in (False, statistics))
        probing = partial(probe, self.stack)

        def is_little(samples: int) -> bool:
            entries = members * samples * sum(config.sizes[1:])
            return not xla_reports and entries <= _EAGER_ENTRIES

        every, probed = graph(whole), graph(probing)
        # Without training there is one test: where its samples are as many, the same graph does.
        alike = not config.epochs and config.train_samples == config.test_samples
        tested = every if alike else graph(test)
        return Functions(
            train=Shared(updates, self._standing(), plain=not xla),
            # One call instead of a dozen, after each of which others may have the interpreter.
            turn=Shared(tf.function(self._turned, autograph=False), self._standing(), plain=True),
            test=tested,
            probe=probed,
            # Asked at the start and at the end alone.
            evaluate=whole if is_little(config.train_samples) else every,
            early_test=test if is_little(config.test_samples) else tested,
            early_probe=probing if is_little(config.train_samples) else probed,
        )

    def load(self, block: Block) -> None:
        """Begin anew with ``block``, of the same structure but perhaps of other draws and rates."""
        self.block = block
        self.stack.load(block)
        self._optimization.load(block)
        self._alive.assign(tf.ones_like(self._alive))
        self._diverged_at.assign(-tf.ones_like(self._diverged_at))
        self._done.assign(0)
        self.functions.turn()

    def variables(self) -> list[Any]:
        """All that training changes: with the same numbers in them it goes on the same."""
        own = (self._alive, self._diverged_at, self._done, self._totals, self._live)
        return [self.stack.first, self.stack.rest, *own, *self._optimization.variables()]

    def _standing(self) -> list[tf.Variable]:
        """The variables that an update reads or changes."""
        return [*map(_bare, self.variables()), *self._optimization.rates]

    def compile(self) -> None:
        """Trace and compile the updates: no samples are needed, which others read meanwhile."""
        if self._compiled:
            return
        self._compiled = True
        self.train(*blanks(self.block.shape, self.block.seeds), 0, 0)
        give_back_freed_memory()

    def train(
        self, x: tf.Tensor, y: tf.Tensor, order: tf.Tensor, first: int, count: int
    ) -> State | None:
        """Make ``count`` updates, from batch ``first`` of ``order`` (seeds, updates, batch).

        Returns the weights before the last of them, if this block ``carries`` them.
        """
        _, *before = self.functions.train(
            x, y, order, tf.constant(first), tf.constant(first + count)
        )
        self._done.numpy()
        return State(*before) if before else None

    def turn(self) -> tuple[Sums, NDArray[np.int32], State]:
        """End an epoch: the sums over the samples trained on since the last call.

        And who has diverged (see ``diverged_at``), and the weights as they are now.
        """
        totals, live, diverged_at, *weights = self.functions.turn()
        sums = as_sums(totals.numpy(), live.numpy(), self._hidden)
        return sums, diverged_at.numpy(), State(*weights)

    def diverged_at(self) -> NDArray[np.int32]:
        """For each member the update (1, 2, …; 0: the start) whose loss was not finite, else -1."""
        return np.asarray(self._diverged_at.numpy())

    def end(self, diverged_at: NDArray[np.int32]) -> None:
        """Train no further who has diverged, at the update that ``diverged_at`` has; else -1.

        Their weights and moments are cleared: how long they went on until this was known, which
        nobody is told, shows in no state either.
        """
        gone = diverged_at >= 0
        self._diverged_at.assign(tf.where(gone, diverged_at, self._diverged_at))
        self._alive.assign(self._alive & ~gone)
        masks = {4: gone[:, None, :, None], 3: gone[..., None]}
        for variable in map(_bare, (*self._weights, *self._optimization.variables())):
            if variable.shape.rank in masks:
                variable.assign(tf.where(masks[variable.shape.rank], 0.0, variable))

    def test(self, x: tf.Tensor, y: tf.Tensor, epoch: int, weights: State) -> Sums:
        """The sums over ``x`` (seeds or 1, n, features) and ``y`` (seeds or 1, n, outputs).

        With the ``weights`` after ``epoch``; which units live is not asked for.
        """
        functions = self.functions
        sums = functions.early_test if epoch < EARLY_EPOCHS else functions.test
        return sums_of(sums, x, y, weights.both, self._hidden)

    def evaluate(self, x: tf.Tensor, y: tf.Tensor, weights: State) -> Sums:
        """The sums over ``x`` and ``y``, as for ``test``, with ``weights``."""
        return sums_of(self.functions.evaluate, x, y, weights.both, self._hidden)

    def live(self, x: tf.Tensor, y: tf.Tensor, weights: State) -> tuple[NDArray[np.bool_], ...]:
        """The live units of each hidden layer, as ``evaluate`` tells them."""
        evaluate = self.functions.evaluate
        return sums_of(evaluate, x, y, weights.both, self._hidden, until_all_live=True).live

    def probe(
        self, x: tf.Tensor, y: tf.Tensor, epoch: int, weights: State, before: State | None
    ) -> Probed:
        """Layer arrays and norms over the probe samples ``x`` (seeds, n, features).

        Of ``weights`` after ``epoch``, not of those that are trained on meanwhile; ``before`` are
        the weights before the last update, None at the start.
        """
        old = before or weights
        functions = self.functions
        probing = functions.early_probe if epoch < EARLY_EPOCHS else functions.probe
        arrays, norms, slopes = probing(x, y, weights.both, old.both)
        pre, post, delta = (list(map(_in_place, tensors)) for tensors in arrays)
        gradient, weight, update = ([tensor.numpy() for tensor in tensors] for tensors in norms)
        return Probed(
            pre=pre,
            post=post,
            delta=delta,
            gradient_norms=gradient,
            weight_norms=weight,
            update_norms=update if before else [],
            slopes=[slope.numpy() for slope in slopes],
        )

    def state(self) -> State:
        """The weights as they are now."""
        return State(*map(tf.identity, self.stack.weights()))

    def _updates(
        self, x: tf.Tensor, y: tf.Tensor, order: tf.Tensor, first: tf.Tensor, end: tf.Tensor
    ) -> tuple[tf.Tensor, ...]:
        # Not "for update in tf.range(first, end)": its bounds are constants to XLA, which
        # would compile anew for every pair of them.
        def body(update: tf.Tensor, *_: tf.Tensor) -> tuple[tf.Tensor, ...]:
            rows = tf.gather(order, update, axis=1)
            weights = self.stack.weights()
            self._update(rows_of(x, rows), rows_of(y, rows), weights)
            return (update + 1, *(weights if self.carries else ()))

        carried = self.stack.weights() if self.carries else ()
        done: tuple[tf.Tensor, ...] = tf.while_loop(
            lambda update, *_: update < end, body, (first, *carried)
        )
        return done

    def _update(self, x: tf.Tensor, y: tf.Tensor, weights: tuple[tf.Tensor, tf.Tensor]) -> None:
        with tf.GradientTape() as tape:
            tape.watch(weights)
            layers = self.stack.layers(*weights)
            pre, _ = self.stack.forward(layers, x)
            losses, outputs = self.stack.losses(pre[-1], y)
            mean = tf.reduce_mean(losses, axis=2)
            total = tf.reduce_sum(mean)
        gradients = tape.gradient(
            total, weights, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        self._done.assign_add(1)
        fell = tf.convert_to_tensor(self._alive) & ~tf.math.is_finite(mean)
        self._diverged_at.assign(tf.where(fell, self._done, self._diverged_at))
        self._alive.assign(tf.convert_to_tensor(self._alive) & ~fell)
        count = tf.cast(tf.shape(x)[1], tf.float64)
        loss = tf.cast(mean, tf.float64) * count
        scored = [
            tf.cast(tf.reduce_sum(score, axis=2), tf.float64)
            for score in scores(outputs, y, self._classification)
        ]
        self._totals.assign_add(tf.stack([loss, *scored], axis=-1))
        if self._hidden:
            self._live.assign(self._live | self.stack.live(layers, pre[:-1]))
        self._optimization.apply(gradients)

    def _turned(self) -> tuple[tf.Tensor, ...]:
        seen = tf.identity(self._totals), tf.reduce_any(self._live, axis=2)
        for variable in (self._totals, self._live):
            variable.assign(tf.zeros_like(variable))
        return (*seen, tf.identity(self._diverged_at), *map(tf.identity, self.stack.weights()))


def _in_place(tensor: tf.Tensor) -> NDArray[np.float32]:
    """The numbers where they stand, to be read: copies of a probe's are tens of megabytes."""
    return np.asarray(np.from_dlpack(tensor), np.float32)


def _bare(variable: Any) -> tf.Variable:
    """The TensorFlow variable of Keras's, or itself."""
    return variable.value if isinstance(variable, keras.Variable) else variable
