"""scikit-learn's MLPClassifier: the test set scored once at the end, no statistics."""

import warnings
from collections.abc import Iterator, Sequence

from core import Experiment
from core.experiment import RunConfig
from data import load

# Its names of our activations: it has no others.
ACTIVATIONS = {"relu": "relu", "tanh": "tanh", "sigmoid": "logistic"}


def ready() -> None:
    """Import scikit-learn's networks."""
    import sklearn.neural_network  # noqa: F401


def train(experiment: Experiment, places: Sequence[int]) -> Iterator[dict[int, float]]:
    """Train run after run."""
    configs = experiment.grid()
    for place in places:
        yield {place: fit(configs[place])}


def fit(config: RunConfig) -> float:
    """One run; test accuracy (0-1) after the last epoch."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    d = load(
        config.dataset,
        seed=config.seed,
        train_samples=config.train_samples,
        test_samples=config.test_samples,
        noise=config.noise,
    )
    model = MLPClassifier(
        config.hidden,
        activation=ACTIVATIONS[config.activation],
        alpha=0.0,
        batch_size=config.batch_size,
        learning_rate_init=config.learning_rate,
        max_iter=config.epochs,
        # All epochs, as the others: no early end when the loss levels off.
        n_iter_no_change=config.epochs + 1,
        random_state=config.seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(d.x_train, d.y_train)
    return float(model.score(d.x_test, d.y_test))
