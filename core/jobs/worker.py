"""What a Dask worker runs: a turn of about a second on one block, which then waits for its next.

A training that waits keeps its thread, in which it stands between two slices of an epoch. As
many blocks have turns at once as Dask gives the worker threads. A worker needs this package, the
data and Keras; it knows neither the store nor the page.
"""

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil
from distributed import Worker, WorkerPlugin, get_worker

from core.engine.plan import Block
from core.engine.start import start as start_tensorflow
from core.errors import TrainingFailed
from core.language import N_
from core.report import BlockState, Report, RunEnd, Status

if TYPE_CHECKING:
    from core.engine.pool import PassesPool

# A start that has been told is shown after so long, or with the first epoch.
_SOON_SECONDS = 0.15
# Names of blocks that were given up: as many as could wait for a first turn, and many more.
_MOST_FORGOTTEN = 1_000
# Of the share of its limit at which Dask pauses or kills a worker (distributed.worker.memory).
_NEAR, _TERMINATE = 0.95, 0.95


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn's outcome: what was reported, the seconds it took, whether the block has ended.

    ``lost`` says that the worker knows nothing of the block: it is not the one that began it.
    ``state`` is where a block stands: one that has ended, was given up, or goes on (now and then).
    """

    reports: tuple[Report, ...] = ()
    seconds: float = 0.0
    ended: bool = False
    lost: bool = False
    state: BlockState | None = None


class Warm(WorkerPlugin):
    """What a worker keeps between turns: its compiled passes, and the blocks under way.

    ``most_memory`` is the bytes that the process may have.
    """

    name = "kassei"

    def __init__(self, most_memory: float) -> None:
        self.most_memory = most_memory
        self.pool: PassesPool | None = None
        self.trainings: dict[str, Training] = {}
        # Blocks given up before their first turn has come: of several threads one overtakes.
        self.forgotten: deque[str] = deque(maxlen=_MOST_FORGOTTEN)
        self.naming = threading.Lock()
        # Turns in several threads begin with what the first of them makes.
        self.starting = threading.Lock()

    def setup(self, worker: Worker) -> None:
        """Mind the worker's own limit, too: near it Dask ends or halts it without a word."""
        manager = worker.memory_manager
        if manager.memory_limit:
            share = manager.memory_pause_fraction or _TERMINATE
            self.most_memory = min(self.most_memory, _NEAR * share * manager.memory_limit)

    def teardown(self, worker: Worker) -> None:
        """Give up what stands here: another trainer's has come in this one's place.

        A training that nobody asks any more would keep its samples and weights for ever.
        """
        # One that closes takes all with it. The event loop must not wait for an update's end.
        if worker.status.name == "running":
            threading.Thread(target=self._give_up_all, name="teardown", daemon=True).start()

    def _give_up_all(self) -> None:
        # A turn that ends meanwhile takes its training out itself.
        for name in tuple(self.trainings):
            if training := self.trainings.pop(name, None):
                training.give_up()

    def __getstate__(self) -> dict[str, object]:
        # It travels to its worker before it holds anything.
        return {"most_memory": self.most_memory}

    def __setstate__(self, state: dict[str, float]) -> None:
        self.__init__(**state)  # type: ignore[misc]


def warm_up() -> "PassesPool":
    """Import what training needs (a task, so that the worker's event loop goes on meanwhile)."""
    warm = _warm()
    with warm.starting:
        start_tensorflow(alone=True)
        from core.engine.pool import PassesPool

        warm.pool = warm.pool or PassesPool()
        return warm.pool


def start() -> None:
    """Warm up, so that the first job need not wait for it."""
    warm_up()


def advance(
    name: str, block: Block, seconds: float, *, begins: bool, start: bytes | None = None
) -> Turn:
    """Train ``block`` for about ``seconds``: from its start if it ``begins``, or where it stands.

    ``start`` is the content of a state that it begins after (see ``train_block``).
    A block's start, with its compilation, may take longer, and one update always ends.
    """
    warm, pool = _warm(), warm_up()
    with warm.naming:
        if begins and name not in warm.forgotten:
            warm.trainings[name] = Training(block, pool, warm.most_memory, start)
        training = warm.trainings.get(name)
    if training is None:
        return Turn(lost=True)
    try:
        turn = training.advance(seconds)
    except BaseException:
        warm.trainings.pop(name, None)
        raise
    if turn.ended:
        warm.trainings.pop(name, None)
    return turn


def forget(name: str) -> Turn:
    """Give up a block: where it stands, and what it reported since its last turn."""
    warm = _warm()
    with warm.naming:
        training = warm.trainings.pop(name, None)
        if training is None:
            warm.forgotten.append(name)
    return training.give_up() if training else Turn(lost=True)


def _warm() -> Warm:
    return get_worker().plugins[Warm.name]


class Training:
    """A block in training, in a thread that goes on during turns alone."""

    def __init__(
        self, block: Block, pool: "PassesPool", most_memory: float, start: bytes | None
    ) -> None:
        self._block, self._pool, self._most_memory = block, pool, most_memory
        self._start, self._states = start, list[BlockState]()
        self._reports: list[Report] = []
        self._error: BaseException | None = None
        self._ended = self._given_up = False
        self._until = 0.0
        # A turn ends as soon as there is a first epoch to show, and soon after the start is there.
        self._shown = False
        self._go, self._waits = threading.Semaphore(0), threading.Semaphore(0)
        # Who asks for its end waits for its turn's.
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self._train, name="training", daemon=True)
        self._thread.start()

    def advance(self, seconds: float) -> Turn:
        """Go on for about ``seconds``."""
        with self._turn:
            return Turn(lost=True) if self._given_up else self._advance(seconds)

    def _advance(self, seconds: float) -> Turn:
        begun = time.monotonic()
        self._until = begun + seconds
        self._go.release()
        self._waits.acquire()
        if self._error:
            raise self._error
        reports, self._reports = tuple(self._reports), []
        # The newest: what stood before it is no news any more.
        state = self._states[-1] if self._states else None
        self._states.clear()
        return Turn(reports, time.monotonic() - begun, self._ended, state=state)

    def give_up(self) -> Turn:
        """End where it stands; what the engine can use again is given back to the pool."""
        with self._turn:
            self._given_up = True
            self._go.release()
            self._thread.join()
        # The engine says that the runs are cancelled; whether they are is their job's matter.
        reports = tuple(
            report
            for report in self._reports
            if not (isinstance(report, RunEnd) and report.status is Status.CANCELLED)
        )
        return Turn(reports, state=self._states.pop() if self._states else None)

    def _train(self) -> None:
        self._go.acquire()
        try:
            from core.engine.training import train_block

            start, self._start = self._start, None
            keep = self._states.append
            for reports in train_block(
                self._block, self._pause, self._pool, start=start, keep=keep
            ):
                self._reports += reports
                if not self._shown:
                    self._shown = any(getattr(report, "epoch", 0) for report in reports)
                    self._until = min(self._until, time.monotonic() + _SOON_SECONDS)
                    # Shown at once: what comes next in the engine may be the making of a graph.
                    if self._shown:
                        self._until = 0.0
                        self._pause()
        except BaseException as error:
            self._error = error
        self._ended = True
        self._waits.release()

    def _pause(self) -> bool:
        """The engine's question whether to stop: it waits here between two turns."""
        if not self._given_up and time.monotonic() >= self._until:
            self._check_memory()
            self._waits.release()
            self._go.acquire()
        return self._given_up

    def _check_memory(self) -> None:
        used = psutil.Process().memory_info().rss
        if used > self._most_memory:
            raise TrainingFailed(
                N_(
                    "The training took {used} MB of memory, more than the {most} MB that it may"
                    " have here: choose smaller networks, fewer samples or fewer runs."
                ),
                used=round(used / 2**20),
                most=round(self._most_memory / 2**20),
            )
