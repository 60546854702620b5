"""Keras as a good user would: ``fit`` on arrays, with a callback that records every layer."""

from collections.abc import Iterator, Sequence
from typing import Any

from core import Experiment
from core.engine.start import start
from core.experiment import RunConfig
from data import load


def ready() -> None:
    """Import Keras, with all processors, as it has them by default."""
    start(one_thread=False)


def train(experiment: Experiment, places: Sequence[int]) -> Iterator[dict[int, float]]:
    """Train run after run."""
    configs = experiment.grid()
    for place in places:
        history, _ = fit(configs[place])
        yield {place: float(history["val_accuracy"][-1])}


def fit(config: RunConfig, **compiled: Any) -> tuple[dict[str, list[float]], Any]:
    """One run: the history that ``fit`` returns, and the callback with its records.

    ``compiled`` are further arguments of ``compile``, for who asks what they would give.
    """
    import keras

    from benchmarks.peers.keras_statistics import LayerStatistics

    d = load(config.dataset, seed=config.seed, **_sizes(config))
    keras.utils.set_random_seed(config.seed)
    model = network(config)
    model.compile(
        optimizer=keras.optimizers.Adam(config.learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        **compiled,
    )
    recorder = LayerStatistics(d.x_train, d.y_train, config.batch_size)
    # As many updates as Kassei makes: of samples that fill no last batch none is trained on.
    filled = config.updates_per_epoch * config.batch_size
    history = model.fit(
        d.x_train[:filled],
        d.y_train[:filled],
        batch_size=config.batch_size,
        epochs=config.epochs,
        validation_data=(d.x_test, d.y_test),
        callbacks=[recorder],
        verbose=0,
    )
    return history.history, recorder


def network(config: RunConfig) -> Any:
    """Dense layers with glorot_uniform (Keras's default), the activation as a layer after each."""
    import keras

    name, _, given = config.activation.partition("(")
    layers: list[Any] = [keras.Input((config.sizes[0],))]
    for units in config.hidden:
        layers.append(keras.layers.Dense(units))
        if name == "leaky_relu":
            layers.append(keras.layers.LeakyReLU(float(given.rstrip(")"))))
        else:
            layers.append(keras.layers.Activation(name))
    layers.append(keras.layers.Dense(config.sizes[-1], activation="softmax"))
    return keras.Sequential(layers)


def _sizes(config: RunConfig) -> dict[str, Any]:
    return {
        "train_samples": config.train_samples,
        "test_samples": config.test_samples,
        "noise": config.noise,
    }
