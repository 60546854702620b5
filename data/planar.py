"""Synthetic classification in the plane: moons, circles, gauss, xor, spiral, checkerboard, blobs.

Each shape turns uniform numbers and labels into points; noise moves points after their label
is fixed. Labels go round (0, 1, 0, 1, …), so every class has its share of any first n
samples, and fewer samples of the same seed are the first of more. Nothing is standardised here.
"""

from collections.abc import Callable

import numpy as np

from core.language import N_
from data.source import Drawn, Labels, Settings, Source, Task
from data.split import Doubles, Rows, Stream, stream

# (uniform (n, 3) in [0, 1), labels (n,)) to points (n, 2) without noise.
Shape = Callable[[Doubles, Rows], Doubles]
Part = tuple[Doubles, Labels]

SPIRAL_TURNS = 1.75
BLOB_RADIUS = 2.0
BLOBS = 5


def moons(uniform: Doubles, label: Rows) -> Doubles:
    """Two half circles of radius 1: around (0, 0) upward, around (1, 0.5) downward."""
    angle = np.pi * uniform[:, 0]
    sign = 1 - 2 * label
    return np.stack([label + sign * np.cos(angle), 0.5 * label + sign * np.sin(angle)], axis=1)


def circles(uniform: Doubles, label: Rows) -> Doubles:
    """Two circles around the origin: radius 1 (class 0) and 0.5 (class 1)."""
    angle = 2 * np.pi * uniform[:, 0]
    return _polar(np.where(label == 0, 1.0, 0.5), angle)


def gauss(uniform: Doubles, label: Rows) -> Doubles:
    """Two centres, (-1, -1) and (1, 1); all spread is noise."""
    return np.repeat((2.0 * label - 1)[:, None], 2, axis=1)


def xor(uniform: Doubles, label: Rows) -> Doubles:
    """Four squares of the plane [-1, 1]²; class 1 where the signs of x and y differ.

    A margin of 0.05 on both sides of the axes is empty (as in TensorFlow Playground).
    """
    x, y = 0.05 + 0.95 * uniform[:, 0], 0.05 + 0.95 * uniform[:, 1]
    side = np.where(uniform[:, 2] < 0.5, -1.0, 1.0)
    return np.stack([side * x, side * y * (1 - 2 * label)], axis=1)


def spiral(uniform: Doubles, label: Rows) -> Doubles:
    """Two arms of 1.75 turns, half a turn apart: the radius, 0 to 1, grows with the angle."""
    radius = uniform[:, 0]
    return _polar(radius, 2 * np.pi * SPIRAL_TURNS * radius + np.pi * label)


def checkerboard(uniform: Doubles, label: Rows) -> Doubles:
    """The 16 unit squares of [-2, 2]², coloured like a chessboard: floor(x) + floor(y) mod 2."""
    square = np.floor(8 * uniform[:, 2])
    row = np.floor(square / 2)
    column = 2 * (square % 2) + (row + label) % 2
    return np.stack([column - 2 + uniform[:, 0], row - 2 + uniform[:, 1]], axis=1)


def blobs(uniform: Doubles, label: Rows) -> Doubles:
    """Five centres at equal angles on a circle of radius 2; all spread is noise."""
    return _polar(np.full(len(label), BLOB_RADIUS), 2 * np.pi * label / BLOBS)


def _polar(radius: Doubles, angle: Doubles) -> Doubles:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def drawing(shape: Shape, classes: int) -> Callable[[Settings, int], Drawn]:
    """The ``draw`` of a source with this shape."""

    def part(count: int, noise: float, seed: int, points: Stream, jitter: Stream) -> Part:
        label = np.arange(count) % classes
        place = shape(stream(seed, points).random((count, 3)), label)
        moved = place + noise * stream(seed, jitter).standard_normal((count, 2))
        return moved, label.astype(np.int32)

    def draw(settings: Settings, seed: int) -> Drawn:
        noise = settings.noise or 0.0
        return Drawn(
            *part(settings.train_samples, noise, seed, Stream.TRAIN, Stream.TRAIN_NOISE),
            *part(settings.test_samples, noise, seed, Stream.TEST, Stream.TEST_NOISE),
        )

    return draw


def _source(
    shape: Shape, title: str, description: str, noise: float, citation: str, classes: int = 2
) -> Source:
    return Source(
        name=shape.__name__,
        title=title,
        description=description,
        task=Task("classification", classes),
        shape=(2,),
        kind="plane",
        draw=drawing(shape, classes),
        citation=citation,
        noise=noise,
        class_names=tuple(str(label) for label in range(classes)),
    )


_PLAYGROUND = "Smilkov, Carter et al., TensorFlow Playground, 2016"
_SKLEARN = "Pedregosa et al., Scikit-learn: Machine Learning in Python, JMLR 12, 2011"

PLANAR: tuple[Source, ...] = (
    _source(
        moons,
        N_("Two moons"),
        N_("Two half circles that reach into one another; noise is the spread of the points."),
        0.2,
        _SKLEARN,
    ),
    _source(
        circles,
        N_("Two circles"),
        N_("A circle inside another: no straight line parts them."),
        0.1,
        _SKLEARN,
    ),
    _source(
        gauss,
        N_("Two clouds"),
        N_("Two normal distributions; a straight line is enough, noise is their spread."),
        0.5,
        _PLAYGROUND,
    ),
    _source(
        xor,
        N_("Exclusive or"),
        N_("The class is whether the signs of x and y differ: no single neuron can learn it."),
        0.05,
        "Minsky & Papert, Perceptrons, 1969",
    ),
    _source(
        spiral,
        N_("Two spirals"),
        N_("Two arms wound around each other: hard for small networks."),
        0.03,
        "Lang & Witbrock, Learning to tell two spirals apart, 1988",
    ),
    _source(
        checkerboard,
        N_("Checkerboard"),
        N_("Sixteen squares in two colours: many borders, sharp corners."),
        0.05,
        _PLAYGROUND,
    ),
    _source(
        blobs,
        N_("Five clouds"),
        N_("Five normal distributions on a circle; noise is their spread."),
        0.5,
        _SKLEARN,
        classes=BLOBS,
    ),
)
