"""From submission to the first trained epoch in the store, by a trainer that is warm."""

from typing import Any

from benchmarks.trials.trainers import first_epoch, trainer, warm
from core.experiment import Experiment


def measure(experiments: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Seconds for each experiment, the first of its shape: nothing of it was compiled before."""
    found: dict[str, Any] = {}
    with trainer() as store:
        warm(store)
        for name, fields in experiments.items():
            found[name] = first_epoch(store, Experiment(**fields))
    return found
