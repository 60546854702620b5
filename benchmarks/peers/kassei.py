"""Kassei: the whole sweep as stacks, with the statistics of all layers, into a store on disk."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from core import Experiment
from core import train as train_experiment
from core.engine.start import start
from core.report import EpochReport, Report
from core.store import Store


def ready() -> None:
    """Import what a trainer has imported before anybody submits an experiment.

    A store's opening imports what makes its tables.
    """
    Store.open("sqlite://").close()
    start(alone=True)
    import core.engine.pool
    import core.engine.training  # noqa: F401


def train(experiment: Experiment, places: Sequence[int]) -> Iterator[dict[int, float]]:
    """Train all runs at once, whatever ``places`` asks for."""
    del places
    last: dict[str, float] = {}

    def see(reports: Sequence[Report]) -> None:
        for report in reports:
            # In the order of epochs, once they are stored.
            if isinstance(report, EpochReport):
                last[report.run_id] = report.test_accuracy

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{(Path(folder) / 'kassei.sqlite').as_posix()}"
        train_experiment(experiment, store=url, alone=True, watch=see).store.close()
    yield {place: last[config.run_id] for place, config in enumerate(experiment.grid())}
