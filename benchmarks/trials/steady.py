"""Floating-point operations a second of MNIST training once it runs, beside a large product's."""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from benchmarks.arithmetic import update_flops
from benchmarks.trials.training import PassesPool, Timed, mnist
from benchmarks.trials.training import epochs as trained_epochs
from core.engine.plan import Block, blocks
from core.engine.processors import processors

_SIZE = 2048

# Computes, and tells its floating-point operations.
Work = Callable[[], float]


def measure(seeds: int, epochs: int, turns: int, **fields: Any) -> dict[str, Any]:
    """GFLOP/s of the updates and of whole blocks, and their share of what products reach.

    As many blocks train side by side as the engine would, and the sum of their rates counts.
    After each turn as many threads multiply large matrices for as long: a machine that lends its
    processors for moments, or slows down when it is warm, does so to both. Of the updates the
    first epoch of a block, in which caches warm, is left out.
    """
    experiment = mnist(seed=list(range(seeds)), epochs=epochs, **fields)
    together = blocks(experiment.grid())[: processors()]
    pool = PassesPool()
    found: list[tuple[float, float, float]] = []
    with ThreadPoolExecutor(len(together)) as threads:
        large = _large()
        # Compiled before.
        list(threads.map(lambda block: list(trained_epochs(block, pool)), together))
        for _ in range(turns):
            begun = time.perf_counter()
            rates = list(threads.map(lambda block: _rates(block, pool), together))
            took = time.perf_counter() - begun
            update, whole = (sum(each) for each in zip(*rates, strict=True))
            found.append((update, whole, _side_by_side(threads, len(together), large, took)))
    update, whole, rate = (statistics.median(column) for column in zip(*found, strict=True))
    share, whole_share = (
        statistics.median(100 * row[place] / row[2] for row in found) for place in (0, 1)
    )
    return {
        "share": share,
        "whole": whole_share,
        "gflops": update,
        "product": rate,
        "notes": {
            "share": f"{update:.0f} of {rate:.0f} GFLOP/s in {len(together)} threads,"
            f" epochs 2 to {epochs}, {turns} turns",
            "whole": f"{whole:.0f} GFLOP/s of the updates by the wall clock of the blocks",
        },
    }


def _rates(block: Block, pool: PassesPool) -> tuple[float, float]:
    """GFLOP/s of a block: of its updates while they train, and of the whole by the clock.

    The clock runs from the start of the block to its last report: reports come late, and together.
    """
    config = block.shape
    flops = update_flops(config.sizes, config.batch_size) * config.updates_per_epoch
    flops *= len(block.configs)
    begun = time.perf_counter()
    times: Sequence[Timed] = [took for epoch, took in trained_epochs(block, pool) if epoch > 1]
    wall = time.perf_counter() - begun
    training = sum(took.training for took in times)
    return len(times) * flops / training / 1e9, config.epochs * flops / wall / 1e9


def _large() -> Work:
    """A float32 product of two square matrices."""
    import tensorflow as tf

    a, b = (tf.random.stateless_uniform((_SIZE, _SIZE), (0, i)) for i in (1, 2))

    def multiply() -> float:
        tf.matmul(a, b).numpy()
        return 2.0 * _SIZE**3

    return multiply


def _side_by_side(threads: ThreadPoolExecutor, count: int, work: Work, seconds: float) -> float:
    """GFLOP/s of ``count`` threads that repeat ``work`` for so long."""
    together = Barrier(count)

    def repeat(_: int) -> float:
        together.wait()
        begun, took, flops = time.perf_counter(), 0.0, 0.0
        while took < seconds:
            flops += work()
            took = time.perf_counter() - begun
        return flops / took / 1e9

    return sum(threads.map(repeat, range(count)))
