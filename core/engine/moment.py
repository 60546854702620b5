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
    none. ``before`` are the weights before the last update.
    """

    epoch: int
    seconds: float
    seen: Sums | None
    order: NDArray[np.int32] | None
    test: Sums
    diverged_at: NDArray[np.int32]
    skip: NDArray[np.bool_]
    weights: State
    before: State | None


class Teller:
    """Makes the reports of a block's epochs, in another thread than the one that trains."""

    def __init__(self, block: Block, inputs: Inputs, passes: Passes, statistics: bool) -> None:
        self.block, self.inputs, self.passes, self.statistics = block, inputs, passes, statistics
        self.probe = inputs.probe()
        self.kept = kept_epochs(block.shape)

    def reports(self, moment: Moment) -> list[Report]:
        """What there is to tell of the moment, while training goes on from it."""
        epoch, weights, data = moment.epoch, moment.weights, self.inputs.samples
        train, targets = moment.seen, data.y_train
        if train is None or (self.statistics and epoch == self.block.shape.epochs):
            whole = self.passes.evaluate(self.inputs.x, self.inputs.y, weights)
            train = replace(train, live=whole.live) if train else whole
        if moment.order is not None:
            targets = taken(data.y_train, moment.order)
        measured = Measured(
            epoch=epoch,
            seconds=moment.seconds,
            classification=data.classification,
            train=train,
            test=moment.test,
            targets=(targets, data.y_test),
            diverged_at=moment.diverged_at,
            skip=moment.skip,
        )
        probed = None
        if self.statistics:
            probed = self.passes.probe(*self.probe, epoch, weights, moment.before)
        arrays = (weights.first.numpy(), weights.rest.numpy()) if epoch in self.kept else None
        return epoch_reports(self.block, measured, probed, arrays)
