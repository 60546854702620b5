"""What may be trained here: the bounds of a public deployment, and of a machine of one's own.

Every bound is refused before anything starts, with a sentence that says what would fit; the
trainer asks again, for a store can be written by others.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from core.engine import cost
from core.engine.plan import Block, blocks
from core.errors import InvalidExperiment, KasseiError, TrainingFailed
from core.experiment import MAX_PARAMETERS, MAX_RUNS, Experiment, RunConfig
from core.fields import MAX_EPOCHS
from core.jobs.environment import is_public, scheduler_address, usable_memory
from core.language import N_
from core.metrics import lasting
from core.store import Store

_MB = 2**20
# What a worker has with TensorFlow loaded, before it trains.
_WORKER_BYTES = 600 * _MB
# What LLVM keeps of a block that XLA compiled.
_COMPILED_BYTES = 120 * _MB
# Times the bound that a job may take: what was let in is an estimate.
OVERDUE = 2.0
# By whether fewer epochs, and fewer runs, would fit.
_TOO_LONG = {
    (True, True): N_(
        "The training would take about {asked}; here it may take {most}. What would fit:"
        " epochs: about {epochs}, or runs: {runs}."
    ),
    (True, False): N_(
        "The training would take about {asked}; here it may take {most}. What would fit:"
        " epochs: about {epochs}."
    ),
    (False, True): N_(
        "The training would take about {asked}; here it may take {most}. What would fit:"
        " runs: {runs}."
    ),
    (False, False): N_(
        "The training would take about {asked}; here it may take {most}: choose fewer samples"
        " or smaller networks."
    ),
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one experiment may ask for, and how many may wait.

    ``runs`` and ``seconds`` (estimated) are of one experiment, ``parameters`` and ``epochs`` of
    one run, ``memory`` is bytes of a worker; ``queued_each`` and ``queued`` are experiments that
    wait or train, of one visitor and in all.
    """

    runs: int
    parameters: int
    epochs: int
    seconds: float
    memory: int
    queued_each: int
    queued: int


PUBLIC = Bounds(
    runs=200,
    parameters=1_000_000,
    epochs=500,
    seconds=600,
    memory=1_800 * _MB,
    queued_each=3,
    queued=60,
)
PRIVATE = Bounds(
    runs=MAX_RUNS,
    parameters=MAX_PARAMETERS,
    epochs=MAX_EPOCHS,
    seconds=math.inf,
    memory=2**60,
    queued_each=10_000,
    queued=10_000,
)


def bounds() -> Bounds:
    """The bounds that hold here.

    A worker of this machine may have nine tenths of its memory at most; others' know their own.
    """
    chosen = PUBLIC if is_public() else PRIVATE
    if scheduler_address():
        return chosen
    return replace(chosen, memory=min(chosen.memory, int(0.9 * usable_memory())))


def memory(block: Block) -> int:
    """Bytes that a worker has at most while it trains ``block``, about."""
    config, members = block.shape, len(block.configs)
    layers = sum(config.sizes[1:])
    # Weights, gradients and two moments; z, a, delta and f' of the probe; what an evaluation
    # holds at once. Several probes of a small block, and two copies of its weights for each epoch
    # that is behind, are in what a worker takes.
    floats = 5 * members * config.parameters
    floats += 5 * members * min(512, config.train_samples) * layers
    floats += 2 * min(16_000_000, members * config.test_samples * max(config.sizes[1:]))
    compiled = _COMPILED_BYTES if cost.prefers_xla(block) else 0
    return 4 * floats + _samples(block) + compiled


def holds(standing: Iterable[Block], limits: Bounds) -> bool:
    """Whether a worker has room for all of these blocks side by side."""
    return _WORKER_BYTES + memory_together(standing) < limits.memory


def memory_together(standing: Iterable[Block]) -> int:
    """Bytes of blocks that stand on one worker: samples that all seeds share are there once."""
    taken, seen = 0, set()
    for block in standing:
        taken += memory(block)
        data = (block.shape.dataset, block.shape.noise, block.shape.outliers)
        if block.shape.shares_samples and data in seen:
            taken -= _samples(block)
        seen.add(data)
    return taken


def _samples(block: Block) -> int:
    """Bytes of a block's samples, in NumPy and in TensorFlow."""
    config = block.shape
    samples = (config.train_samples + config.test_samples) * (config.sizes[0] + config.sizes[-1])
    return 8 * samples * (1 if config.shares_samples else block.seeds)


def check(experiment: Experiment, limits: Bounds, store: Store, pace: float) -> None:
    """Refuse an experiment that asks for more than ``limits``.

    Runs that ``store`` holds as trained cost neither memory nor time; ``pace`` is what the
    estimate of time is multiplied by on this machine.

    Raises:
        InvalidExperiment: what it asks for, and what would fit.
    """
    configs = experiment.grid()
    _at_most(
        len(configs),
        limits.runs,
        N_("{asked} runs are more than one comparison may have here: at most {most}."),
    )
    _at_most(
        max(config.parameters for config in configs),
        limits.parameters,
        N_("A network of {asked} parameters is larger than may be trained here: at most {most}."),
    )
    _at_most(
        max(config.epochs for config in configs),
        limits.epochs,
        N_("{asked} epochs are more than may be trained here: at most {most}."),
    )
    known = store.finished(config.run_id for config in configs)
    new = [config for config in configs if config.run_id not in known]
    needed = _WORKER_BYTES + max(map(memory, blocks(new)), default=0)
    if needed > limits.memory:
        raise InvalidExperiment(
            N_(
                "The training would take about {asked} MB of memory; here it may have {most} MB:"
                " choose fewer samples or smaller networks."
            ),
            asked=f"{needed // _MB:,}",
            most=f"{limits.memory // _MB:,}",
        )
    seconds = pace * _seconds(new)
    if seconds > limits.seconds:
        room = limits.seconds / pace
        epochs = _most(
            max(config.epochs for config in new),
            lambda epochs: _seconds([_shorter(config, epochs) for config in new]) <= room,
        )
        runs = _most(len(new), lambda runs: _seconds(new[:runs]) <= room)
        raise InvalidExperiment(
            _TOO_LONG[epochs > 0, runs > 0],
            asked=lasting(seconds),
            most=lasting(limits.seconds),
            epochs=f"{epochs:,}",
            runs=f"{runs:,}",
        )


def overdue(limits: Bounds) -> KasseiError:
    """What a job is failed with that took longer than ``OVERDUE`` times its bound."""
    return TrainingFailed(
        N_(
            "The training took longer than {most}, the most that it may take here: choose fewer"
            " epochs or runs."
        ),
        most=lasting(OVERDUE * limits.seconds),
    )


def _seconds(configs: Sequence[RunConfig]) -> float:
    return cost.together(map(cost.seconds, blocks(configs)))


def _shorter(config: RunConfig, epochs: int) -> RunConfig:
    return config.model_copy(update={"epochs": min(epochs, config.epochs)})


def _most(high: int, fits: Callable[[int], bool]) -> int:
    """The greatest number below ``high`` that fits, if greater ones never do; 0 if none does."""
    low = 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _at_most(asked: int, most: int, sentence: str) -> None:
    if asked > most:
        raise InvalidExperiment(sentence, asked=f"{asked:,}", most=f"{most:,}")
