"""What a data set is, without its data: the records that menus and validation read.

A ``Source`` describes one data set, ``Settings`` a choice of its size and noise, ``Drawn``
the samples that a source's ``draw`` gives. This module loads nothing and lists nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.catalog.choice import Choice, Parameter

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Task:
    """What is learned. ``classes`` is k for classification and 0 for regression."""

    kind: Literal["classification", "regression"]
    classes: int = 0


REGRESSION = Task("regression")


@dataclass(frozen=True, slots=True)
class Source:
    """One data set, as far as it is known without loading it.

    Attributes:
        name: in files, links and on the command line.
        shape: of one sample before it is flattened: (28, 28), (30,).
        kind: how it can be drawn: as images, as the columns of a table, as points of a plane,
            as a line over one input, or not at all (noise).
        train_samples, test_samples: the sizes unless said.
        available: rows that exist, or None where as many can be drawn as are asked for.
        separate: train and test are two fixed pools, of the default sizes; otherwise both
            are taken, without overlap, from the same ``available`` rows.
        noise: the standard deviation unless said; None where noise does not apply.
        outliers: whether a share of the training targets can be made wrong.
        scaling: of the inputs: each feature to mean 0 and standard deviation 1 on the
            training part, or already between 0 and 1 as drawn.
        standard_target: whether the target, too, is standardised on the training part.
        draw: (settings, seed) to samples that are not yet standardised.
    """

    name: str
    title: str
    description: str
    task: Task
    shape: tuple[int, ...]
    kind: Literal["image", "tabular", "plane", "line", "noise"]
    draw: "Callable[[Settings, int], Drawn]"
    citation: str
    url: str = ""
    licence: str = "MIT"
    train_samples: int = 1000
    test_samples: int = 1000
    available: int | None = None
    separate: bool = False
    noise: float | None = None
    outliers: bool = False
    parameters: tuple[Parameter, ...] = ()
    class_names: tuple[str, ...] = ()
    scaling: Literal["standard", "unit"] = "standard"
    standard_target: bool = False

    @property
    def features(self) -> int:
        """Numbers in one flattened sample (with the default of every parameter)."""
        return prod(self.shape)


@dataclass(frozen=True, slots=True)
class Settings:
    """One data set at one size: valid, every default filled in.

    ``noise`` and ``outliers`` are None where the data set does not take them.
    """

    source: Source
    choice: Choice
    train_samples: int
    test_samples: int
    noise: float | None
    outliers: float | None

    @property
    def features(self) -> int:
        """Numbers in one flattened sample: ``noise(7)`` has 7."""
        return int(self.choice.arguments[0]) if self.choice.arguments else self.source.features


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Samples in their own units: x (n, features), y (n,), outlier (n,) over training rows."""

    x_train: NDArray[Any]
    y_train: NDArray[Any]
    x_test: NDArray[Any]
    y_test: NDArray[Any]
    outlier: Mask | None = None
