"""The reference: one run by ``keras.Model.fit``, with the statistics in a callback.

Same split, batches and initial weights as the stack. It is the oracle of the tests and the
baseline of the benchmarks, written as a good user of Keras would write it: one ``fit`` over
a tf.data pipeline. A run trained here has a run_id of its own.
"""

import time
from collections.abc import Callable, Iterator
from math import isfinite, nan

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from core.catalog import ACTIVATIONS
from core.catalog.activation import SMALLEST
from core.engine import model as models
from core.engine.draws import batch_order, probe_rows
from core.engine.regions import regions
from core.engine.samples import Samples, samples
from core.engine.snapshots import kept_epochs
from core.engine.statistics import LayerArrays, layer_reports
from core.experiment import RunConfig
from core.report import EpochReport, LayerReport, Report, RunEnd, Snapshot, Status

ENGINE = "keras"
_EVALUATION_BATCH = 4096


def train_run(config: RunConfig, stop: Callable[[], bool]) -> Iterator[list[Report]]:
    """Train ``config`` by ``fit``; the reports of all epochs come at its end, one list each."""
    recorder = _Recorder(config, stop)
    recorder.report(0, 0.0)
    if config.epochs and not recorder.ended:
        steps = config.updates_per_epoch
        recorder.model.fit(
            _batches(config, recorder.data),
            epochs=config.epochs,
            steps_per_epoch=steps,
            shuffle=False,
            verbose=0,
            callbacks=[recorder],
        )
    yield from recorder.lists


def _batches(config: RunConfig, data: Samples) -> tf.data.Dataset:
    """Every epoch's batches in the order of its seed."""
    x, y = tf.constant(data.x_train[0]), tf.constant(data.y_train[0])

    def orders() -> Iterator[NDArray[np.int32]]:
        for epoch in range(1, config.epochs + 1):
            yield from batch_order(config.seed, epoch, config.train_samples, config.batch_size)

    signature = tf.TensorSpec((config.batch_size,), tf.int32)
    rows = tf.data.Dataset.from_generator(orders, output_signature=signature)
    return rows.map(lambda row: (tf.gather(x, row), tf.gather(y, row))).prefetch(4)


@keras.saving.register_keras_serializable("kassei")
class Watch(keras.layers.Layer):
    """Hands z on unchanged, and notes in training which units had f'(z) != 0 for some sample."""

    def __init__(self, config: RunConfig, units: int) -> None:
        super().__init__()
        chosen = models.activation(config)
        self.low, self.high = ACTIVATIONS[chosen.name].live_interval(*chosen.arguments)
        self.slope = models.live_slope(config)
        self.live = tf.Variable(tf.zeros(units, tf.bool), trainable=False)

    def call(self, z: tf.Tensor, training: bool = False) -> tf.Tensor:
        """z, (samples, units)."""
        if training:
            self.see(z)
        return z

    def see(self, z: tf.Tensor) -> None:
        """Note the units that are live for some row of z."""
        inside = (z > self.low) & (z < self.high)
        if self.slope:
            inside = tf.abs(self.slope(z)) >= SMALLEST
        self.live.assign(self.live | tf.reduce_any(inside, axis=0))

    def reset(self) -> None:
        """Forget what was seen."""
        self.live.assign(tf.zeros_like(self.live))


def _watched(network: keras.Sequential, watches: list[Watch]) -> keras.Sequential:
    """``network`` with a Watch between each hidden Dense layer and its activation."""
    layers: list[keras.Layer] = [keras.Input(network.input_shape[1:])]
    for index, layer in enumerate(network.layers):
        layers.append(layer)
        if index % 2 == 0 and index // 2 < len(watches):
            layers.append(watches[index // 2])
    return keras.Sequential(layers, name="kassei_watched")


class _Recorder(keras.callbacks.Callback):
    """Collects the reports of one run while Keras fits it."""

    def __init__(self, config: RunConfig, stop: Callable[[], bool]) -> None:
        super().__init__()
        self.config, self.stop = config, stop
        self.run_id = config.id_under(ENGINE)
        self.data = samples(config, (config.seed,))
        self.network = models.build(config)
        metrics: list[object] = [_Unpenalized(models.loss(config), name="plain_loss")]
        if self.data.classification:
            metrics.append(keras.metrics.CategoricalAccuracy(name="accuracy"))
        else:
            metrics += [
                keras.metrics.R2Score(name="r2"),
                keras.metrics.MeanAbsoluteError(name="mae"),
            ]
        self.dense = models.dense_layers(self.network)
        self.watches = [Watch(config, units) for units in config.hidden]
        self.set_model(_watched(self.network, self.watches))
        models.compile_model(self.model, config, metrics)
        # Moments made while an update is traced have it traced a second time.
        self.model.optimizer.build(self.model.trainable_variables)
        outputs = [layer.output for layer in self.dense]
        self.inner = keras.Model(self.network.inputs[0], [*outputs, *self.network.outputs])
        rows = probe_rows(config.seed, config.train_samples)
        self.probe = (self.data.x_train[0][rows], self.data.y_train[0][rows])
        self.before: list[NDArray[np.float32]] = []
        self.lists: list[list[Report]] = []
        self.seconds, self.ended = 0.0, False
        self.kept = kept_epochs(config)

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        """Note when the epoch's training starts."""
        for watch in self.watches:
            watch.reset()
        self.epoch = epoch + 1
        self.started = time.perf_counter()

    def on_train_batch_begin(self, batch: int, logs: object = None) -> None:
        """Keep the weights before the epoch's last update."""
        if batch == self.config.updates_per_epoch - 1:
            self.before = [np.array(layer.kernel) for layer in self.dense[:-1]]

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """End the run at the first update whose loss was not finite."""
        if logs and not isfinite(logs["plain_loss"]):
            update = (self.epoch - 1) * self.config.updates_per_epoch + batch + 1
            self._end(Status.DIVERGED, update)
        elif self.stop():
            self._end(Status.CANCELLED)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Report the epoch."""
        self.seconds += time.perf_counter() - self.started
        if not self.ended:
            self.report(epoch + 1, self.seconds, logs)

    def report(self, epoch: int, seconds: float, logs: dict[str, float] | None = None) -> None:
        """Add the list of reports of ``epoch``; without ``logs``, measured on the training set."""
        config, last = self.config, epoch == self.config.epochs
        train = logs or self._evaluate(self.data.x_train[0], self.data.y_train[0])
        test = self._evaluate(self.data.x_test[0], self.data.y_test[0])
        if not isfinite(test["plain_loss"]):
            self._end(Status.DIVERGED, epoch * config.updates_per_epoch)
            return
        if (last or epoch == 0) and config.hidden:
            self._watch_all()
        names = ("accuracy",) if self.data.classification else ("r2", "mae")
        metrics = {f"train_{name}": float(train[name]) for name in names}
        metrics |= {f"test_{name}": float(test[name]) for name in names}
        for name, y in (("train_r2", self.data.y_train[0]), ("test_r2", self.data.y_test[0])):
            if name in metrics and not np.ptp(y):
                # Keras says 0 or infinity where R² is not defined.
                metrics[name] = nan
        reports: list[Report] = [
            EpochReport(
                run_id=self.run_id,
                epoch=epoch,
                updates=epoch * config.updates_per_epoch,
                seconds=seconds,
                train_loss=float(train["plain_loss"]),
                test_loss=float(test["plain_loss"]),
                layers=tuple(self._layers(epoch)),
                **metrics,
            )
        ]
        if epoch in self.kept:
            reports.append(Snapshot(self.run_id, epoch, tuple(self.network.get_weights())))
        if last:
            reports.append(RunEnd(self.run_id, Status.FINISHED))
        self.lists.append(reports)

    def _end(self, status: Status, update: int | None = None) -> None:
        if not self.ended:
            self.lists.append([RunEnd(self.run_id, status, update)])
        self.ended = True
        self.model.stop_training = True

    def _evaluate(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> dict[str, float]:
        return dict(
            self.model.evaluate(x, y, batch_size=_EVALUATION_BATCH, verbose=0, return_dict=True)
        )

    def _watch_all(self) -> None:
        """See the whole training set with the weights as they are."""
        for watch in self.watches:
            watch.reset()
        for start in range(0, self.config.train_samples, _EVALUATION_BATCH):
            pre = self.inner(self.data.x_train[0][start : start + _EVALUATION_BATCH])
            for watch, z in zip(self.watches, pre, strict=False):
                watch.see(z)

    def _slope(self, layer: int, z: NDArray[np.float32]) -> NDArray[np.float32]:
        alpha = self._alpha(layer)
        if alpha is not None:
            return np.where(z > 0, np.float32(1), alpha)
        chosen = models.activation(self.config)
        return np.asarray(ACTIVATIONS[chosen.name].slope(z, *chosen.arguments))

    def _alpha(self, layer: int) -> NDArray[np.float32] | None:
        following = self.network.layers[2 * layer + 1]
        learned = isinstance(following, keras.layers.PReLU)
        return np.asarray(following.alpha) if learned else None

    def _layers(self, epoch: int) -> list[LayerReport]:
        x, y = tf.constant(self.probe[0]), tf.constant(self.probe[1])
        kernels = [layer.kernel.value for layer in self.dense[:-1]]
        with tf.GradientTape() as tape:
            *pre, output = self.inner(x)
            total = tf.reduce_sum(models.loss(self.config)(y, output))  # type: ignore[operator]
        found = tape.gradient(
            total, [*pre[:-1], *kernels], unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        norm = np.linalg.norm
        reports = []
        for layer, kernel in enumerate(kernels):
            z = pre[layer].numpy()
            activate = self.network.layers[2 * layer + 1]
            alpha = self._alpha(layer)
            chosen = models.activation(self.config)
            steepest = ACTIVATIONS[chosen.name].steepest(*chosen.arguments)
            saturated, flat = regions(
                self._slope(layer, z), steepest if alpha is None else np.maximum(1, abs(alpha))
            )
            change = norm(kernel.numpy() - self.before[layer]) if epoch else nan
            arrays = LayerArrays(
                pre=z[None],
                post=np.asarray(activate(z))[None],
                delta=found[layer].numpy()[None],
                saturated=saturated[None],
                flat=flat[None],
                gradient_norm=np.atleast_1d(norm(found[len(kernels) + layer]) / len(z)),
                weight_norm=np.atleast_1d(norm(kernel)),
                update_norm=np.atleast_1d(change),
                dead=np.atleast_1d((~self.watches[layer].live.numpy()).mean()),
            )
            reports += layer_reports(layer + 1, arrays)
        return reports


class _Unpenalized(keras.metrics.MeanMetricWrapper):
    """The mean of the configured loss alone; Keras's own ``loss`` includes penalties."""

    def __init__(self, loss: object, name: str) -> None:
        super().__init__(fn=loss, name=name)
