"""Kassei: the whole sweep as stacks, with the statistics of all layers, into a store on disk."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from core import Experiment
from core import train as train_experiment


def train(experiment: Experiment, places: Sequence[int]) -> Iterator[dict[int, float]]:
    """Train all runs at once, whatever ``places`` asks for."""
    del places
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{(Path(folder) / 'kassei.sqlite').as_posix()}"
        results = train_experiment(experiment, store=url, alone=True)
        runs = results.runs.set_index("run_id")["test_accuracy"]
        results.store.close()
    yield {p: float(runs[config.run_id]) for p, config in enumerate(experiment.grid())}
