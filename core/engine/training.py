"""Training of one block, epoch by epoch: a generator of reports.

A pure function of the block: the same block gives the same reports to the last bit (but
for the seconds). It ends when every member has ended, or when ``stop`` says so.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from core.engine.draws import batch_order
from core.engine.passes import Passes, norms
from core.engine.plan import Block
from core.engine.pool import PassesPool
from core.engine.reporting import Measured, Sums, epoch_reports
from core.engine.samples import Samples, samples
from core.engine.snapshots import kept_epochs
from core.report import Report, RunEnd, Status

# Between two looks at ``stop``.
_SLICE_SECONDS = 0.5


def never() -> bool:
    """A ``stop`` that never asks for an end."""
    return False


def train_block(
    block: Block,
    stop: Callable[[], bool] = never,
    pool: PassesPool | None = None,
    *,
    statistics: bool = True,
) -> Iterator[list[Report]]:
    """Train ``block``, yielding a list of reports for each epoch from 0.

    Each list has the EpochReport of every member that is still trained, Snapshots where the
    epoch keeps them, and the RunEnd of each member that ended with it. Blocks trained with
    one ``pool`` are compiled once if they differ in their seeds alone. ``statistics=False``
    leaves the layers out: so that benchmarks can tell what they cost.
    """
    classification = block.shape.source.task.kind == "classification"
    with (pool or PassesPool()).passes(
        block, classification=classification, statistics=statistics
    ) as passes:
        yield from _Training(block, stop, passes, statistics).reports()


class _Training:
    """One block on its way through the epochs."""

    def __init__(
        self, block: Block, stop: Callable[[], bool], passes: Passes, statistics: bool
    ) -> None:
        self.block, self.config, self.stop = block, block.shape, stop
        self.seeds = tuple(config.seed for config in block.configs[:: block.variants])
        self.data: Samples = samples(self.config, self.seeds)
        self.x, self.y = tf.constant(self.data.x_train), tf.constant(self.data.y_train)
        self.x_test, self.y_test = tf.constant(self.data.x_test), tf.constant(self.data.y_test)
        self.probe = (_rows(self.data.x_train, self.data), _rows(self.data.y_train, self.data))
        self.passes, self.statistics = passes, statistics
        self.ended = np.zeros((block.seeds, block.variants), bool)
        self.seconds = 0.0
        self.per_slice = 1
        self.stopped = False
        self.update_norms: list[NDArray[np.float32]] = []
        self.kept = kept_epochs(self.config)

    def reports(self) -> Iterator[list[Report]]:
        """A list an epoch. Statistics are made in a thread of their own while training goes on."""
        with ThreadPoolExecutor(1, "statistics") as thread:
            made: Future[list[Report]] | None = self._made(
                thread, self._measure(0, self.passes.evaluate(self.x, self.y))
            )
            for epoch in range(1, self.config.epochs + 1):
                if self.ended.all():
                    break
                order = self._order(epoch)
                for _ in self._slices(order):
                    if made and made.done():
                        yield made.result()
                        made = None
                if made:
                    yield made.result()
                if self.stopped:
                    yield self._cancelled()
                    return
                made = self._made(thread, self._measure(epoch, self.passes.seen(), order))
            if made:
                yield made.result()

    def _made(self, thread: ThreadPoolExecutor, measured: Measured) -> Future[list[Report]]:
        return thread.submit(epoch_reports, self.block, measured)

    def _order(self, epoch: int) -> NDArray[np.int32]:
        config = self.config
        return np.stack(
            [
                batch_order(seed, epoch, config.train_samples, config.batch_size)
                for seed in self.seeds
            ]
        )

    def _slices(self, order: NDArray[np.int32]) -> Iterator[None]:
        """Train one epoch, or until ``stop``; a pause after each slice of it."""
        rows = tf.constant(order)
        updates, done = order.shape[1], 0
        while done < updates - 1 and not self._stop():
            count = min(self.per_slice, updates - 1 - done)
            self._slice(rows, done, count)
            done += count
            yield
        if self._stop():
            return
        before = self.passes.kernels() if self.statistics else []
        self._slice(rows, updates - 1, 1)
        if not self.statistics:
            return
        changes = zip(self.passes.kernels(), before, strict=True)
        self.update_norms = [
            norms(layer, new - old).numpy() for layer, (new, old) in enumerate(changes)
        ]

    def _stop(self) -> bool:
        self.stopped = self.stopped or self.stop()
        return self.stopped

    def _slice(self, rows: tf.Tensor, first: int, count: int) -> None:
        if not self.seconds:
            # No updates at all, but the compilation, which is not training.
            self.passes.train(self.x, self.y, rows, 0, 0)
        start = time.perf_counter()
        self.passes.train(self.x, self.y, rows, first, count)
        took = time.perf_counter() - start
        self.seconds += took
        if took < _SLICE_SECONDS / 2:
            self.per_slice *= 2
        elif took > _SLICE_SECONDS and self.per_slice > 1:
            self.per_slice //= 2

    def _measure(self, epoch: int, train: Sums, order: NDArray[np.int32] | None = None) -> Measured:
        """What the weights show now; members that are found diverged end here."""
        test = self.passes.test(self.x_test, self.y_test)
        # Weights that overflowed in the epoch's last update show in the test loss alone.
        self.passes.freeze(~self.ended & ~np.isfinite(test.loss))
        if self.statistics and epoch and epoch == self.config.epochs:
            live = self.passes.evaluate(self.x, self.y).live
            train = Sums(train.loss, train.scores, live)
        targets = self.data.y_train if order is None else _taken(self.data.y_train, order)
        diverged_at = self.passes.diverged_at()
        measured = Measured(
            epoch=epoch,
            seconds=self.seconds,
            classification=self.data.classification,
            train=train,
            test=test,
            targets=(targets, self.data.y_test),
            probed=self.passes.probe(*self.probe) if self.statistics else None,
            update_norms=self.update_norms,
            diverged_at=diverged_at,
            skip=self.ended.copy(),
            kept=self.passes.kept() if epoch in self.kept else None,
        )
        self.ended |= diverged_at >= 0
        return measured

    def _cancelled(self) -> list[Report]:
        rest = ~self.ended.reshape(-1)
        return [
            RunEnd(config.run_id, Status.CANCELLED)
            for config, left in zip(self.block.configs, rest, strict=True)
            if left
        ]


def _rows(array: NDArray[np.float32], data: Samples) -> tf.Tensor:
    return tf.constant(_taken(array, data.probe))


def _taken(
    array: NDArray[np.float32], rows: Sequence[object] | NDArray[np.int32]
) -> NDArray[np.float32]:
    """``rows`` (seeds, …) of ``array`` (seeds or 1, samples, …), flat along the samples."""
    flat = np.asarray(rows).reshape(len(rows), -1)
    places = np.zeros(len(flat), int) if len(array) == 1 else np.arange(len(flat))
    return np.stack([array[p][r] for p, r in zip(places, flat, strict=True)])
