"""What stays between blocks: compiled passes, samples that all seeds share, and threads.

Blocks that differ in their seeds, rates and initializers alone are compiled once.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

from core.engine.cost import prefers_xla, prefers_xla_reports
from core.engine.inputs import Inputs, inputs
from core.engine.passes import Passes
from core.engine.plan import BLOCK_PROBE_ENTRIES, Block
from core.engine.processors import processors
from core.engine.tellers import Tellers

# A compiled block holds its weights and moments, some 20 MB at most.
_MOST = 4
# The fields that decide which samples there are, beside the seed.
_SAMPLES = ("dataset", "train_samples", "test_samples", "noise", "outliers")


class PassesPool:
    """Passes and samples that wait to be used again, by blocks in any threads.

    ``tellers`` make the reports of epochs, of all blocks that train side by side.
    """

    def __init__(self) -> None:
        # Of large blocks the arrays of two probes.
        self.tellers = Tellers(processors(), 2 * BLOCK_PROBE_ENTRIES)
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._waiting: dict[tuple[Block, bool], Passes] = {}
        # By structure the passes whose functions others share.
        self._models: dict[tuple[Block, bool], Passes] = {}
        # Kept for the next block, and those that some block under way still has.
        self._kept: Inputs | None = None
        self._living: WeakValueDictionary[tuple[object, ...], Inputs] = WeakValueDictionary()

    @contextmanager
    def passes(
        self, block: Block, *, classification: bool, statistics: bool = True
    ) -> Iterator[Passes]:
        """Passes loaded with ``block``, to be used inside the ``with`` alone."""
        structure = (block.structure(), statistics)
        # Taken out while in use: several blocks may be on their way side by side.
        with self._lock:
            passes = self._waiting.pop(structure, None)
            if passes is None:
                model = self._models.pop(structure, None)
                made = Passes(
                    block,
                    classification,
                    xla=prefers_xla(block),
                    xla_reports=prefers_xla_reports(block),
                    statistics=statistics,
                    like=model,
                )
                _keep(self._models, structure, model or made)
        if passes is None:
            passes = made
        else:
            passes.load(block)
        with self.tellers.beside_training():
            yield passes
        # Only what ended in order is used again.
        with self._lock:
            _keep(self._waiting, structure, passes)

    def inputs(self, block: Block) -> Inputs:
        """The samples of ``block``; the last that were the same for every seed are kept."""
        # One after the other: those that share samples read them once.
        with self._reading:
            return self._inputs(block)

    def _inputs(self, block: Block) -> Inputs:
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


def _keep(
    kept: dict[tuple[Block, bool], Passes], structure: tuple[Block, bool], passes: Passes
) -> None:
    """Keep ``passes``; the ones used longest ago make room."""
    kept[structure] = passes
    if len(kept) > _MOST:
        del kept[next(iter(kept))]
