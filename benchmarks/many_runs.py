"""``python -m benchmarks.many_runs``: a store of 10,000 runs, and how long pages take with it.

The store is generated once and kept at FILE: 10,000 runs of 100 epochs, a million rows of
epochs. Then a visitor changes one control after another: the script of the page runs in this
process, as the server runs it, and each run is timed. At the end, the memory of this process.
"""

import itertools
import math
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from statistics import median
from typing import Any

import click
import psutil

from core.experiment import RunConfig
from core.report import EpochReport, Report, RunEnd, Status
from core.store import Query, Store

ROOT = Path(__file__).resolve().parents[1]
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


@dataclass(frozen=True)
class Times:
    """Milliseconds: of the clock, and of this process's own work, which others do not slow."""

    clock: list[float]
    work: list[float]

    def __str__(self) -> str:
        halves = (f"{name} median {median(ms):.0f}, p95 {p95(ms):.0f} ms" for name, ms in
                  (("clock", self.clock), ("processor", self.work)))  # fmt: skip
        return "; ".join(halves)

    def __add__(self, other: "Times") -> "Times":
        return Times(self.clock + other.clock, self.work + other.work)


def timed(action: Callable[[], object], rounds: int) -> Times:
    """``rounds`` times ``action``."""
    clock, work = [], []
    for _ in range(rounds):
        start, busy = time.perf_counter(), time.process_time()
        action()
        clock.append(1000 * (time.perf_counter() - start))
        work.append(1000 * (time.process_time() - busy))
    return Times(clock, work)


def p95(times: list[float]) -> float:
    """The time that 95 of 100 do not exceed."""
    return sorted(times)[min(len(times) - 1, math.ceil(0.95 * len(times)) - 1)]


def opened(name: str, **link: str) -> Any:
    """A page as a visitor's session of its own opens it, with ``link`` in the address."""
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)
    app.switch_page(f"pages/{name}.py")
    for part, value in link.items():
        app.query_params[part] = value
    app.run()
    _check(app)
    return app


def _check(app: Any) -> None:
    if app.exception:
        raise SystemExit(app.exception[0].value)


# A page, the link that it is opened with, and its controls: kind, key, and values in turn.
Control = tuple[str, str, tuple[Any, ...]]
_SWEEP = {
    "dataset": "moons",
    "activation": ",".join(ACTIVATIONS),
    "learning_rate": "0.001,0.01,0.1",
    "optimizer": "adam",
    "seed": "0-9",
    "epochs": str(EPOCHS),
    "batch_size": "32",
}
_CHOICES: tuple[tuple[str, str, dict[str, str], tuple[Control, ...]], ...] = (
    (
        "Compare, 240 runs",
        "Compare",
        _SWEEP,
        (
            ("segmented_control", "job_curve", ("test_loss", "train_accuracy", "test_accuracy")),
            ("selectbox", "job_baseline", ("tanh · lr 0.01", "relu · lr 0.1", "relu · lr 0.001")),
            ("selectbox", "job_target", (0.8, 0.7, 0.6)),
            ("selectbox", "job_group", ("activation", "learning_rate", "")),
        ),
    ),
    (
        "Convergence, 240 runs",
        "Convergence",
        _SWEEP,
        (
            ("segmented_control", "goal_unit", ("updates", "seconds", "epoch")),
            ("selectbox", "goal_baseline", ("tanh · lr 0.01", "relu · lr 0.001")),
        ),
    ),
    (
        "Layers, shipped, 10 layers",
        "Layers",
        {"gallery": "vanishing-depth"},
        (
            ("select_slider", "layers_epoch", (0, 5, 10, 20)),
            ("selectbox", "layers_statistic", ("mean", "std", "delta_rms")),
        ),
    ),
    (
        "Predictions, shipped, two spirals",
        "Predictions",
        {"gallery": "two-spirals"},
        (
            ("select_slider", "predictions_epoch", (0, 5, 20, 60)),
            ("selectbox", "predictions_units", ("tanh", "relu")),
        ),
    ),
    (
        "Functions",
        "Functions",
        {},
        (
            ("selectbox", "function", ("relu", "mish", "gelu")),
            ("slider", "reach", (3, 8, 5)),
            ("text_input", "formula", ("x * sin(x)", "x * tanh(x)", "x / (1 + abs(x))")),
        ),
    ),
    (
        "Functions, 50 layers",
        "Functions",
        {"part": "depth"},
        (("selectbox", "function", ("relu", "mish", "sigmoid")),),
    ),
)


def visit_charts(rounds: int) -> Times:
    """Change the controls of every page with charts, one after another; prints each."""
    every = Times([], [])
    for title, name, link, controls in _CHOICES:
        app = opened(name, **link)
        of_page = Times([], [])
        for kind, key, values in controls:
            turn = itertools.cycle(values)

            def change(app: Any = app, kind: str = kind, key: str = key, turn: Any = turn) -> None:
                getattr(app, kind)(key=key).set_value(next(turn)).run()

            # What the first of each value computes, later ones may find in a cache.
            found = timed(change, rounds)
            _check(app)
            print(f"{title} · {key}: {found}", flush=True)
            of_page += found
        print(f"{title}: {of_page}", flush=True)
        every += of_page
        told = psutil.Process().memory_info().rss / 2**20
        print(f"memory after {title}: {told:.0f} MB", flush=True)
    return every


def visit(picked: list[str], rounds: int) -> Times:
    """Run the script of Runs as its controls change; what the server does for a click."""
    app = opened("Runs", runs=",".join(picked))
    words = itertools.cycle(("relu", "moons tanh", "zzz", "", "sweep gelu"))
    orders = itertools.cycle(("test_accuracy", "activation", "created", "learning_rate"))
    statuses = itertools.cycle((["diverged"], [], ["finished"]))
    controls: dict[str, Callable[[], object]] = {
        "search": lambda: app.text_input(key="runs_words").set_value(next(words)).run(),
        "order": lambda: app.selectbox(key="runs_sort").set_value(next(orders)).run(),
        "filter": lambda: app.multiselect(key="runs_status").set_value(next(statuses)).run(),
    }
    every = Times([], [])
    for name, action in controls.items():
        found = timed(action, rounds)
        every += found
        print(f"Runs · {name}: {found}", flush=True)
        _check(app)
    app.text_input(key="runs_words").set_value("").run()
    app.multiselect(key="runs_status").set_value([]).run()
    app.toggle(key="runs_lines").set_value(True).run()
    found = timed(controls["order"], rounds)
    print(f"Runs · order, with parallel coordinates: {found}")
    print(f"Runs · every control: {every + found}")
    return every + found


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
        every = Times([], [])
        for name, query in searches().items():
            found = timed(lambda query=query: store.index.page(query, 25, 25), rounds)
            every += found
            print(f"store · {name}: {found}", flush=True)
        counted = timed(store.index.choices, rounds)
        print(f"store · counts for the filters: {counted}")
        print(f"store · every search: {every}")
        picked = store.index.find(Query(), 40)[0]
    os.environ["KASSEI_STORE"] = url
    every = visit_charts(rounds) + visit(picked, rounds)
    print(f"every control of every page: {every}")
    print(f"memory {psutil.Process().memory_info().rss / 2**20:.0f} MB")


if __name__ == "__main__":
    main()
