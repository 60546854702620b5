"""The samples of a block as tensors, and of which its probe is made."""

import math
import mmap
from dataclasses import dataclass, replace

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from core.engine.draws import probe_rows
from core.engine.samples import Samples, samples
from core.engine.start import give_back_freed_memory
from core.experiment import RunConfig
from data import forget


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Inputs:
    """What a block trains, tests and probes on.

    x (seeds or 1, n, features) and y (seeds or 1, n, outputs) float32; ``samples`` are the same
    numbers as NumPy arrays, most of them without a copy of their own. ``whole`` is what these
    were made from, if they are of other seeds: it lives as long as they do.
    """

    samples: Samples
    x: tf.Tensor
    y: tf.Tensor
    x_test: tf.Tensor
    y_test: tf.Tensor
    whole: "Inputs | None" = None

    def probe(self) -> tuple[tf.Tensor, tf.Tensor]:
        """X and y of the probe samples, (seeds, samples, …)."""
        rows, data = self.samples.probe, self.samples
        return tf.constant(taken(data.x_train, rows)), tf.constant(taken(data.y_train, rows))

    def of_seeds(self, config: RunConfig, seeds: tuple[int, ...]) -> "Inputs":
        """The same samples for other seeds, which share them: only the probe is theirs."""
        probe = np.stack([probe_rows(seed, config.train_samples) for seed in seeds])
        drawn = replace(self.samples, probe=probe)
        return replace(self, samples=drawn, whole=self.whole or self)


def inputs(config: RunConfig, seeds: tuple[int, ...]) -> Inputs:
    """The samples of ``config``'s data set for ``seeds``."""
    drawn = samples(config, seeds)
    # Not tf.constant, which keeps a second copy of an array until it is used.
    x, y, x_test, y_test = map(
        tf.identity, (drawn.x_train, drawn.y_train, drawn.x_test, drawn.y_test)
    )
    # The arrays of a tensor are the tensor's own memory. MNIST is 220 MB: it is held once.
    forget()
    arrays = replace(
        drawn,
        x_train=np.asarray(x),
        y_train=np.asarray(y),
        x_test=np.asarray(x_test),
        y_test=np.asarray(y_test),
    )
    del drawn
    give_back_freed_memory()
    return Inputs(arrays, x, y, x_test, y_test)


def blanks(config: RunConfig, seeds: int) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """What x, y and an epoch's batches of ``seeds`` seeds are like, for to compile with."""
    sources = 1 if config.shares_samples else seeds
    x, y = (
        _blank(sources, config.train_samples, width)
        for width in (config.sizes[0], config.sizes[-1])
    )
    order = tf.zeros((seeds, config.updates_per_epoch, config.batch_size), tf.int32)
    return x, y, order


def _blank(*shape: int) -> tf.Tensor:
    """Zeros in pages of their own: as nobody reads them, they take no memory."""
    pages = mmap.mmap(-1, 4 * math.prod(shape))
    zeros = np.frombuffer(pages, np.float32).reshape(shape)
    return tf.experimental.dlpack.from_dlpack(zeros.__dlpack__())


def taken(array: NDArray[np.float32], rows: NDArray[np.int32]) -> NDArray[np.float32]:
    """``rows`` (seeds, …) of ``array`` (seeds or 1, samples, …), flat along the samples."""
    flat = rows.reshape(len(rows), -1)
    places = np.zeros(len(flat), int) if len(array) == 1 else np.arange(len(flat))
    return np.stack([array[p][r] for p, r in zip(places, flat, strict=True)])


def rows_of(array: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    """``rows`` (seeds, n) of ``array`` (seeds or 1, samples, …): (seeds, n, …)."""
    if array.shape[0] == 1 and rows.shape[0] != 1:
        return tf.gather(array[0], rows)
    return tf.gather(array, rows, batch_dims=1)
