"""``python -m benchmarks.many_runs``: a store of 10,000 runs, and how long pages take with it.

The store is generated once and kept at FILE: 10,000 runs of 100 epochs, a million rows of
epochs. Then a visitor changes one control after another: the script of the page runs in this
process, as the server runs it, and each run is timed. At the end, the memory of this process.
"""

import math
import os
import random
import time
from collections.abc import Callable, Iterator
from itertools import islice, product
from pathlib import Path
from typing import Any

import click
import psutil

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


def searches() -> dict[str, Query]:
    """What a visitor asks for, one control after another."""
    return {
        "everything": Query(),
        "one word": Query(words="relu"),
        "three words": Query(words="moons tanh adam"),
        "a word that nothing says": Query(words="zzz"),
        "two choices": Query(fields={"dataset": ("moons",), "activation": ("tanh", "gelu")}),
        "a status": Query(statuses=(Status.DIVERGED,)),
        "a tag": Query(tags=("tag 3",)),
        "best first": Query(sort="test_accuracy"),
        "by learning rate": Query(sort="learning_rate", descending=False),
        "by activation": Query(sort="activation", descending=False),
        "all at once": Query(
            words="sweep gelu", fields={"dataset": ("spiral",)}, sort="test_loss", descending=False
        ),
    }


def timed(action: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds of ``rounds`` times ``action``, sorted."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - start))
    return sorted(times)


def p95(times: list[float]) -> float:
    """The time that 95 of 100 do not exceed."""
    return times[min(len(times) - 1, math.ceil(0.95 * len(times)) - 1)]


@click.command()
@click.argument("file", type=click.Path(path_type=Path), default=".kassei/many.sqlite")
@click.option("--runs", default=10_000)
@click.option("--rounds", default=20)
def main(file: Path, runs: int, rounds: int) -> None:
    """Generate the store at FILE if it is not there, and measure."""
    url = os.environ.get("KASSEI_STORE") or f"sqlite:///{file.absolute()}"
    with Store.open(url) as store:
        start = time.perf_counter()
        if store.index.find(Query(), 1)[1] < runs:
            fill(store, runs)
            print(f"generated in {time.perf_counter() - start:.0f} s")
        every: list[float] = []
        for name, query in searches().items():
            found = timed(lambda query=query: store.index.page(query, 25, 25), rounds)
            every += found
            print(
                f"store · {name}: median {found[len(found) // 2]:.0f} ms, p95 {p95(found):.0f} ms"
            )
        counted = timed(store.index.choices, rounds)
        print(f"store · counts for the filters: p95 {p95(counted):.0f} ms")
        print(f"store · every search: p95 {p95(sorted(every)):.0f} ms")
    print(f"memory {psutil.Process().memory_info().rss / 2**20:.0f} MB")


if __name__ == "__main__":
    main()
