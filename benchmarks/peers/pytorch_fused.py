"""PyTorch's loop with Adam's update in one kernel, which its default on a processor is not."""

from collections.abc import Iterator, Sequence

from benchmarks.peers.pytorch import fit, ready
from core import Experiment

__all__ = ["ready", "train"]


def train(experiment: Experiment, places: Sequence[int]) -> Iterator[dict[int, float]]:
    """Train run after run."""
    configs = experiment.grid()
    for place in places:
        yield {place: fit(configs[place], fused=True)}
