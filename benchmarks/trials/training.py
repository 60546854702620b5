"""Training blocks and taking the time: what most trials are made of."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.engine.plan import Block, blocks
from core.engine.start import start
from core.experiment import Experiment, RunConfig
from core.report import EpochReport

start()

from core.engine.pool import PassesPool  # noqa: E402, TensorFlow is started first
from core.engine.training import train_block  # noqa: E402

EIGHT = ("relu", "leaky_relu", "tanh", "sigmoid", "elu", "selu", "gelu", "silu")


@dataclass(frozen=True, slots=True)
class Timed:
    """Wall-clock seconds, and those of them that the engine calls training."""

    wall: float
    training: float


def timed(configs: Iterable[RunConfig], pool: PassesPool, *, statistics: bool = True) -> Timed:
    """Train ``configs`` in their blocks, one after another."""
    begun, training = time.perf_counter(), 0.0
    for block in blocks(configs):
        seconds: dict[str, float] = {}
        for reports in train_block(block, pool=pool, statistics=statistics):
            # Each run has an equal share of the seconds of all.
            seconds |= {r.run_id: r.seconds for r in reports if isinstance(r, EpochReport)}
        training += sum(seconds.values())
    return Timed(time.perf_counter() - begun, training)


def epochs(block: Block, pool: PassesPool) -> Iterator[tuple[int, Timed]]:
    """Train ``block``: each epoch's number and seconds, of all members together; 0 is the start."""
    before, begun = 0.0, time.perf_counter()
    for reports in train_block(block, pool=pool):
        told = [report for report in reports if isinstance(report, EpochReport)]
        if told:
            now, whole = time.perf_counter(), told[0].seconds * len(block.configs)
            yield told[0].epoch, Timed(now - begun, whole - before)
            before, begun = whole, time.perf_counter()


def first_blocks(configs: Sequence[RunConfig]) -> list[Block]:
    """One block of each structure that ``configs`` are cut into: trained, all are compiled."""
    return list({block.structure(): block for block in blocks(configs)}.values())


def mnist(**fields: object) -> Experiment:
    """The networks of the MNIST sweep: 784-128-128-10."""
    plain = {"hidden": [128, 128], "optimizer": "adam", "batch_size": 128}
    return Experiment(dataset="mnist", **{**plain, "activation": EIGHT, **fields})


def moons(**fields: object) -> Experiment:
    """The networks of the moons sweep: 2-16-16-16-2 on 500 points."""
    plain = {"train_samples": 500, "hidden": [16, 16, 16], "batch_size": 32}
    return Experiment(dataset="moons", **{**plain, "activation": EIGHT, **fields})
