"""A Keras callback that records every hidden layer after every epoch, as a good user would.

A submodel gives the pre-activations, GradientTape the gradients, both in one compiled
function; NumPy does the rest. The columns are those of Kassei's table of layers. Units are
called dead over the whole training set at the end of each epoch, in a pass of its own.
"""

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

_PROBE, _CHUNK, _BINS = 512, 4096, 64
_QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
_SMALLEST = np.finfo(np.float32).tiny


class LayerStatistics(keras.callbacks.Callback):
    """``records`` gets a list an epoch (from 0): for each hidden layer, its columns."""

    def __init__(self, x: NDArray[np.float32], y: NDArray[np.int32], batch_size: int) -> None:
        super().__init__()
        rows = np.random.default_rng(0).choice(len(x), min(_PROBE, len(x)), replace=False)
        self.x = x
        self.probe = (tf.constant(x[rows]), tf.constant(y[rows]))
        self.last_batch = -(-len(x) // batch_size) - 1
        self.records: list[list[dict[str, object]]] = []

    def on_train_begin(self, logs: object = None) -> None:
        """Build what looks inside, and record the state before training."""
        layers = self.model.layers
        self.dense = [layer for layer in layers if isinstance(layer, keras.layers.Dense)][:-1]
        self.activations = [layers[layers.index(dense) + 1] for dense in self.dense]
        outputs = [layer.output for layer in self.dense]
        self.inner = keras.Model(self.model.inputs, [*outputs, self.model.outputs[0]])
        self.look = tf.function(self._look)
        self.live = tf.function(self._live, reduce_retracing=True)
        z = tf.constant(np.linspace(-20, 20, 40001, dtype=np.float32))
        self.steepest = [float(tf.reduce_max(abs(self._slope(f, z)))) for f in self.activations]
        self.before: list[NDArray[np.float32]] = []
        self.record()

    def on_train_batch_begin(self, batch: int, logs: object = None) -> None:
        """Keep the weights before the epoch's last update."""
        if batch == self.last_batch:
            self.before = [layer.kernel.numpy() for layer in self.dense]

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        """Record the epoch."""
        self.record()

    def record(self) -> None:
        """Add the columns of every hidden layer with the weights as they are."""
        pre, post, slopes, deltas, gradients = self.look(*self.probe)
        chunks = [self.live(self.x[i : i + _CHUNK]) for i in range(0, len(self.x), _CHUNK)]
        self.records.append(
            [
                {
                    **_activity(pre[i].numpy(), post[i].numpy()),
                    **_health(slopes[i].numpy(), self.steepest[i], deltas[i].numpy()),
                    "dead_fraction": 1 - np.any([c[i].numpy() for c in chunks], axis=0).mean(),
                    "gradient_norm": np.linalg.norm(gradients[i]),
                    "weight_norm": np.linalg.norm(layer.kernel),
                    "update_ratio": self._update(i, layer),
                }
                for i, layer in enumerate(self.dense)
            ]
        )

    def _update(self, i: int, layer: keras.layers.Dense) -> float:
        if not self.before:
            return float("nan")
        kernel = layer.kernel.numpy()
        return float(np.linalg.norm(kernel - self.before[i]) / np.linalg.norm(kernel))

    def _look(self, x: tf.Tensor, y: tf.Tensor) -> tuple[list[tf.Tensor], ...]:
        kernels = [layer.kernel.value for layer in self.dense]
        with tf.GradientTape() as tape:
            *pre, output = self.inner(x)
            loss = tf.reduce_sum(keras.losses.sparse_categorical_crossentropy(y, output))
        found = tape.gradient(loss, [*pre, *kernels])
        deltas, gradients = found[: len(pre)], found[len(pre) :]
        post = [f(z) for f, z in zip(self.activations, pre, strict=True)]
        slopes = [self._slope(f, z) for f, z in zip(self.activations, pre, strict=True)]
        count = tf.cast(tf.shape(x)[0], tf.float32)
        return pre, post, slopes, deltas, [gradient / count for gradient in gradients]

    def _live(self, x: tf.Tensor) -> list[tf.Tensor]:
        """Which units have a slope for some row of ``x``."""
        pre = self.inner(x)[:-1]
        slopes = [self._slope(f, z) for f, z in zip(self.activations, pre, strict=True)]
        return [tf.reduce_any(abs(slope) >= _SMALLEST, axis=0) for slope in slopes]

    @staticmethod
    def _slope(activation: keras.layers.Layer, z: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(z)
            a = activation(z)
        return tape.gradient(a, z)


def _activity(z: NDArray[np.float32], a: NDArray[np.float32]) -> dict[str, object]:
    quantiles = np.quantile(a, _QUANTILES)
    counts, edges = np.histogram(a, _BINS)
    return {
        "pre_mean": z.mean(),
        "pre_std": z.std(),
        "mean": a.mean(),
        "std": a.std(),
        "second_moment": np.square(a).mean(),
        **{f"q{round(100 * q):02d}": v for q, v in zip(_QUANTILES, quantiles, strict=True)},
        "zero_fraction": (a == 0).mean(),
        "histogram": (counts, edges),
    }


def _health(
    slope: NDArray[np.float32], steepest: float, delta: NDArray[np.float32]
) -> dict[str, object]:
    return {
        "saturated_fraction": (np.abs(slope) <= 0.05 * steepest).mean(),
        "silent_fraction": (np.abs(slope) < _SMALLEST).all(axis=0).mean(),
        "delta_rms": np.sqrt(np.square(delta).mean()),
        "delta_mean_norm": np.linalg.norm(delta.mean(axis=0)),
    }
