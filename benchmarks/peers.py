"""One way of training each: a program that trains an experiment and prints what it took.

Each runs in a process of its own, so that imports and compilation are part of its time:
``python -m benchmarks.peers stacked case.yaml``.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path

STARTED = time.perf_counter()


def main(peer: str, file: str) -> None:
    """Train the experiment in ``file`` by ``peer``; seconds and accuracy as JSON on stdout."""
    from core.document import from_yaml

    experiment = from_yaml(Path(file).read_text(encoding="utf-8"))
    library, train = PEERS[peer]
    import_module(library)
    start = time.perf_counter() - STARTED
    accuracy = train(experiment)
    found = {
        "start": start,
        "training": time.perf_counter() - STARTED - start,
        "runs": len(experiment.grid()),
        "accuracy": accuracy,
    }
    print(json.dumps(found))


def _stacked(experiment):
    from core import train

    return float(train(experiment).runs["test_accuracy"].mean())


def _keras(experiment):
    from core import train

    return float(train(experiment, engine="keras").runs["test_accuracy"].mean())


def _sklearn(experiment):
    """scikit-learn's MLPClassifier: relu and Adam, without statistics."""
    from sklearn.neural_network import MLPClassifier

    from data import load

    scores = []
    for config in experiment.grid():
        d = load(
            config.dataset,
            seed=config.seed,
            train_samples=config.train_samples,
            test_samples=config.test_samples,
        )
        model = MLPClassifier(
            config.hidden,
            activation="relu",
            alpha=0.0,
            batch_size=config.batch_size,
            learning_rate_init=config.learning_rate,
            random_state=config.seed,
        )
        for _ in range(config.epochs):
            model.partial_fit(d.x_train, d.y_train, classes=range(config.sizes[-1]))
        scores.append(model.score(d.x_test, d.y_test))
    return sum(scores) / len(scores)


# What a peer imports, and how it trains.
PEERS = {
    "stacked": ("core.engine.training", _stacked),
    "keras": ("core.engine.reference", _keras),
    "sklearn": ("sklearn.neural_network", _sklearn),
}

if __name__ == "__main__":
    main(*sys.argv[1:])
