"""The forward pass of a trained network in NumPy: what it answers, and what its units see.

Weights come in the order of the Keras model's, as the store keeps them; activations and
outputs are the catalog's NumPy forms. Knows no data set, no store and no Keras.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.catalog import ACTIVATIONS, OUTPUTS
from core.catalog.choice import parse
from core.errors import KasseiError
from core.experiment import RunConfig
from core.language import N_

Floats = NDArray[np.float32]

# Samples that pass at once: the widest network's activations stay below 64 MB.
_SHARE = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Trained weights with the functions between them.

    ``kernels`` are (inputs, units) and ``biases`` (units,) from the first layer to the
    output; ``slopes`` are the learned slopes (units,) of each hidden layer, or nothing.
    """

    activation: str
    output: str
    kernels: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    slopes: tuple[Floats, ...]

    def predict(self, x: NDArray[np.floating]) -> Floats:
        """What the network answers to x (n, features): (n, classes), or (n, 1) of regression."""
        parts = [self._answer(part) for part in _shares(x)]
        return np.concatenate(parts) if parts else np.empty((0, self.biases[-1].size), np.float32)

    def hidden(self, x: NDArray[np.floating]) -> tuple[Floats, ...]:
        """The activations of each hidden layer for x (n, features): (n, units) each."""
        return tuple(self._layers(np.asarray(x, np.float32)))

    def _answer(self, x: Floats) -> Floats:
        last = [x, *self._layers(x)][-1]
        with np.errstate(all="ignore"):
            return _single(OUTPUTS[self.output].value(last @ self.kernels[-1] + self.biases[-1]))

    def _layers(self, x: Floats) -> Iterator[Floats]:
        chosen = parse(self.activation, ACTIVATIONS, N_("activation"))
        for index in range(len(self.kernels) - 1):
            # A run that diverged has weights that are not finite: its answers are not either.
            with np.errstate(all="ignore"):
                z = x @ self.kernels[index] + self.biases[index]
                given: Sequence[Any] = self.slopes[index : index + 1] or chosen.arguments
                x = _single(ACTIVATIONS[chosen.name].value(z, *given))
            yield x


def network(config: RunConfig, weights: Sequence[NDArray[np.generic]]) -> Network:
    """The network of ``config`` with ``weights``, in the order of its Keras model's.

    Raises:
        KasseiError: they are the weights of another network.
    """
    expected = list(_shapes(config))
    if [array.shape for array in weights] != expected:
        raise KasseiError(
            N_("The weights of the run {run_id} are not those of its network {sizes}."),
            run_id=config.run_id,
            sizes="-".join(map(str, config.sizes)),
        )
    arrays = [np.asarray(array, np.float32) for array in weights]
    step = 3 if config.learns_slopes else 2
    return Network(
        activation=config.activation,
        output=config.output,
        kernels=tuple(arrays[0::step]),
        biases=tuple(arrays[1::step]),
        slopes=tuple(arrays[2::step]) if config.learns_slopes else (),
    )


def _shapes(config: RunConfig) -> Iterator[tuple[int, ...]]:
    for index, units in enumerate(config.sizes[1:]):
        yield (config.sizes[index], units)
        yield (units,)
        if config.learns_slopes and index < len(config.hidden):
            yield (units,)


def _shares(x: NDArray[np.floating]) -> Iterator[Floats]:
    for start in range(0, len(x), _SHARE):
        yield np.asarray(x[start : start + _SHARE], np.float32)


def _single(values: NDArray[Any]) -> Floats:
    return np.asarray(values, np.float32)
