"""A visitor changes one control of a page after another; each run of the page's script is timed.

The script runs in this process, as the server runs it, and whole: what a fragment spares in a
browser, it does not spare here.
"""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from benchmarks.clocks import Times, timed
from benchmarks.sweeps import ACTIVATIONS, EPOCHS

ROOT = Path(__file__).resolve().parents[1]


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
            ("expander", "predictions_inside", (True,)),
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
                _change(app, kind, key, next(turn))

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


def _change(app: Any, kind: str, key: str, value: Any) -> None:
    if kind == "expander":
        # AppTest folds and unfolds nothing: its state is set as a click would set it.
        app.session_state[key] = value
        app.run()
    else:
        getattr(app, kind)(key=key).set_value(value).run()


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
