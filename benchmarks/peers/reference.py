"""The project's own reference: ``keras.Model.fit`` on the stack's batches (core.engine)."""

from collections.abc import Iterator, Sequence

from core import Experiment
from core.engine.start import start
from core.report import EpochReport


def ready() -> None:
    """Import Keras, with all processors, as it has them by default."""
    start(one_thread=False)
    import core.engine.reference  # noqa: F401


def train(experiment: Experiment, places: Sequence[int]) -> Iterator[dict[int, float]]:
    """Train run after run."""
    from core.engine.reference import train_run

    configs = experiment.grid()
    for place in places:
        accuracy = float("nan")
        for reports in train_run(configs[place], lambda: False):
            for report in reports:
                if isinstance(report, EpochReport):
                    accuracy = float(report.test_accuracy)
        yield {place: accuracy}
