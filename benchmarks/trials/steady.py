"""Floating-point operations a second of MNIST training once it runs, beside a large product's."""

import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.arithmetic import update_flops
from benchmarks.trials.training import PassesPool, mnist
from benchmarks.trials.training import epochs as trained_epochs
from core.engine.plan import blocks

_SIZE, _LEAST = 2048, 5


def measure(seeds: int, epochs: int, **fields: Any) -> dict[str, Any]:
    """GFLOP/s of the updates and of whole epochs, and their share of what a product reaches.

    After each epoch the product is measured for as long as the epoch trained: a machine that
    lends its processors for moments, or slows down when it is warm, does so to both. The first
    epoch of a block, in which caches and compilations warm, is left out.
    """
    experiment = mnist(seed=list(range(seeds)), epochs=epochs, **fields)
    pool, product = PassesPool(), _product()
    updates, wholes, products = [], [], []
    for block in blocks(experiment.grid()):
        config = block.shape
        flops = update_flops(config.sizes, config.batch_size) * config.updates_per_epoch
        flops *= len(block.configs)
        for epoch, took in trained_epochs(block, pool):
            if epoch > 1:
                updates.append(flops / took.training / 1e9)
                wholes.append(flops / took.wall / 1e9)
                products.append(product(took.training))
    rate, update = statistics.median(products), statistics.median(updates)
    whole = statistics.median(wholes)
    return {
        "share": 100 * update / rate,
        "whole": 100 * whole / rate,
        "gflops": update,
        "product": rate,
        "notes": {
            "share": f"{update:.0f} of {rate:.0f} GFLOP/s, epochs 2 to {epochs}",
            "whole": f"{whole:.0f} GFLOP/s by the wall clock of the epochs",
        },
    }


def _product() -> Callable[[float], float]:
    """From seconds to the GFLOP/s of a float32 matrix product that is repeated for so long."""
    import tensorflow as tf

    a, b = (tf.random.stateless_uniform((_SIZE, _SIZE), (0, i)) for i in (1, 2))
    tf.matmul(a, b).numpy()

    def rate(seconds: float) -> float:
        begun, took, count = time.perf_counter(), 0.0, 0
        while took < seconds or count < _LEAST:
            tf.matmul(a, b).numpy()
            took, count = time.perf_counter() - begun, count + 1
        return count * 2 * _SIZE**3 / took / 1e9

    return rate
