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


def measure(seeds: int, epochs: int, turns: int, **fields: Any) -> dict[str, Any]:
    """GFLOP/s of the updates and of whole epochs, and their share of what products reach.

    As many blocks train side by side as the engine would, and the sum of their rates counts.
    After each turn as many threads multiply matrices for as long: a machine that lends its
    processors for moments, or slows down when it is warm, does so to both. The first epoch of a
    block, in which caches and compilations warm, is left out.
    """
    experiment = mnist(seed=list(range(seeds)), epochs=epochs, **fields)
    together = blocks(experiment.grid())[: processors()]
    pool = PassesPool()
    found: list[tuple[float, float, float]] = []
    with ThreadPoolExecutor(len(together)) as threads:
        product = _products(threads, len(together))
        # Compiled before.
        list(threads.map(lambda block: list(trained_epochs(block, pool)), together))
        for _ in range(turns):
            begun = time.perf_counter()
            rates = list(threads.map(lambda block: _rates(block, pool), together))
            took = time.perf_counter() - begun
            update, whole = (sum(each) for each in zip(*rates, strict=True))
            found.append((update, whole, product(took)))
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
            "whole": f"{whole:.0f} GFLOP/s by the wall clock of the epochs",
        },
    }


def _rates(block: Block, pool: PassesPool) -> tuple[float, float]:
    """GFLOP/s of a block: of its updates while they train, and of its epochs by the clock."""
    config = block.shape
    flops = update_flops(config.sizes, config.batch_size) * config.updates_per_epoch
    flops *= len(block.configs)
    times: Sequence[Timed] = [took for epoch, took in trained_epochs(block, pool) if epoch > 1]
    training, wall = (sum(getattr(took, name) for took in times) for name in ("training", "wall"))
    return len(times) * flops / training / 1e9, len(times) * flops / wall / 1e9


def _products(threads: ThreadPoolExecutor, count: int) -> Callable[[float], float]:
    """From seconds to the GFLOP/s of ``count`` threads that repeat a float32 product so long."""
    import tensorflow as tf

    a, b = (tf.random.stateless_uniform((_SIZE, _SIZE), (0, i)) for i in (1, 2))

    def repeat(seconds: float, together: Barrier) -> float:
        together.wait()
        begun, took, done = time.perf_counter(), 0.0, 0
        while took < seconds:
            tf.matmul(a, b).numpy()
            took, done = time.perf_counter() - begun, done + 1
        return done * 2 * _SIZE**3 / took / 1e9

    def rate(seconds: float) -> float:
        together = Barrier(count)
        return sum(threads.map(lambda _: repeat(seconds, together), range(count)))

    return rate
