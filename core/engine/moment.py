"""The end of an epoch, and what is told of it while training goes on."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.engine.inputs import Inputs, taken
from core.engine.passes import Passes, State
from core.engine.plan import Block
from core.engine.reporting import Measured, Sums, epoch_reports
from core.engine.snapshots import kept_epochs
from core.report import Report


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """The end of an epoch, as its reports are made of it while training goes on.

    ``seen`` are the sums over the epoch's batches in their ``order``; at the start there are
    none. ``diverged_at`` is what training has seen of it until then (see ``Passes``), ``before``
    are the weights before the last update.
    """

    epoch: int
    seconds: float
    seen: Sums | None
    order: NDArray[np.int32] | None
    diverged_at: NDArray[np.int32]
    weights: State
    before: State | None


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What is told of a moment, of members that had ended before it, too.

    ``diverged_at`` is the moment's, and has also those whose weights overflowed in the last
    update, which shows in the loss of the test samples alone. Of who had ended before it is no
    news, and may be another update than the one that was told.
    """

    reports: list[Report]
    diverged_at: NDArray[np.int32]


class Teller:
    """Makes the reports of a block's epochs, in another thread than the one that trains."""

    def __init__(self, block: Block, inputs: Inputs, passes: Passes, statistics: bool) -> None:
        self.block, self.inputs, self.passes, self.statistics = block, inputs, passes, statistics
        self.probe = inputs.probe()
        self.kept = kept_epochs(block.shape)

    def told(self, moment: Moment) -> Told:
        """What there is to tell of the moment, while training goes on from it."""
        epoch, weights, data = moment.epoch, moment.weights, self.inputs.samples
        test = self.passes.test(self.inputs.x_test, self.inputs.y_test, epoch, weights)
        updates = epoch * self.block.shape.updates_per_epoch
        fell = (moment.diverged_at < 0) & ~np.isfinite(test.loss)
        diverged_at = np.where(fell, np.int32(updates), moment.diverged_at)
        train, targets = moment.seen, data.y_train
        whole = self.inputs.x, self.inputs.y, weights
        if train is None:
            train = self.passes.evaluate(*whole)
        elif self.statistics and epoch == self.block.shape.epochs:
            train = replace(train, live=self.passes.live(*whole))
        if moment.order is not None:
            targets = taken(data.y_train, moment.order)
        measured = Measured(
            epoch=epoch,
            seconds=moment.seconds,
            classification=data.classification,
            train=train,
            test=test,
            targets=(targets, data.y_test),
            diverged_at=diverged_at,
        )
        probed = None
        if self.statistics:
            probed = self.passes.probe(*self.probe, epoch, weights, moment.before)
        arrays = (weights.first.numpy(), weights.rest.numpy()) if epoch in self.kept else None
        return Told(epoch_reports(self.block, measured, probed, arrays), diverged_at)
