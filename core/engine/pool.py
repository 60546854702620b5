"""A pool of compiled passes: blocks that differ in their seeds alone are compiled once."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.engine.cost import prefers_xla, prefers_xla_reports
from core.engine.passes import Passes
from core.engine.plan import Block

# A compiled block holds its weights and moments, some 20 MB at most.
_MOST = 4


class PassesPool:
    """Passes that wait to be used again; whoever trains has its own. Not shared by threads."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[Block, bool], Passes] = {}

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
