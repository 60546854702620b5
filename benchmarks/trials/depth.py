"""How long a very deep network keeps one waiting: compilation, and the first epoch."""

import time
from typing import Any

from benchmarks.trials.training import PassesPool, epochs, moons
from core.engine.plan import blocks


def measure(layers: int, width: int, epochs_ahead: int) -> dict[str, Any]:
    """Seconds from nothing compiled to the first trained epoch, its training not counted.

    ``epochs_ahead`` is how long the training would be, which decides how it is compiled.
    """
    experiment = moons(hidden=[width] * layers, epochs=epochs_ahead)
    begun, training, planned = time.perf_counter(), 0.0, blocks(experiment.grid())
    pool = PassesPool()
    for block in planned:
        for epoch, took in epochs(block, pool):
            if epoch:
                training += took.training
                break
    whole = time.perf_counter() - begun
    return {
        "compile": whole - training,
        "first": whole,
        "notes": {
            "compile": f"{len(experiment.grid())} networks, {layers} layers of {width},"
            f" {len(planned)} block(s), planned for {epochs_ahead} epochs",
            "first": "all blocks to their first trained epoch",
        },
    }
