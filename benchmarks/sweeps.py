"""A store of 10,000 runs of 100 epochs, a million rows, as training might have left it."""

import math
import random
from collections.abc import Iterator
from itertools import islice, product
from typing import Any

from core.experiment import RunConfig
from core.report import EpochReport, Report, RunEnd, Status
from core.store import Query, Store

EPOCHS = 100
ACTIVATIONS = ("relu", "tanh", "sigmoid", "leaky_relu", "elu", "selu", "gelu", "silu")


def configs(count: int) -> Iterator[RunConfig]:
    """``count`` different runs on four data sets."""
    points = product(
        range(10_000),
        ("moons", "circles", "spiral", "wine"),
        ACTIVATIONS,
        (0.001, 0.01, 0.1),
        ("adam", "sgd"),
    )
    for seed, dataset, activation, rate, optimizer in islice(points, count):
        yield RunConfig(
            dataset=dataset,
            activation=activation,
            learning_rate=rate,
            optimizer=optimizer,
            seed=seed,
            epochs=EPOCHS,
            batch_size=32,
        )


def shares(items: list[Any], size: int) -> Iterator[list[Any]]:
    """``items`` in lists of ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def reports(config: RunConfig, draw: random.Random) -> Iterator[Report]:
    """A history such as training might have left: rising, then level; one in 40 diverges."""
    top, speed = draw.uniform(0.6, 1.0), draw.uniform(2, 40)
    last = EPOCHS if draw.random() > 1 / 40 else draw.randrange(1, EPOCHS)
    for epoch in range(last + 1):
        accuracy = 0.5 + (top - 0.5) * (1 - math.exp(-epoch / speed))
        yield EpochReport(
            config.run_id,
            epoch,
            epoch * config.updates_per_epoch,
            0.02 * epoch,
            1.5 - accuracy,
            1.55 - accuracy,
            accuracy,
            accuracy - draw.uniform(0, 0.02),
        )
    diverged = last < EPOCHS
    yield RunEnd(
        config.run_id,
        Status.DIVERGED if diverged else Status.FINISHED,
        last * config.updates_per_epoch if diverged else None,
    )


def fill(store: Store, runs: int) -> None:
    """Write ``runs`` runs, unless they are there."""
    draw = random.Random(0)
    for share in shares(list(configs(runs)), 200):
        store.add_runs(share, f"Sweep {share[0].seed}", "stacked")
        store.write([report for config in share for report in reports(config, draw)])
    found = store.index.find(Query(), runs)[0]
    for number, share in enumerate(shares(found, 500)):
        store.index.tag(share, [f"tag {number % 7}"])
