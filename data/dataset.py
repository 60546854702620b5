"""A data set as training takes it: flat float32 inputs, split by a seed, standardised.

Offsets and scales come from the training part alone and are applied to both parts, so the
test stays unseen. This module does not know how any set is made.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidExperiment
from core.language import N_
from data.sizing import settings
from data.source import Drawn, Floats, Labels, Mask, Settings, Source
from data.split import scaled, standard


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Samples for training and testing; all arrays are read-only.

    Attributes:
        settings: what was asked for, complete.
        x_train, x_test: float32 (n, features); an input in its own units is
            ``x * scale + offset``, with float32 (features,) each.
        y_train, y_test: labels int32 (n,) from 0, or targets float32 (n,); a target in its
            own units is ``y * target_scale + target_offset``.
        outlier: bool (n,) over training rows: whose target was made wrong.
    """

    settings: Settings
    x_train: Floats
    y_train: Labels | Floats
    x_test: Floats
    y_test: Labels | Floats
    outlier: Mask
    offset: Floats
    scale: Floats
    target_offset: float = 0.0
    target_scale: float = 1.0

    @property
    def source(self) -> Source:
        """The record of the data set."""
        return self.settings.source


def load(
    name: str,
    *,
    seed: int,
    train_samples: int | None = None,
    test_samples: int | None = None,
    noise: float | None = None,
    outliers: float | None = None,
) -> Dataset:
    """The data set ``name`` (``moons``, ``noise(100)``), drawn or split by ``seed``.

    The same arguments give the same arrays, and MNIST complete the very same objects for
    every seed. Synthetic test samples and the noise-free points do not depend on the size of
    the training set, the noise or the outliers.

    Raises:
        InvalidExperiment: an unknown name, or a value that this data set does not allow.
        DataUnavailable: data that cannot be read, downloaded or verified.
    """
    chosen = settings(
        name,
        train_samples=train_samples,
        test_samples=test_samples,
        noise=noise,
        outliers=outliers,
    )
    drawn = chosen.source.draw(chosen, _checked(seed))
    return _standardised(chosen, drawn)


def _checked(seed: int) -> int:
    whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    if not whole or not 0 <= seed < 2**32:
        raise InvalidExperiment(
            N_("{field} must be a whole number from {low} to {high}, not {value}."),
            field="seed",
            low=0,
            high=2**32 - 1,
            value=repr(seed)[:40],
        )
    return int(seed)


def _standardised(chosen: Settings, drawn: Drawn) -> Dataset:
    source, features = chosen.source, chosen.features
    x_train, x_test = drawn.x_train, drawn.x_test
    offset, scale = np.zeros(features), np.ones(features)
    if source.scaling == "standard":
        offset, scale = standard(x_train)
        x_train, x_test = scaled(x_train, offset, scale), scaled(x_test, offset, scale)
    y_train, y_test = drawn.y_train, drawn.y_test
    target_offset, target_scale = np.float64(0), np.float64(1)
    if source.standard_target:
        target_offset, target_scale = standard(y_train)  # type: ignore[assignment]
    if source.task.kind == "regression":
        y_train = ((y_train - target_offset) / target_scale).astype(np.float32)
        y_test = ((y_test - target_offset) / target_scale).astype(np.float32)
    wrong = np.zeros(len(y_train), bool) if drawn.outlier is None else drawn.outlier
    return Dataset(
        settings=chosen,
        x_train=_closed(x_train),
        y_train=_closed(y_train),
        x_test=_closed(x_test),
        y_test=_closed(y_test),
        outlier=_closed(wrong),
        offset=_closed(offset.astype(np.float32)),
        scale=_closed(scale.astype(np.float32)),
        target_offset=float(target_offset),
        target_scale=float(target_scale),
    )


def _closed(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array
