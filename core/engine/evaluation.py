"""Evaluation: losses, scores and live units over any samples, in steps of a bounded size."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from core.engine.classes import answers
from core.engine.plan import Block
from core.engine.reporting import Sums
from core.engine.stack import Stack

# Entries of a step's inputs and of its widest tensor: compiled a megabyte or two, which a cache
# holds; else more, for each step costs what a hundred operations cost beside their arithmetic.
_COMPILED_ENTRIES, _PLAIN_ENTRIES = 400_000, 1_200_000

# From x, y, a count of samples and the two weights to what ``summed`` returns.
Step = Callable[..., tuple[tf.Tensor, tf.Tensor]]


def summed(
    stack: Stack,
    x: tf.Tensor,
    y: tf.Tensor,
    count: tf.Tensor,
    *weights: tf.Tensor,
    classification: bool,
    live: bool,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Totals (seeds, variants, 3) over the first ``count`` samples: the loss and two scores.

    And which units of all hidden layers, side by side, were ``live`` for one of them: (seeds,
    variants, units), none unless that is asked.
    """
    layers = stack.layers(*weights)
    pre, _ = stack.forward(layers, x)
    losses, outputs = stack.losses(pre[-1], y)
    counted = tf.range(tf.shape(x)[1]) < count
    totals = [
        tf.reduce_sum(tf.cast(tf.where(counted, each, 0.0), tf.float64), axis=2)
        for each in (losses, *scores(outputs, y, classification))
    ]
    if live and len(pre) > 1:
        alive = stack.live(layers, pre[:-1]) & counted[:, None]
        lived = tf.reduce_any(alive, axis=2)
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


def in_steps(
    step: Step, x: tf.Tensor, y: tf.Tensor, weights: Sequence[tf.Tensor], rows: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """What ``step`` tells of all samples, asked for ``rows`` of them at a time."""
    totals, lived = zip(*_steps(step, x, y, weights, rows), strict=True)
    return np.sum(totals, axis=0), np.any(lived, axis=0)


def live_in_steps(
    step: Step, x: tf.Tensor, y: tf.Tensor, weights: Sequence[tf.Tensor], rows: int
) -> NDArray[np.bool_]:
    """Which units live, as ``in_steps`` tells; once all do, no other samples are looked at."""
    steps = _steps(step, x, y, weights, rows)
    _, lived = next(steps)
    while not lived.all() and (more := next(steps, None)):
        lived = lived | more[1]
    return lived


def _steps(
    step: Step, x: tf.Tensor, y: tf.Tensor, weights: Sequence[tf.Tensor], rows: int
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.bool_]]]:
    for start in range(0, x.shape[1], rows):
        # All samples at once need no copy.
        whole = x.shape[1] == rows
        parts = (x, y) if whole else (x[:, start : start + rows], y[:, start : start + rows])
        count = parts[0].shape[1]
        padding = [[0, 0], [0, rows - count], [0, 0]]
        filled = parts if count == rows else [tf.pad(part, padding) for part in parts]
        totals, live = step(*filled, tf.constant(count), *weights)
        yield totals.numpy(), live.numpy()


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
