"""Milliseconds of one update of a whole stack of small networks on spiral."""

from typing import Any

from benchmarks.trials.training import EIGHT, PassesPool, timed
from core.engine.plan import blocks
from core.experiment import Experiment


def measure(seeds: int, epochs: int) -> dict[str, Any]:
    """Training alone, and all with statistics and reports; compiled before, by training once."""
    experiment = Experiment(
        dataset="spiral",
        train_samples=250,
        batch_size=10,
        hidden=[8, 8, 8],
        activation=EIGHT,
        seed=list(range(seeds)),
        epochs=epochs,
    )
    configs = experiment.grid()
    updates = epochs * configs[0].updates_per_epoch
    pool = PassesPool()
    cold, warm = timed(configs, pool), timed(configs, pool)
    stacks = len(blocks(configs))
    return {
        "training": 1e3 * warm.training / updates,
        "whole": 1e3 * warm.wall / updates,
        "notes": {
            "training": f"{updates:,} updates of {len(configs)} networks in {stacks} stack(s)",
            "whole": f"{cold.wall / warm.wall:.2f} times that with compilation",
        },
    }
