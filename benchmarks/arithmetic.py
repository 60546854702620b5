"""The arithmetic of benchmarks: products counted, time scaled up, accuracies compared."""

import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


def update_flops(sizes: Sequence[int], batch: int) -> int:
    """Floating-point operations of one network's update in its matrix products alone.

    A product of (m, k) by (k, n) is 2 m n k: forward, backward by weights and backward by
    inputs, the last not for the first layer, whose inputs are data.
    """
    products = [2 * batch * a * b for a, b in itertools.pairwise(sizes)]
    return 3 * sum(products) - products[0]


def scaled(whole: float, runs: Sequence[float], of: int) -> float:
    """Seconds of ``of`` runs, from a program that took ``whole`` seconds for some of them.

    ``runs`` are the seconds of each run in it. What is fixed (the first run's warming, and what
    else ``whole`` has) is counted once; every further run is the mean of the measured ones but
    the first.
    """
    if len(runs) >= of:
        return whole
    later = runs[1:] or runs
    return whole + (of - len(runs)) * statistics.fmean(later)


@dataclass(frozen=True, slots=True)
class Spread:
    """A mean with its standard deviation over n runs."""

    mean: float
    deviation: float
    n: int

    def __str__(self) -> str:
        return f"{self.mean:.4f} ± {self.deviation:.4f}"


def spread(values: Sequence[float]) -> Spread:
    """Mean and sample standard deviation (0 for a single value)."""
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return Spread(statistics.fmean(values), deviation, len(values))


def agree(ours: Sequence[float], theirs: Sequence[float], tolerance: float) -> bool:
    """Whether two ways of training the same runs are as accurate, in the mean of pairs.

    The difference may be ``tolerance`` (weights are drawn and rows shuffled otherwise, a last
    batch is kept) and three standard errors of itself.
    """
    if not all(map(math.isfinite, [*ours, *theirs])):
        return False
    difference = spread([a - b for a, b in zip(ours, theirs, strict=True)])
    error = difference.deviation / math.sqrt(difference.n)
    return abs(difference.mean) <= tolerance + 3 * error
