"""What N(0, 1) becomes in a deep network: 50 random layers, by Monte Carlo in NumPy.

Real weights of a chosen initializer, no training, no biases. Each layer is as wide as the
next; all activations see the same inputs and the same draw of the weights.
"""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.shapes import arguments
from core.catalog import KERNEL_INITIALIZERS, Activation
from core.catalog.choice import parse
from core.language import N_

DEPTH = 50
WIDTH = 64
_SAMPLES = 8
SEEDS = 4

Array = NDArray[np.float32]


def signals(records: Iterable[Activation], initializer: str) -> pd.DataFrame:
    """Mean and spread of f(z), and what is left of a gradient, after each of DEPTH layers.

    Columns: activation, layer (0: the inputs), mean, spread (standard deviation over samples
    and units), gradient, bound. ``gradient`` is the root mean square of J v over that of v, J
    the Jacobian of the first layers and v random: the factor by which a gradient changes on
    its way back through them, in the geometric mean over SEEDS draws. ``bound`` is (max
    abs f')^layer, the number of the articles, which knows nothing of the weights.
    """
    weights = _weights(initializer)
    return pd.concat([_signal(record, weights) for record in records], ignore_index=True)


@lru_cache(maxsize=4)
def _weights(initializer: str) -> Array:
    """Weights (seeds, layers, width, width) of ``initializer``, from seeds 0 to 3."""
    chosen = parse(initializer, KERNEL_INITIALIZERS, N_("initializer"))
    draw = KERNEL_INITIALIZERS[chosen.name].draw
    drawn = []
    for seed in range(SEEDS):
        uniform = np.random.default_rng(seed).uniform(1e-9, 1 - 1e-9, (DEPTH, WIDTH, WIDTH))
        drawn.append(draw(uniform, WIDTH, WIDTH, *chosen.arguments))
    return np.stack(drawn)


def _signal(record: Activation, weights: Array) -> pd.DataFrame:
    params = arguments(record)
    random = np.random.default_rng(1)
    shape = (SEEDS, _SAMPLES, WIDTH)
    a: Array = random.standard_normal(shape, dtype=np.float32)
    tangent: Array = random.standard_normal(shape, dtype=np.float32)
    rows = [_row(0, a, np.ones(SEEDS))]
    # A tangent that vanished below what float32 can hold is kept as its size beside it.
    scale = -np.log(_rms(tangent))
    with np.errstate(all="ignore"):
        for layer in range(DEPTH):
            z = a @ weights[:, layer]
            tangent = (tangent @ weights[:, layer]) * record.slope(z, *params)
            a = np.asarray(record.value(z, *params), np.float32)
            size = _rms(tangent)
            scale = scale + np.log(size)
            tangent = np.where(size > 0, tangent / np.where(size > 0, size, 1), 0)
            rows.append(_row(layer + 1, a, np.exp(scale[:, 0, 0])))
    frame = pd.DataFrame(rows)
    name = record.title if record.name == "formula" else record.name
    with np.errstate(all="ignore"):
        bound = np.float64(record.steepest(*params)) ** frame["layer"]
    frame = frame.assign(activation=name, bound=bound)
    return frame.replace([np.inf, -np.inf], np.nan)


def _rms(tangent: Array) -> Array:
    """Root mean square over samples and units, (seeds, 1, 1)."""
    square = np.square(tangent, dtype=np.float64).mean(axis=(1, 2), keepdims=True)
    return np.asarray(np.sqrt(square))


def _row(layer: int, a: Array, gains: NDArray[np.float64]) -> dict[str, float]:
    with np.errstate(all="ignore"):
        return {
            "layer": layer,
            "mean": float(a.mean(dtype=np.float64)),
            "spread": float(a.std(dtype=np.float64)),
            "gradient": float(np.exp(np.log(gains).mean())),
        }
