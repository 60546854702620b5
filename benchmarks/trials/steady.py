"""Floating-point operations a second of MNIST training once it runs, beside a large product's."""

import statistics
import time
from typing import Any

from benchmarks.arithmetic import update_flops
from benchmarks.trials.training import PassesPool, mnist
from benchmarks.trials.training import epochs as trained_epochs
from core.engine.plan import blocks

_SIZE, _PRODUCTS = 2048, 5


def measure(seeds: int, epochs: int, **fields: Any) -> dict[str, Any]:
    """GFLOP/s of the updates and of whole epochs, and their share of what a product reaches.

    The product is measured before each block and after the last. The first epoch of a block,
    in which caches and compilations warm, is left out.
    """
    experiment = mnist(seed=list(range(seeds)), epochs=epochs, **fields)
    pool, products = PassesPool(), [_product()]
    updates, wholes = [], []
    for block in blocks(experiment.grid()):
        config = block.shape
        flops = update_flops(config.sizes, config.batch_size) * config.updates_per_epoch
        flops *= len(block.configs)
        for epoch, took in trained_epochs(block, pool):
            if epoch > 1:
                updates.append(flops / took.training / 1e9)
                wholes.append(flops / took.wall / 1e9)
        products.append(_product())
    product, update = statistics.median(products), statistics.median(updates)
    whole = statistics.median(wholes)
    return {
        "share": 100 * update / product,
        "whole": 100 * whole / product,
        "gflops": update,
        "product": product,
        "notes": {
            "share": f"{update:.0f} of {product:.0f} GFLOP/s, epochs 2 to {epochs}",
            "whole": f"{whole:.0f} GFLOP/s by the wall clock of the epochs",
        },
    }


def _product() -> float:
    """GFLOP/s of a float32 matrix product, the median of several."""
    import tensorflow as tf

    a, b = (tf.random.stateless_uniform((_SIZE, _SIZE), (0, i)) for i in (1, 2))
    tf.matmul(a, b).numpy()
    rates = []
    for _ in range(_PRODUCTS):
        begun = time.perf_counter()
        tf.matmul(a, b).numpy()
        rates.append(2 * _SIZE**3 / (time.perf_counter() - begun) / 1e9)
    return statistics.median(rates)
