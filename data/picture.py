"""Small pictures of data sets, as numbers: what a menu shows beside each name.

Nothing is downloaded for a picture, and MNIST is not loaded whole for one. This module does
not draw.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.dataset import load
from data.mnist import pixels, stored_test
from data.sizing import settings
from data.source import Floats, Source
from data.split import Stream, stream
from data.tabular import table

POINTS = 300


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Numbers to draw.

    ``points``: places (n, 2), to be coloured by ``values`` (n,): labels 0 … classes - 1, or
    targets where ``classes`` is 0. ``line``: places (n, 2) are input and target. ``images``:
    (n, height, width) from 0 to 1, one of each class, whose labels are ``values``.
    """

    name: str
    form: Literal["points", "line", "images"]
    classes: int
    values: NDArray[np.float32]
    points: Floats
    images: Floats


def picture(name: str, seed: int = 0) -> Picture | None:
    """A picture of the data set ``name``; None for MNIST while there is no good file of it.

    Tables and noise are shown by their first two principal components (Pearson, 1901).

    Raises:
        InvalidExperiment: the name is unknown.
        DataUnavailable: a set that ships with the program cannot be read.
    """
    source = settings(name).source
    if source.kind == "image":
        return _images(source, seed)
    sizes = {} if source.available else {"train_samples": POINTS, "test_samples": 1}
    data = load(name, seed=seed, **sizes)
    x, y = data.x_train[:POINTS], data.y_train[:POINTS].astype(np.float32)
    if source.kind == "line":
        points = np.column_stack([x * data.scale + data.offset, y])
    elif source.kind == "plane":
        points = x * data.scale + data.offset
    else:
        points = _components(x)
    return _picture(source, "line" if source.kind == "line" else "points", y, points=points)


def _images(source: Source, seed: int) -> Picture | None:
    if source.name == "mnist":
        stored = stored_test()
        if stored is None:
            return None
        images, labels = stored["x_test"], stored["y_test"]
        rows = _one_of_each(labels, seed)
        flat = pixels(images[rows])
    else:
        inputs, targets = table(source.name)
        labels = targets.astype(np.uint8)
        rows = _one_of_each(labels, seed)
        flat = (inputs[rows] / inputs.max()).astype(np.float32)
    drawn = flat.reshape(-1, *source.shape)
    return _picture(source, "images", labels[rows].astype(np.float32), images=drawn)


def _one_of_each(labels: NDArray[np.uint8], seed: int) -> NDArray[np.int64]:
    """One row of each class, by the seed, in the order of the classes."""
    order = stream(seed, Stream.PICTURE).permutation(len(labels))
    _, first = np.unique(labels[order], return_index=True)
    return np.asarray(order[first])


def _components(x: Floats) -> Floats:
    """The first two principal components (n, 2) of x (n, features); 0 where there is no second."""
    centred = x - x.mean(axis=0)
    left, size, _ = np.linalg.svd(centred, full_matrices=False)
    scores = (left * size)[:, :2]
    return np.pad(scores, ((0, 0), (0, 2 - scores.shape[1])))


def _picture(
    source: Source,
    form: Literal["points", "line", "images"],
    values: NDArray[np.float32],
    *,
    points: Floats | None = None,
    images: Floats | None = None,
) -> Picture:
    return Picture(
        name=source.name,
        form=form,
        classes=source.task.classes,
        values=values,
        points=np.empty((0, 2), np.float32) if points is None else points,
        images=np.empty((0, 0, 0), np.float32) if images is None else images,
    )
