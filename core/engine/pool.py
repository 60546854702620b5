"""What stays between blocks: compiled passes, and the samples that all seeds share.

Blocks that differ in their seeds, rates and initializers alone are compiled once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

from core.engine.cost import prefers_xla, prefers_xla_reports
from core.engine.inputs import Inputs, inputs
from core.engine.passes import Passes
from core.engine.plan import Block

# A compiled block holds its weights and moments, some 20 MB at most.
_MOST = 4
# The fields that decide which samples there are, beside the seed.
_SAMPLES = ("dataset", "train_samples", "test_samples", "noise", "outliers")


class PassesPool:
    """Passes and samples that wait to be used again. Not shared by threads."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[Block, bool], Passes] = {}
        # Kept for the next block, and those that some block under way still has.
        self._kept: Inputs | None = None
        self._living: WeakValueDictionary[tuple[object, ...], Inputs] = WeakValueDictionary()

    @contextmanager
    def passes(
        self, block: Block, *, classification: bool, statistics: bool = True
    ) -> Iterator[Passes]:
        """Passes loaded with ``block``, to be used inside the ``with`` alone."""
        structure = (block.structure(), statistics)
        # Taken out while in use: two generators may be on their way side by side.
        passes = self._waiting.pop(structure, None)
        if passes is None:
            passes = Passes(
                block,
                classification,
                xla=prefers_xla(block),
                xla_reports=prefers_xla_reports(block),
                statistics=statistics,
            )
        else:
            passes.load(block)
        yield passes
        # Only what ended in order is used again. The one used longest ago makes room.
        self._waiting[structure] = passes
        if len(self._waiting) > _MOST:
            del self._waiting[next(iter(self._waiting))]

    def inputs(self, block: Block) -> Inputs:
        """The samples of ``block``; the last that were the same for every seed are kept."""
        config, seeds = block.shape, block.seed_numbers
        key = tuple(getattr(config, name) for name in _SAMPLES)
        if (living := self._living.get(key)) is not None:
            self._kept = living
            return living.of_seeds(config, seeds)
        # What is kept makes room before its successor is read.
        self._kept = None
        found = inputs(config, seeds)
        if config.shares_samples:
            self._kept = self._living[key] = found
        return found
