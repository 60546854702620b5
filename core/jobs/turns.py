"""Whose turn it is: blocks of jobs under way, and visitors who take turns.

Plain records and rules, without Dask and without the store.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from core.engine.plan import Block
from core.errors import TrainingFailed
from core.language import N_
from core.report import BlockState, EpochReport, Report

# A job whose workers died so often while they trained it, without a new epoch, is failed.
MOST_DEATHS = 3
# One whose trainers did, too: more of them, for whoever kills these may be a person.
MOST_TRIES = 10
_ENDED_WORKER = N_(
    "The training ended its worker {times} times, as a lack of memory does:"
    " choose smaller networks, fewer samples or fewer runs."
)
_ENDED_TRAINER = N_(
    "The training was begun {times} times, and each time its trainer died before another epoch was"
    " done, as from a lack of memory: choose smaller networks, fewer samples or fewer runs."
)


def deadly(*, deaths: int = 0, tries: int = 0) -> TrainingFailed | None:
    """Why a job may not go on that ended so many workers, or so many trainers, if so it is."""
    if deaths >= MOST_DEATHS:
        return TrainingFailed(_ENDED_WORKER, times=MOST_DEATHS)
    return TrainingFailed(_ENDED_TRAINER, times=MOST_TRIES) if tries >= MOST_TRIES else None


@dataclass(eq=False, slots=True)
class Work:
    """One block under way: where it stands, and on which worker.

    ``name`` is the worker's name for it, None where no worker knows it; ``given`` says that it
    has a turn, ``dropped`` that what it still reports is not written.
    """

    block: Block
    job_id: str
    epoch: int = -1
    worker: str | None = None
    name: str | None = None
    given: bool = False
    dropped: bool = False

    def lose(self) -> None:
        """Its worker knows it no more: it begins anew, on any."""
        self.worker = self.name = None
        self.given = False

    def saw(self, reports: Iterable[Report]) -> bool:
        """Whether ``reports`` have an epoch that was not seen before."""
        last = max((r.epoch for r in reports if isinstance(r, EpochReport)), default=-1)
        new = last > self.epoch
        self.epoch = max(self.epoch, last)
        return new


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn gave, to be written: reports of a block, whether it has ended, and where."""

    work: Work
    reports: tuple[Report, ...]
    seconds: float
    ended: bool
    state: BlockState | None = None


@dataclass(eq=False, slots=True)
class Begun:
    """A job that has begun: its runs, the blocks that it trains itself, and what it was given.

    ``busy`` is the seconds of a worker's time, since the job began for the first time, ``deaths``
    the workers that died in its turns, since it showed a new epoch.
    """

    job_id: str
    visitor: str
    run_ids: frozenset[str]
    works: list[Work] = field(default_factory=list)
    busy: float = 0.0
    deaths: int = 0

    def saw(self, work: Work, reports: Iterable[Report]) -> None:
        """A new epoch of one of its blocks clears it of suspicion."""
        if work.saw(reports):
            self.deaths = 0


class Turns:
    """All that is under way, and which visitor had the last turn."""

    def __init__(self) -> None:
        self.begun: dict[str, Begun] = {}
        self._rounds: dict[str, int] = {}
        self._round = 0

    @property
    def works(self) -> list[Work]:
        """All blocks under way."""
        return [work for job in self.begun.values() for work in job.works]

    def claimed(self) -> dict[str, Work]:
        """The block that trains each run, by run_id."""
        return {config.run_id: work for work in self.works for config in work.block.configs}

    def is_suspected(self, work: Work) -> bool:
        """Whether a worker died in a turn of this block's job, which has shown no epoch since."""
        job = self.begun.get(work.job_id)
        return job is not None and job.deaths > 0

    def needed(self, job: Begun) -> list[Work]:
        """The blocks that a job waits for: its own, then others' that train its runs."""
        claims = self.claimed()
        others = [claims[run] for run in sorted(job.run_ids & claims.keys())]
        return list(dict.fromkeys([*job.works, *others]))

    def visitors(self) -> list[str]:
        """The visitors of jobs under way, the longest without a turn first."""
        known = dict.fromkeys(job.visitor for job in self.begun.values())
        return sorted(known, key=lambda visitor: self._rounds.get(visitor, 0))

    def candidates(self, worker: str) -> Iterator[tuple[str, Work]]:
        """Visitors and blocks that could have a turn on ``worker``, best first."""
        for visitor in self.visitors():
            for work in self._of(visitor):
                if not work.given and work.worker in (None, worker):
                    yield visitor, work

    def had_turn(self, visitor: str) -> None:
        """Put a visitor at the end of the line."""
        self._round += 1
        self._rounds[visitor] = self._round
        # Who has nothing under way any more is forgotten.
        here = {job.visitor for job in self.begun.values()}
        self._rounds = {name: turn for name, turn in self._rounds.items() if name in here}

    def _of(self, visitor: str) -> Sequence[Work]:
        """A visitor's blocks, those that stand on a worker already first."""
        jobs = [job for job in self.begun.values() if job.visitor == visitor]
        works = dict.fromkeys(work for job in jobs for work in self.needed(job))
        return sorted(works, key=lambda work: work.name is None)
