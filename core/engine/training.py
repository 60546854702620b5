"""Training of one block, epoch by epoch: a generator of reports.

A pure function of the block: the same block gives the same reports to the last bit (but
for the seconds), also where it goes on from a state. It ends when every member has ended,
or when ``stop`` says so.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from core.engine import states
from core.engine.company import company
from core.engine.draws import batch_order
from core.engine.inputs import Inputs
from core.engine.moment import Moment, Teller, Told
from core.engine.passes import EARLY_EPOCHS, Passes, State
from core.engine.plan import Block, probe_entries
from core.engine.pool import PassesPool
from core.engine.tellers import Tellers
from core.report import BlockState, Report, RunEnd, Status

# Between two looks at ``stop``.
_SLICE_SECONDS = 0.5
# Between two states of a block on its way: what is trained again where its process is killed.
_KEEP_SECONDS = 30.0
# Epochs whose reports are made while the next one trains: more than threads that make them, but
# of large networks, of whose weights each keeps two copies, fewer.
_MOST_AHEAD, _MOST_AHEAD_OF_LARGE = 4, 2


def never() -> bool:
    """A ``stop`` that never asks for an end."""
    return False


def train_block(
    block: Block,
    stop: Callable[[], bool] = never,
    pool: PassesPool | None = None,
    *,
    start: bytes | None = None,
    keep: Callable[[BlockState], None] | None = None,
    statistics: bool = True,
) -> Iterator[list[Report]]:
    """Train ``block``, yielding a list of reports for each epoch from 0.

    Each list has the EpochReport of every member that is still trained, Snapshots where the
    epoch keeps them, and the RunEnd of each member that ended with it. Blocks trained with
    one ``pool`` are compiled once if they differ in their seeds alone. ``statistics=False``
    leaves the layers out: so that benchmarks can tell what they cost.

    ``start`` is the content of a state of the block's company, after which it goes on; epochs
    before it are not reported, members that had ended are, with their ends. From bytes that
    are none it begins at epoch 0. ``keep`` is called with the block's state when it ends or is
    stopped, and every half minute between two epochs, once all reports before it are yielded;
    not with one above states.MOST_BYTES.
    """
    classification = block.shape.source.task.kind == "classification"
    pool = pool or PassesPool()
    with pool.passes(block, classification=classification, statistics=statistics) as passes:
        with ThreadPoolExecutor(1, "samples") as thread:
            reading = thread.submit(pool.inputs, block)
            if block.shape.epochs:
                passes.compile()
        inputs = reading.result()
        training = _Training(block, stop, inputs, passes, statistics, keep, pool.tellers)
        yield from training.reports(start)
        if keep and (state := training.state()):
            keep(state)


class _Training:
    """One block on its way through the epochs."""

    def __init__(
        self,
        block: Block,
        stop: Callable[[], bool],
        inputs: Inputs,
        passes: Passes,
        statistics: bool,
        keep: Callable[[BlockState], None] | None,
        tellers: Tellers,
    ) -> None:
        self.block, self.config, self.stop = block, block.shape, stop
        self.keep, self.kept_at = keep, time.monotonic()
        self.inputs = inputs
        self.passes, self.statistics = passes, statistics
        # Who is told to have ended, and who was seen to fall in training, perhaps not told yet.
        self.ended = np.zeros((block.seeds, block.variants), bool)
        self.fallen = self.ended
        # The epochs that are trained, and the updates of the one after them.
        self.epoch = self.updates = 0
        self.seconds = 0.0
        self.per_slice = 1
        self.stopped = False
        # The weights before the last update.
        self.before: State | None = None
        self.teller, self.tellers = Teller(block, inputs, passes, statistics), tellers
        self.entries = len(block.configs) * probe_entries(block.shape) if statistics else 0
        # Of the epochs behind, in their order.
        self.most_ahead = _MOST_AHEAD if passes.carries else _MOST_AHEAD_OF_LARGE
        self.made: deque[Future[Told]] = deque()
        # Of each hidden layer and member: the last epoch's, as a longer run would report it.
        self.dead: list[NDArray[np.float64]] = []

    def reports(self, start: bytes | None) -> Iterator[list[Report]]:
        """A list an epoch. Statistics are made in threads of their own while training goes on."""
        try:
            yield from self._epochs(start)
        finally:
            # Nobody reads it any more; what is under way ends before its arrays are used again.
            for told in self.made:
                told.cancel()
            wait(self.made)

    def _epochs(self, start: bytes | None) -> Iterator[list[Report]]:
        yield from self._begun(start)
        for epoch in range(self.epoch + 1, self.config.epochs + 1):
            if (self.ended | self.fallen).all():
                break
            order = self._order(epoch)
            for _ in self._slices(order):
                while self.made and self.made[0].done():
                    yield from self._told()
            if self.stopped:
                break
            while self._is_far_ahead(epoch):
                yield from self._told()
            self.epoch, self.updates = epoch, 0
            self._make(epoch, order)
            yield from self._say_where()
        yield from self._rest()
        if self.stopped:
            yield self._cancelled()

    def _is_far_ahead(self, epoch: int) -> bool:
        """Whether reports are to be waited for before ``epoch`` is reported, too."""
        behind = len(self.made)
        # The first reports are waited for: others, which trace graphs, take the lock from them.
        early = epoch - behind < EARLY_EPOCHS
        return behind >= (_MOST_AHEAD_OF_LARGE if early else self.most_ahead)

    def _begun(self, start: bytes | None) -> Iterator[list[Report]]:
        """Go on from ``start``, telling who had ended, or begin with epoch 0."""
        if not start or not self._go_on(start):
            self._make(0)
        elif self.ended.any():
            yield self._diverged()

    def _rest(self) -> Iterator[list[Report]]:
        """The reports of all epochs behind."""
        while self.made:
            yield from self._told()

    def _told(self) -> Iterator[list[Report]]:
        """What is told of the first epoch behind, if anything: who had ended before is not in it.

        Who is found diverged there was trained further meanwhile, and disturbs nobody.
        """
        told = self.made.popleft().result()
        over = {
            config.run_id
            for config, ended in zip(self.block.configs, self.ended.reshape(-1), strict=True)
            if ended
        }
        # What is told again of those who had ended may be another update, after the first.
        diverged_at = np.where(self.ended, np.int32(-1), told.diverged_at)
        if (diverged_at >= 0).any():
            self.passes.end(diverged_at)
        self.ended = self.ended | (diverged_at >= 0)
        if reports := [report for report in told.reports if report.run_id not in over]:
            yield reports

    def _say_where(self) -> Iterator[list[Report]]:
        """Where that is due, keep where the block stands, behind all reports before it."""
        due = time.monotonic() - self.kept_at >= _KEEP_SECONDS
        if self.keep is None or not due or self.epoch == self.config.epochs:
            return
        self.kept_at = time.monotonic()
        yield from self._rest()
        if state := self.state():
            self.keep(state)

    def state(self) -> BlockState | None:
        """Where the block stands; None where that is its start, or too much to be kept."""
        variables = self.passes.variables()
        if not (self.epoch or self.updates) or states.size(variables) > states.MOST_BYTES:
            return None
        arrays = tuple(np.array(variable) for variable in variables)
        standing = states.Standing(self.epoch, self.updates, self.seconds, self.ended, arrays)
        return BlockState(
            company=company(self.block),
            epoch=self.epoch,
            run_ids=tuple(config.run_id for config in self.block.configs),
            content=states.to_bytes(standing),
            dead=tuple(tuple(map(float, member)) for member in zip(*self.dead, strict=True)),
        )

    def _go_on(self, start: bytes) -> bool:
        """Stand where ``start`` says; False if it says nothing that fits."""
        variables = self.passes.variables()
        try:
            standing = states.from_bytes(start, variables)
        except ValueError:
            return False
        for variable, array in zip(variables, standing.variables, strict=True):
            variable.assign(array)
        self.epoch, self.updates = standing.epoch, standing.updates
        self.seconds, self.ended = standing.seconds, standing.ended
        return True

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
        updates = order.shape[1]
        # What the last update changed is measured: it is a slice of its own, but for small
        # networks, whose passes carry the weights before it.
        alone = self.statistics and not self.passes.carries
        while self.updates < updates and not self._stop():
            last = alone and self.updates == updates - 1
            if last:
                self.before = self.passes.state()
            count = min(self.per_slice, max(1, updates - self.updates - alone))
            self._slice(rows, self.updates, count)
            self.updates += count
            yield

    def _stop(self) -> bool:
        self.stopped = self.stopped or self.stop()
        return self.stopped

    def _slice(self, rows: tf.Tensor, first: int, count: int) -> None:
        start = time.perf_counter()
        before = self.passes.train(self.inputs.x, self.inputs.y, rows, first, count)
        took = time.perf_counter() - start
        self.before = before or self.before
        self.seconds += took
        if count == self.per_slice and took < _SLICE_SECONDS / 2:
            self.per_slice *= 2
        elif took > _SLICE_SECONDS and self.per_slice > 1:
            self.per_slice //= 2

    def _make(self, epoch: int, order: NDArray[np.int32] | None = None) -> None:
        """Have an epoch reported that had its batches in ``order`` (None: the start)."""
        seen, diverged_at, weights = self.passes.turn()
        if self.statistics and epoch == self.config.epochs > 0:
            self.dead = [(~live).mean(axis=2).reshape(-1) for live in seen.live]
        moment = Moment(
            epoch=epoch,
            seconds=self.seconds,
            seen=seen if epoch else None,
            order=order,
            diverged_at=diverged_at,
            weights=weights,
            before=self.before,
        )
        self.fallen = diverged_at >= 0
        self.made.append(self._telling(moment))

    def _telling(self, moment: Moment) -> Future[Told]:
        if self.config.epochs:
            return self.tellers.submit(self.entries, partial(self.teller.told, moment))
        # Nothing trains meanwhile: this thread tells of it itself, beside those of other blocks.
        done: Future[Told] = Future()
        done.set_result(self.teller.told(moment))
        return done

    def _diverged(self) -> list[Report]:
        """The ends of the members that had ended before the state that training goes on from."""
        at, ended = self.passes.diverged_at().reshape(-1), self.ended.reshape(-1)
        return [
            RunEnd(config.run_id, Status.DIVERGED, int(update))
            for config, update, has in zip(self.block.configs, at, ended, strict=True)
            if has
        ]

    def _cancelled(self) -> list[Report]:
        rest = ~self.ended.reshape(-1)
        return [
            RunEnd(config.run_id, Status.CANCELLED)
            for config, left in zip(self.block.configs, rest, strict=True)
            if left
        ]
