"""The workers of a Dask scheduler as the trainer sees them: who is there, ready, and busy.

Turns are given to a worker by name, for a block under way stands in one worker's memory.
"""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass

from distributed import Client, Future, fire_and_forget

from core.errors import KasseiError, TrainerUnavailable, reason
from core.jobs import worker
from core.jobs.turns import Work
from core.jobs.worker import Turn
from core.language import N_

# A look at who is there asks the scheduler; where all of them wait for work, there is no hurry.
_LOOK_SECONDS, _IDLE_SECONDS = 0.5, 4.0
# A worker that died is started again by its nanny within seconds.
_ALONE_SECONDS = 10.0
# Nothing that is sound takes so long: TensorFlow's start and compilation take seconds.
_STUCK_SECONDS = 900.0
# A worker gives a block up behind its turn, and another's that begins with a compilation.
_LEAVE_SECONDS = 30.0
# A turn's outcome is some megabytes at most, from a worker that has nothing else to do.
_FETCH_SECONDS = 20.0
_UNREADABLE = "deserialization of the task graph"


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """A turn that the worker at ``address`` has: of which block, and since when."""

    address: str
    work: Work
    future: Future
    since: float


@dataclass(frozen=True, slots=True, eq=False)
class Leaving:
    """A block that its worker is to give up, since when, and the turn that it still had."""

    work: Work
    turn: Future | None
    future: Future
    since: float

    def turns(self) -> list[Turn]:
        """What the turn gave, and the block's end after it, as far as they were done."""
        futures = [future for future in (self.turn, self.future) if future and future.done()]
        found = [fetched(future) for future in futures if future.status == "finished"]
        return [turn for turn in found if not turn.lost]


def fetched(future: Future) -> Turn:
    """What a turn that has ended gave: lost where its worker died before it was fetched.

    Without an end of its patience Dask would wait for that worker for ever.

    Raises:
        TrainerUnavailable: the scheduler or the worker cannot import what the turn needs.
        Exception: the turn's own.
    """
    try:
        turn: Turn = future.result(timeout=_FETCH_SECONDS)
    except (TimeoutError, CancelledError):
        return Turn(lost=True)
    except (ImportError, RuntimeError) as error:
        # What Dask raises where its scheduler cannot read a task.
        if isinstance(error, RuntimeError) and _UNREADABLE not in str(error):
            raise
        raise _lacking(error) from error
    return turn


def _lacking(error: BaseException) -> TrainerUnavailable:
    return TrainerUnavailable(
        N_(
            "The Dask scheduler, or a worker, has not what the training needs ({reason}): start"
            " both in the folder of this version, with PYTHONPATH and the same environment, as"
            " docs/many-machines.md shows."
        ),
        reason=reason(error),
    )


class Crew:
    """The workers of ``client``; ``wake`` is called when one has done something."""

    def __init__(self, client: Client, most_memory: float, wake: Callable[[], None]) -> None:
        self._client, self._wake = client, wake
        self._refused: KasseiError | None = None
        try:
            client.register_plugin(worker.Warm(most_memory))
        except (OSError, CancelledError):
            raise
        except Exception as error:
            # A worker that cannot import this, which ends it; the others have it.
            self._refused = _lacking(error)
        self._starting: dict[str, Future] = {}
        self.here: list[str] = []
        self.ready: list[str] = []
        # Turns that each worker can have at once: its threads.
        self._threads: dict[str, int] = {}
        self.given: list[Given] = []
        self.leaving: list[Leaving] = []
        self._looked = -_IDLE_SECONDS
        self._crowded = time.monotonic()

    @property
    def trouble(self) -> KasseiError | None:
        """Why nobody trains, where nobody has been there for a while."""
        if time.monotonic() - self._crowded < _ALONE_SECONDS:
            return None
        return self._refused or TrainerUnavailable(
            N_("No Dask worker is connected: training begins as soon as one is.")
        )

    def look(self) -> list[Given]:
        """See who is there; returns the turns that are lost with their workers.

        A worker gets turns once it has imported TensorFlow: whatever ends it before is no
        block's doing. One that cannot gets none, unless no other can: then jobs fail by its reason.
        """
        idle = self.ready and not self.given
        if time.monotonic() - self._looked < (_IDLE_SECONDS if idle else _LOOK_SECONDS):
            return []
        self._threads = dict(self._client.nthreads())
        here = list(self._threads)
        self._looked = time.monotonic()
        for address in here:
            if address not in self._starting:
                self._starting[address] = self._submit(address, worker.start)
        for address in self._starting.keys() - set(here):
            del self._starting[address]
        self.here = here
        if here:
            self._crowded = self._looked
        started = [address for address in here if self._starting[address].done()]
        sound = [name for name in started if self._starting[name].status == "finished"]
        self.ready = sound or started
        self.leaving = [one for one in self.leaving if one.work.worker in here]
        return self._taken(lambda given: given.address not in here)

    def free(self) -> list[str]:
        """The workers that could have a turn now, the least busy first; each once."""
        busy = Counter(given.address for given in self.given)
        free = [address for address in self.ready if busy[address] < self._threads[address]]
        return sorted(free, key=lambda address: busy[address])

    def turns_on(self, address: str) -> list[Work]:
        """The blocks that have turns on a worker now."""
        return [given.work for given in self.given if given.address == address]

    def give(
        self, address: str, work: Work, seconds: float, *, begins: bool, start: bytes | None = None
    ) -> None:
        """Give ``work`` a turn on a worker; ``start`` is what it begins after."""
        future = self._submit(
            address, worker.advance, work.name, work.block, seconds, begins=begins, start=start
        )
        self.given.append(Given(address, work, future, time.monotonic()))

    def done(self) -> list[Given]:
        """The turns that have ended since the last call."""
        return self._taken(lambda given: given.future.done())

    def _taken(self, which: Callable[[Given], bool]) -> list[Given]:
        """The turns of which ``which`` holds, which are not waited for any more."""
        taken = [given for given in self.given if which(given)]
        self.given = [given for given in self.given if given not in taken]
        return taken

    def forget(self, work: Work) -> None:
        """Let a block's worker give it up; a turn that it has still is nobody's any more."""
        self._take(work)
        if work.worker in self.ready:
            fire_and_forget(self._submit(work.worker, worker.forget, work.name))

    def leave(self, work: Work) -> None:
        """Let a block's worker give it up, and say where it stands: ``left`` tells."""
        turn = self._take(work)
        if work.worker in self.ready:
            future = self._submit(work.worker, worker.forget, work.name)
            self.leaving.append(Leaving(work, turn, future, time.monotonic()))

    def left(self) -> list[tuple[Work, list[Turn]]]:
        """The blocks that their workers have given up since the last call, with their last turns.

        One that is not given up in half a minute is waited for no more.
        """
        now = time.monotonic()
        gone = [
            one for one in self.leaving if one.future.done() or now - one.since > _LEAVE_SECONDS
        ]
        self.leaving = [one for one in self.leaving if one not in gone]
        return [(one.work, one.turns()) for one in gone]

    def _take(self, work: Work) -> Future | None:
        """The turn that a block has, which is not waited for any more."""
        # Its thread is busy until then: the worker's next turn may wait behind this one.
        taken = self._taken(lambda given: given.work is work)
        return taken[0].future if taken else None

    def end_stuck(self) -> None:
        """End workers that have not come back from a turn for a quarter of an hour."""
        now = time.monotonic()
        stuck = {one.address for one in self.given if now - one.since > _STUCK_SECONDS}
        if stuck:
            self._client.restart_workers(sorted(stuck), raise_for_error=False)

    def _submit(
        self, address: str, function: Callable[..., object], *args: object, **options: object
    ) -> Future:
        future = self._client.submit(
            function, *args, **options, workers=[address], pure=False, retries=0
        )
        future.add_done_callback(lambda _: self._wake())
        return future
