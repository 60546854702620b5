"""Evaluation: losses, scores and live units over any samples, in steps of a bounded size."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from core.engine.classes import answers
from core.engine.plan import Block
from core.engine.reporting import Sums
from core.engine.spans import Span
from core.engine.stack import Stack

# Entries of a step's inputs and of its widest tensor: compiled a megabyte or two, which a cache
# holds; else more, for a plain graph hands each step on to another thread, which waits its turn.
_COMPILED_ENTRIES, _PLAIN_ENTRIES = 400_000, 1_200_000

# From x, y, whether it ends once all units live, and the two weights to what ``summed`` returns.
Summing = Callable[..., tuple[tf.Tensor, tf.Tensor]]


def summed(
    stack: Stack,
    x: tf.Tensor,
    y: tf.Tensor,
    until_all_live: tf.Tensor,
    *weights: tf.Tensor,
    classification: bool,
    live: bool,
    rows: int,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Totals (seeds, variants, 3) over the samples: the loss and two scores, ``rows`` at a time.

    And which units of all hidden layers, side by side, were ``live`` for one of them: (seeds,
    variants, units), none unless that is asked. ``until_all_live`` asks for these alone: once all
    live, no other samples are looked at, and totals are of some.

    The loop is the graph's: a call for each step would wait for the interpreter as often.
    """
    layers, samples = stack.layers(*weights), int(x.shape[1])

    def of_some(start: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        # All steps are of one size: the last begins sooner, and counts no sample again.
        begin = tf.minimum(start, samples - rows)
        own_x, own_y = (tf.slice(each, (0, begin, 0), (-1, rows, -1)) for each in (x, y))
        own_x.set_shape((x.shape[0], rows, x.shape[2]))
        own_y.set_shape((y.shape[0], rows, y.shape[2]))
        return _sums(
            stack, layers, own_x, own_y, tf.range(rows) >= start - begin, classification, live
        )

    if rows >= samples:
        every = tf.fill([samples], value=True)
        return _sums(stack, layers, x, y, every, classification, live)

    def goes_on(start: tf.Tensor, _: tf.Tensor, lived: tf.Tensor) -> tf.Tensor:
        return (start < samples) & ~(until_all_live & tf.reduce_all(lived))

    def step(
        start: tf.Tensor, totals: tf.Tensor, lived: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        more, living = of_some(start)
        return start + rows, totals + more, lived | living

    members = stack.block.seeds, stack.block.variants
    units = sum(stack.block.shape.hidden) if live else 0
    nothing = tf.zeros((*members, 3), tf.float64), tf.zeros((*members, units), tf.bool)
    _, totals, lived = tf.while_loop(goes_on, step, (tf.constant(0), *nothing))
    return totals, lived


def _sums(
    stack: Stack,
    layers: Sequence[Span],
    x: tf.Tensor,
    y: tf.Tensor,
    counted: tf.Tensor,
    classification: bool,
    live: bool,
) -> tuple[tf.Tensor, tf.Tensor]:
    """What ``summed`` tells of the samples that are ``counted`` (samples,) of ``x`` and ``y``."""
    pre, _ = stack.forward(layers, x)
    losses, outputs = stack.losses(pre[-1], y)
    totals = [
        tf.reduce_sum(tf.cast(tf.where(counted, each, 0.0), tf.float64), axis=2)
        for each in (losses, *scores(outputs, y, classification))
    ]
    if live and len(pre) > 1:
        # Also of samples that are not counted: those were seen before.
        lived = tf.reduce_any(stack.live(layers, pre[:-1]), axis=2)
    else:
        lived = tf.zeros((*losses.shape[:2], 0), tf.bool)
    return tf.stack(totals, axis=-1), lived


def scores(outputs: tf.Tensor, y: tf.Tensor, classification: bool) -> tuple[tf.Tensor, tf.Tensor]:
    """The two scores of each sample, (seeds, variants, samples): see Sums."""
    if classification:
        right = tf.equal(answers(outputs), answers(y)[:, None])
        hits = tf.cast(right, tf.float32)
        return hits, tf.zeros_like(hits)
    error = outputs - y[:, None]
    squares = tf.reduce_sum(tf.square(error), axis=3)
    return squares, tf.reduce_sum(tf.abs(error), axis=3)


def sums_of(
    summing: Summing,
    x: tf.Tensor,
    y: tf.Tensor,
    weights: tuple[tf.Tensor, tf.Tensor],
    hidden: Sequence[int],
    *,
    until_all_live: bool = False,
) -> Sums:
    """What ``summing`` tells of ``x`` and ``y`` with ``weights``, layers of ``hidden`` units."""
    totals, lived = summing(x, y, tf.constant(until_all_live), *weights)
    return as_sums(totals.numpy(), lived.numpy(), hidden)


def as_sums(totals: NDArray[np.float64], live: NDArray[np.bool_], hidden: Sequence[int]) -> Sums:
    """``totals`` and ``live`` units, side by side, of layers of ``hidden`` units; or none."""
    return Sums(totals[..., 0], totals[..., 1:], by_layer(live, hidden))


def by_layer(live: NDArray[np.bool_], hidden: Sequence[int]) -> tuple[NDArray[np.bool_], ...]:
    """Units side by side, (seeds, variants, units), as one array for each hidden layer."""
    return tuple(np.split(live, np.cumsum(hidden)[:-1], axis=2)) if live.shape[2] else ()


def rows_at_once(block: Block, *, compiled: bool) -> int:
    """Samples of a step: the test samples in equal parts of a bounded size."""
    config = block.shape
    each = config.sizes[0] + len(block.configs) * max(config.sizes[1:])
    most = max(1, (_COMPILED_ENTRIES if compiled else _PLAIN_ENTRIES) // each)
    steps = -(-config.test_samples // most)
    return -(-config.test_samples // steps)
