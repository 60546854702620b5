"""Whether a run costs more in a long sweep than in a short one."""

import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.trials.training import PassesPool, first_blocks, moons, train_block
from core.engine.plan import blocks
from core.experiment import RunConfig
from core.store import Store


def measure(sizes: list[int], epochs: int) -> dict[str, Any]:
    """Milliseconds a run in sweeps of ``sizes`` runs, ascending, written to a store on disk.

    One block of every structure is trained before the clock counts, so that start-up and
    compilation are left out. The growth is that of the longest sweep over the cheapest.
    """
    each = {runs: 1e3 * _seconds(_sweep(runs, epochs)) / runs for runs in sizes}
    cheapest, longest = min(each.values()), each[sizes[-1]]
    costs = ", ".join(f"{runs:,} runs {cost:.3g} ms" for runs, cost in each.items())
    return {
        "growth": 100 * (longest / cheapest - 1),
        "each": longest,
        "notes": {"growth": f"a run in {costs}, {epochs} epochs", "each": "with its store"},
    }


def _sweep(runs: int, epochs: int) -> tuple[RunConfig, ...]:
    seeds = -(-runs // 10)
    ten = {"activation": ["relu", "tanh"], "learning_rate": [0.001, 0.003, 0.01, 0.03, 0.1]}
    return moons(**ten, seed=list(range(seeds)), epochs=epochs).grid()[:runs]


def _seconds(configs: tuple[RunConfig, ...]) -> float:
    pool = PassesPool()
    for block in first_blocks(configs):
        for _ in train_block(block, pool=pool):
            pass
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{(Path(folder) / 'growth.sqlite').as_posix()}") as store,
    ):
        begun = time.perf_counter()
        store.add_runs(configs, "", "stacked")
        for block in blocks(configs):
            for reports in train_block(block, pool=pool):
                store.write(reports)
        return time.perf_counter() - begun
