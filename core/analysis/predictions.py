"""What trained networks answer: over a plane, on the test set, and where two of them differ.

Arrays in, arrays and frames out; networks come from ``forward``. Knows no store and no chart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.forward import Network
from data import Dataset

Floats = NDArray[np.float32]
Whole = NDArray[np.integer[Any]]

# Points a side of a surface: as many as a panel of a phone has room for.
RESOLUTION = 72


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of the plane, in the inputs' own units."""

    left: float
    right: float
    bottom: float
    top: float


def window(data: Dataset) -> Window:
    """Around all points of a planar data set, with a margin of a twelfth."""
    points = np.concatenate([data.x_train, data.x_test]) * data.scale + data.offset
    low, high = points.min(axis=0), points.max(axis=0)
    margin = np.maximum(high - low, 1e-6) / 12
    (left, bottom), (right, top) = low - margin, high + margin
    return Window(float(left), float(right), float(bottom), float(top))


def mesh(shown: Window, data: Dataset, resolution: int = RESOLUTION) -> Floats:
    """Inputs (resolution², 2) over ``shown``, row by row from the top left, standardised."""
    step = (np.arange(resolution) + 0.5) / resolution
    across = shown.left + step * (shown.right - shown.left)
    down = shown.top - step * (shown.top - shown.bottom)
    x, y = np.meshgrid(across, down)
    points = np.column_stack([x.ravel(), y.ravel()])
    return ((points - data.offset) / data.scale).astype(np.float32)


def surface(network: Network, inputs: Floats, data: Dataset) -> Floats:
    """What ``network`` answers at the points of a mesh: (side, side) or (side, side, classes).

    Two classes: how much the answer is class 1, from 0 to 1. More classes: the outputs as
    they are. Regression: the target in its own units.
    """
    side = round(len(inputs) ** 0.5)
    outputs = network.predict(inputs)
    if data.source.task.kind == "regression":
        return (outputs[:, 0] * data.target_scale + data.target_offset).reshape(side, side)
    if outputs.shape[1] == 2:
        return leaning(outputs).reshape(side, side)
    return outputs.reshape(side, side, -1)


def leaning(outputs: Floats) -> Floats:
    """From the two outputs (n, 2), how much the answer is class 1: 0 to 1.

    (1 + y₁ − y₀)/2: with softmax the probability itself, with outputs that were trained
    towards 0 and 1 one by one, how far apart they are.
    """
    with np.errstate(invalid="ignore"):
        return np.clip((1 + outputs[:, 1] - outputs[:, 0]) / 2, 0, 1)


def units(network: Network, inputs: Floats) -> tuple[Floats, ...]:
    """The activation of every hidden unit over a mesh: (units, side, side) of each layer."""
    side = round(len(inputs) ** 0.5)
    return tuple(layer.T.reshape(-1, side, side) for layer in network.hidden(inputs))


def points(data: Dataset, most: int) -> pd.DataFrame:
    """At most ``most`` samples of each part of a planar data set, in their own units.

    Columns: x, y, target (label, or target in its own units), part (train, test), outlier.
    """
    parts = []
    for part, x, target in (
        ("train", data.x_train[:most], data.y_train[:most]),
        ("test", data.x_test[:most], data.y_test[:most]),
    ):
        place = x * data.scale + data.offset
        wrong = data.outlier[:most] if part == "train" else np.zeros(len(x), bool)
        columns = {"x": place[:, 0], "y": place[:, 1], "target": own_units(target, data)}
        parts.append(pd.DataFrame(columns | {"part": part, "outlier": wrong}))
    return pd.concat(parts, ignore_index=True)


def own_units(target: NDArray[Any], data: Dataset) -> NDArray[Any]:
    """Targets (n,) of a regression in their own units; labels as they are."""
    if data.source.task.kind == "classification":
        return target
    return target * data.target_scale + data.target_offset


def classes(network: Network, x: NDArray[np.floating]) -> NDArray[np.uint8]:
    """The class that ``network`` names for each sample of x (n, features)."""
    return np.asarray(np.argmax(network.predict(x), axis=1), np.uint8)


def confusion(answers: Mapping[str, Sequence[tuple[Whole, Whole]]], names: Sequence[str]) -> Any:
    """How often each true class is answered as each class, by configuration, over its seeds.

    Args:
        answers: for each configuration and seed the answers and the labels, (n,) each.
        names: of the classes.

    Columns: configuration, true, answer (names), count, share (of the true class), n (seeds).
    """
    count = len(names)
    rows = []
    for configuration, seeds in answers.items():
        table = np.zeros((count, count), np.int64)
        for answered, labels in seeds:
            np.add.at(table, (labels, answered), 1)
        totals = np.maximum(table.sum(axis=1, keepdims=True), 1)
        true, answer = np.divmod(np.arange(count * count), count)
        rows.append(
            pd.DataFrame(
                {
                    "configuration": configuration,
                    "true": [names[index] for index in true],
                    "answer": [names[index] for index in answer],
                    "count": table.ravel(),
                    "share": (table / totals).ravel(),
                    "right": true == answer,
                    "n": len(seeds),
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


@dataclass(frozen=True, slots=True, eq=False)
class Disagreement:
    """Where two networks differ on one test set.

    ``only_first`` and ``only_second`` are the rows that one alone gets right; ``p_value`` is
    the chance of a difference as large as that between their numbers if both were equally
    good (exact McNemar test); 1 where they never differ.
    """

    only_first: NDArray[np.int64]
    only_second: NDArray[np.int64]
    both_wrong: int
    p_value: float


def disagreement(first: Whole, second: Whole, labels: Whole) -> Disagreement:
    """Compare the answers of two networks, (n,) each, with the labels."""
    right_first, right_second = first == labels, second == labels
    only_first = np.flatnonzero(right_first & ~right_second)
    only_second = np.flatnonzero(right_second & ~right_first)
    differing = len(only_first) + len(only_second)
    p_value = _both_tails(min(len(only_first), len(only_second)), differing)
    return Disagreement(only_first, only_second, int((~right_first & ~right_second).sum()), p_value)


def _both_tails(fewer: int, throws: int) -> float:
    """The chance that of ``throws`` of a fair coin one side comes ``fewer`` times, or less.

    In whole numbers, for SciPy takes 26 MB to import: 10 ms where ten thousand samples differ.
    """
    ways = total = 1
    for heads in range(fewer):
        ways = ways * (throws - heads) // (heads + 1)
        total += ways
    # Two whole numbers of any size divide to the nearest float.
    return min(1.0, 2 * total / (1 << throws))


def fit(network: Network, data: Dataset, most: int) -> pd.DataFrame:
    """What ``network`` answers to at most ``most`` samples of each part of a regression.

    Columns: x (the input, of data with one), target, answer, residual (target − answer), all
    in their own units; part (train, test), outlier.
    """
    parts = []
    for part, x, target in (
        ("train", data.x_train[:most], data.y_train[:most]),
        ("test", data.x_test[:most], data.y_test[:most]),
    ):
        answer = own_units(network.predict(x)[:, 0], data)
        true = own_units(target, data)
        wrong = data.outlier[:most] if part == "train" else np.zeros(len(x), bool)
        columns = {"target": true, "answer": answer, "residual": true - answer, "part": part}
        if x.shape[1] == 1:
            columns["x"] = x[:, 0] * data.scale[0] + data.offset[0]
        parts.append(pd.DataFrame(columns | {"outlier": wrong}))
    return pd.concat(parts, ignore_index=True)


def curve(network: Network, data: Dataset, count: int = 200) -> pd.DataFrame:
    """The curve that ``network`` has fitted to data of one input: x and answer, own units."""
    low = min(data.x_train.min(), data.x_test.min())
    high = max(data.x_train.max(), data.x_test.max())
    x = np.linspace(low, high, count, dtype=np.float32)[:, None]
    answer = own_units(network.predict(x)[:, 0], data)
    return pd.DataFrame({"x": x[:, 0] * data.scale[0] + data.offset[0], "answer": answer})
