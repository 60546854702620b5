"""The samples of a block of runs: what each seed trains, tests and probes on.

Seeds that share the same arrays (MNIST whole) hold them once; the engine reads rows of
them by index.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.engine.draws import probe_rows
from core.experiment import RunConfig
from data import load


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Arrays of one or several seeds; all seeds read the first where ``sources`` is 1.

    x (sources, n, features) float32, y (sources, n, outputs) float32: one-hot classes, or
    the target of a regression. ``probe`` (seeds, samples) are rows of the training set.
    """

    x_train: NDArray[np.float32]
    y_train: NDArray[np.float32]
    x_test: NDArray[np.float32]
    y_test: NDArray[np.float32]
    probe: NDArray[np.int32]
    classification: bool


def samples(config: RunConfig, seeds: tuple[int, ...]) -> Samples:
    """The samples of ``config``'s data set for each of ``seeds``."""
    classification = config.source.task.kind == "classification"

    def drawn(seed: int) -> tuple[NDArray[Any], ...]:
        d = load(
            config.dataset,
            seed=seed,
            train_samples=config.train_samples,
            test_samples=config.test_samples,
            noise=config.noise,
            outliers=config.outliers,
        )
        return d.x_train, d.y_train, d.x_test, d.y_test

    first = drawn(seeds[0])
    # MNIST whole is the same array for every seed: viewed, not copied, for it is 188 MB.
    second = drawn(seeds[1]) if len(seeds) > 1 else first
    if second[0] is first[0] and second[2] is first[2]:
        arrays = [array[None] for array in first]
    else:
        # Seed by seed into the place where they stay: never all of them twice.
        arrays = [np.empty((len(seeds), *array.shape), array.dtype) for array in first]
        for place, seed in enumerate(seeds):
            for whole, part in zip(arrays, drawn(seed), strict=True):
                whole[place] = part
    x_train, y_train, x_test, y_test = arrays
    return Samples(
        x_train=x_train,
        y_train=_targets(y_train, config),
        x_test=x_test,
        y_test=_targets(y_test, config),
        probe=np.stack([probe_rows(seed, config.train_samples) for seed in seeds]),
        classification=classification,
    )


def read_ahead(config: RunConfig) -> None:
    """Read the samples of ``config`` where they are a large file: the next to ask has them at once.

    Raises:
        DataUnavailable: no good file, and none that can be downloaded.
    """
    if config.shares_samples:
        samples(config, (config.seed,))


def _targets(y: NDArray[np.generic], config: RunConfig) -> NDArray[np.float32]:
    """One-hot classes, or the target as a column: (sources, n, outputs)."""
    if config.source.task.kind == "classification":
        return np.eye(config.sizes[-1], dtype=np.float32)[y]
    return y.astype(np.float32)[..., None]
