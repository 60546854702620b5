"""Training of one block, epoch by epoch: a generator of reports.

A pure function of the block: the same block gives the same reports to the last bit (but
for the seconds). It ends when every member has ended, or when ``stop`` says so.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from core.engine.draws import batch_order
from core.engine.inputs import Inputs, taken
from core.engine.passes import Passes, State
from core.engine.plan import Block
from core.engine.pool import PassesPool
from core.engine.reporting import Measured, Sums, epoch_reports
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
    pool = pool or PassesPool()
    with pool.passes(block, classification=classification, statistics=statistics) as passes:
        yield from _Training(block, stop, pool.inputs(block), passes, statistics).reports()


class _Training:
    """One block on its way through the epochs."""

    def __init__(
        self,
        block: Block,
        stop: Callable[[], bool],
        inputs: Inputs,
        passes: Passes,
        statistics: bool,
    ) -> None:
        self.block, self.config, self.stop = block, block.shape, stop
        self.inputs, self.data = inputs, inputs.samples
        self.probe = inputs.probe()
        self.passes, self.statistics = passes, statistics
        self.ended = np.zeros((block.seeds, block.variants), bool)
        self.seconds = 0.0
        self.per_slice = 1
        self.stopped = False
        # The weights before the last update.
        self.before: State | None = None
        self.kept = kept_epochs(self.config)

    def reports(self) -> Iterator[list[Report]]:
        """A list an epoch. Statistics are made in a thread of their own while training goes on."""
        with ThreadPoolExecutor(1, "statistics") as thread:
            start = self.passes.evaluate(self.inputs.x, self.inputs.y)
            made: Future[list[Report]] | None = self._made(thread, 0, start)
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
                made = self._made(thread, epoch, self.passes.turn(), order)
            if made:
                yield made.result()

    def _order(self, epoch: int) -> NDArray[np.int32]:
        config = self.config
        return np.stack(
            [
                batch_order(seed, epoch, config.train_samples, config.batch_size)
                for seed in self.block.seed_numbers
            ]
        )

    def _slices(self, order: NDArray[np.int32]) -> Iterator[None]:
        """Train one epoch, or until ``stop``; a pause after each slice of it."""
        rows = tf.constant(order)
        updates, done = order.shape[1], 0
        # What the last update changed is measured: it is a slice of its own, but for small
        # networks, whose passes carry the weights before it.
        alone = self.statistics and not self.passes.carries
        while done < updates and not self._stop():
            last = alone and done == updates - 1
            if last:
                self.before = self.passes.state()
            count = min(self.per_slice, max(1, updates - done - alone))
            self._slice(rows, done, count)
            done += count
            yield

    def _stop(self) -> bool:
        self.stopped = self.stopped or self.stop()
        return self.stopped

    def _slice(self, rows: tf.Tensor, first: int, count: int) -> None:
        if not self.seconds:
            # No updates at all, but the compilation, which is not training.
            self.passes.train(self.inputs.x, self.inputs.y, rows, 0, 0)
        start = time.perf_counter()
        before = self.passes.train(self.inputs.x, self.inputs.y, rows, first, count)
        took = time.perf_counter() - start
        self.before = before or self.before
        self.seconds += took
        if count == self.per_slice and took < _SLICE_SECONDS / 2:
            self.per_slice *= 2
        elif took > _SLICE_SECONDS and self.per_slice > 1:
            self.per_slice //= 2

    def _made(
        self,
        thread: ThreadPoolExecutor,
        epoch: int,
        train: Sums,
        order: NDArray[np.int32] | None = None,
    ) -> Future[list[Report]]:
        """The reports of an epoch, of the weights as they are; who is found diverged ends here."""
        test = self.passes.test(self.inputs.x_test, self.inputs.y_test)
        # Weights that overflowed in the epoch's last update show in the test loss alone.
        fell = ~self.ended & ~np.isfinite(test.loss)
        if fell.any():
            self.passes.freeze(fell)
        if self.statistics and epoch and epoch == self.config.epochs:
            train = replace(train, live=self.passes.evaluate(self.inputs.x, self.inputs.y).live)
        targets = self.data.y_train if order is None else taken(self.data.y_train, order)
        diverged_at = self.passes.diverged_at()
        measured = Measured(
            epoch=epoch,
            seconds=self.seconds,
            classification=self.data.classification,
            train=train,
            test=test,
            targets=(targets, self.data.y_test),
            diverged_at=diverged_at,
            skip=self.ended.copy(),
        )
        self.ended |= diverged_at >= 0
        return thread.submit(self._reports, measured, self.passes.state(), self.before)

    def _reports(self, measured: Measured, weights: State, before: State | None) -> list[Report]:
        """In the thread: what the probe shows of ``weights``, and the reports."""
        probed = self.passes.probe(*self.probe, weights, before) if self.statistics else None
        kept = measured.epoch in self.kept
        arrays = (weights.first.numpy(), weights.rest.numpy()) if kept else None
        return epoch_reports(self.block, measured, probed, arrays)

    def _cancelled(self) -> list[Report]:
        rest = ~self.ended.reshape(-1)
        return [
            RunEnd(config.run_id, Status.CANCELLED)
            for config, left in zip(self.block.configs, rest, strict=True)
            if left
        ]
