"""What the statistics of the layers cost: the same training with and without them, in turn."""

import statistics
from typing import Any

from benchmarks.trials.training import PassesPool, mnist, moons, timed
from core.experiment import RunConfig


def measure(turns: int, mnist_epochs: int, moons_seeds: int, moons_epochs: int) -> dict[str, Any]:
    """Wall-clock seconds that statistics add, in percent of those of training without them."""
    few = mnist(seed=0, epochs=mnist_epochs).grid()
    rates = [0.001, 0.01, 0.1]
    seeds = list(range(moons_seeds))
    many = moons(learning_rate=rates, seed=seeds, epochs=moons_epochs).grid()
    shares = {"mnist": _share(few, turns), "moons": _share(many, turns)}
    notes = {
        name: f"{percent[0]:.1f} to {percent[-1]:.1f} % in {turns} turns"
        for name, percent in shares.items()
    }
    return {name: statistics.median(values) for name, values in shares.items()} | {"notes": notes}


def _share(configs: tuple[RunConfig, ...], turns: int) -> list[float]:
    pool = PassesPool()
    # Compiled in both forms before the clock counts.
    for watched in (True, False):
        timed(configs, pool, statistics=watched)
    found = []
    for _ in range(turns):
        bare = timed(configs, pool, statistics=False).wall
        found.append(100 * (timed(configs, pool).wall / bare - 1))
    return sorted(found)
