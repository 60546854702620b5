"""What a seed decides: initial weights, the order of batches, the probe samples.

Every draw has a stream of its own, keyed by the seed and by what it is for, so that one
never shifts another: all runs of one seed share them, whatever else differs. NumPy only.
"""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.catalog import BIAS_INITIALIZERS, KERNEL_INITIALIZERS
from core.catalog.choice import parse
from core.language import N_

# A kernel and a bias, or several of each.
Layer = tuple[NDArray[np.float32], NDArray[np.float32]]

PROBE_SAMPLES = 512

# Keys of the streams: changing one changes every result (raise experiment.FORMAT then).
_KERNEL, _BIAS, _ORDER, _PROBE = 1, 2, 3, 4


def uniforms(
    seed: int, layer: int, shape: tuple[int, ...], *, bias: bool = False
) -> NDArray[np.float64]:
    """The underlying draw of one layer's weights: uniform in the open interval (0, 1).

    Every initializer is a transformation of it (its quantile function), so two
    initializers of one seed differ in scale and shape but not in luck.
    """
    rng = np.random.default_rng([seed, _BIAS if bias else _KERNEL, layer])
    # random() can be 0, where a normal quantile is -infinity: move half a step up.
    return rng.random(shape) + 2.0**-54


def initial_weights(
    seed: int, sizes: Sequence[int], kernel_initializer: str, bias_initializer: str
) -> list[Layer]:
    """(kernel (inputs, outputs), bias (outputs,)) of each dense layer of ``sizes``."""
    drawn = weights_of_seeds([seed], sizes, kernel_initializer, bias_initializer)
    return [(kernels[0], biases[0]) for kernels, biases in drawn]


def weights_of_seeds(
    seeds: Sequence[int], sizes: Sequence[int], kernel_initializer: str, bias_initializer: str
) -> list[Layer]:
    """Of each layer the kernels (seeds, inputs, outputs) and biases (seeds, outputs).

    Each seed's are what it has alone.
    """
    kernel = parse(kernel_initializer, KERNEL_INITIALIZERS, N_("initializer"))
    bias = parse(bias_initializer, BIAS_INITIALIZERS, N_("bias initializer"))
    kernel_record = KERNEL_INITIALIZERS[kernel.name]
    bias_record = BIAS_INITIALIZERS[bias.name]
    weights = []
    for layer, (fan_in, fan_out) in enumerate(itertools.pairwise(sizes)):
        shape = (fan_in, fan_out)
        u = _uniforms_of_seeds(seeds, layer, shape, kernel_record.random)
        v = _uniforms_of_seeds(seeds, layer, (1, fan_out), bias_record.random, bias=True)
        kernels = kernel_record.draw(u, *shape, *kernel.arguments)
        biases = bias_record.draw(v, *shape, *bias.arguments)
        weights.append((kernels, biases.reshape(len(seeds), fan_out)))
    return weights


def _uniforms_of_seeds(
    seeds: Sequence[int], layer: int, shape: tuple[int, int], drawn: bool, *, bias: bool = False
) -> NDArray[np.float64]:
    """``uniforms`` of each seed, (seeds, *shape); 1/2 for an initializer that reads none."""
    if not drawn:
        return np.broadcast_to(0.5, (len(seeds), *shape))
    return np.stack([uniforms(seed, layer, shape, bias=bias) for seed in seeds])


def batch_order(seed: int, epoch: int, samples: int, batch_size: int) -> NDArray[np.int32]:
    """Rows of the training set in the order of one epoch, (updates, batch).

    A permutation of its own for each epoch (1, 2, …), so any epoch can be trained without
    those before it being drawn. What does not fill a last batch is left out.
    """
    updates = samples // batch_size
    order = np.random.default_rng([seed, _ORDER, epoch]).permutation(samples)
    return order[: updates * batch_size].reshape(updates, batch_size).astype(np.int32)


def probe_rows(seed: int, samples: int) -> NDArray[np.int32]:
    """Rows of the training set over which layer statistics are taken: at most 512, ascending."""
    count = min(PROBE_SAMPLES, samples)
    rows = np.random.default_rng([seed, _PROBE]).choice(samples, count, replace=False)
    return np.sort(rows).astype(np.int32)
