"""Random streams, splits and standardising: what all data sets share.

Every draw is from a generator made of the seed and of what it is for, so that no draw
depends on another: more training samples leave the test samples as they are, and more
noise moves the same points. This module knows no data set.
"""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from data.source import Floats

Rows = NDArray[np.int64]
Doubles = NDArray[np.float64]


class Stream(IntEnum):
    """What a random draw is for. The numbers are part of what a seed means: never reuse one."""

    SPLIT = 0xDA7A_0001
    TRAIN = 0xDA7A_0002
    TRAIN_NOISE = 0xDA7A_0003
    TEST = 0xDA7A_0004
    TEST_NOISE = 0xDA7A_0005
    OUTLIERS = 0xDA7A_0006
    SPLIT_TEST = 0xDA7A_0007
    PICTURE = 0xDA7A_0008


def stream(seed: int, purpose: Stream) -> np.random.Generator:
    """The generator of one seed for one purpose."""
    return np.random.default_rng([seed, purpose])


def stratified(
    classes: NDArray[np.integer], train: int, test: int, generator: np.random.Generator
) -> tuple[Rows, Rows]:
    """Rows for training and for testing, disjoint, each class in its share of both.

    Args:
        classes: (rows,), whole numbers from 0; all 0 gives a plain random split.
        train, test: how many rows; together at most all of them.

    Both are in random order. Rows are taken for the test first, so that it stays the same
    when ``train`` changes; every class occurs in a training part of at least as many rows
    as there are classes, in the proportions that ``classes`` has.
    """
    order = generator.permutation(len(classes))
    shuffled = classes[order]
    counts = np.bincount(shuffled)
    for_test = shares(counts, test)
    for_train = shares(counts - for_test, train)
    rank = np.empty(len(order), np.int64)
    for label in range(len(counts)):
        mine = shuffled == label
        rank[mine] = np.arange(counts[label])
    in_test = rank < for_test[shuffled]
    in_train = ~in_test & (rank < (for_test + for_train)[shuffled])
    return order[in_train], order[in_test]


def shares(counts: Sequence[int] | NDArray[np.integer], total: int) -> Rows:
    """``total`` divided in the proportions of ``counts``, whole, by the largest remainders.

    No share is larger than its count if ``total`` is at most their sum (Hamilton, 1792).
    """
    counts = np.asarray(counts, np.int64)
    # Whole-number arithmetic: a quota of exactly 7 must not become 6.999….
    whole, rest = np.divmod(counts * total, max(int(counts.sum()), 1))
    missing = total - int(whole.sum())
    whole[np.argsort(-rest, kind="stable")[:missing]] += 1
    return whole


def standard(values: NDArray[np.floating]) -> tuple[Doubles, Doubles]:
    """Mean and standard deviation over the rows of ``values`` (n, …), to standardise with.

    The standard deviation of a constant column is given as 1, so that it becomes 0, not NaN.
    """
    offset = values.mean(axis=0, dtype=np.float64)
    scale = values.std(axis=0, dtype=np.float64)
    # Rounding leaves a constant such as 0.1 with a deviation of some 1e-16 of its size.
    constant = scale <= 1e-12 * np.abs(offset)
    constant |= scale == 0
    return offset, np.where(constant, 1.0, scale)


def scaled(values: NDArray[np.floating], offset: Doubles, scale: Doubles) -> Floats:
    """(values - offset) / scale in float32, without a float64 copy of large float32 input."""
    if values.dtype == np.float32:
        moved: Floats = values - offset.astype(np.float32)
        moved /= scale.astype(np.float32)
        return moved
    return ((values - offset) / scale).astype(np.float32)
