"""The cases: what is measured, how large, against which bars.

A Race has several peers train one experiment; a Trial is a program of ``benchmarks.trials``
that measures figures of its own. Both have a full size and a quick one; the bars are those
of the full size.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.record import Bar
from core.experiment import Experiment

EIGHT = ["relu", "leaky_relu", "tanh", "sigmoid", "elu", "selu", "gelu", "silu"]


@dataclass(frozen=True, slots=True)
class Opponent:
    """A peer of a race: every how many runs it trains, and how many times its time is asked.

    ``activations`` are those it has; empty: all.
    """

    peer: str
    title: str
    every: int = 1
    quick_every: int = 1
    bar: Bar | None = None
    activations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Race:
    """One experiment, trained by Kassei and by each opponent in turn.

    ``tolerance`` is how far mean test accuracies (0-1) may differ beyond chance; three times
    as far in quick runs, which are short and few.
    """

    name: str
    title: str
    full: Experiment
    quick: Experiment
    opponents: tuple[Opponent, ...]
    tolerance: float
    rounds: int = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure that a trial measures under ``key``, with its bar."""

    key: str
    what: str
    unit: str
    bar: Bar | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """A program of ``benchmarks.trials`` with its sizes."""

    name: str
    title: str
    asked: tuple[Asked, ...]
    full: Mapping[str, Any] = field(default_factory=dict)
    quick: Mapping[str, Any] = field(default_factory=dict)
    rounds: int = 3


Case = Race | Trial

_KERAS = "Keras fit, all statistics"
_TORCH = "PyTorch loop, no statistics"
_SCIKIT = "scikit-learn, no statistics"
_SCIKIT_HAS = ("relu", "tanh", "sigmoid")


def _at_least(limit: float) -> Bar:
    return Bar(limit, at_least=True)


def _mnist(**fields: Any) -> Experiment:
    plain = {"activation": EIGHT, "hidden": [128, 128], "optimizer": "adam", "epochs": 5}
    return Experiment(dataset="mnist", **plain | {"batch_size": 128} | fields)


def _moons(**fields: Any) -> Experiment:
    plain = {"activation": EIGHT, "hidden": [16, 16, 16], "batch_size": 32, "epochs": 50}
    rates = {"learning_rate": [0.001, 0.01, 0.1]}
    return Experiment(dataset="moons", train_samples=500, **plain | rates | fields)


def _moons_sweep(seeds: int, epochs: int) -> dict[str, Any]:
    return _moons(seed=list(range(seeds)), epochs=epochs).document()


def _mnist_sweep(rates: list[float], seeds: int, epochs: int) -> dict[str, Any]:
    return _mnist(learning_rate=rates, seed=list(range(seeds)), epochs=epochs).document()


_STARTS = {"experiments": {"moons": _moons_sweep(3, 50), "mnist": _mnist_sweep([0.001], 3, 5)}}
_PARTS = _mnist(train_samples=10_000, test_samples=2_000, learning_rate=0.001)
_CONTRACT = {"activation": ["relu", "tanh", "sigmoid"], "learning_rate": 0.001}

CASES: tuple[Case, ...] = (
    Race(
        "mnist",
        "MNIST-60k, 784-128-128-10, batch 128, 8 activations × 3 seeds, Adam, 5 epochs",
        _mnist(seed=[0, 1, 2]),
        _mnist(seed=0, epochs=2, train_samples=20_000),
        (
            Opponent("keras_fit", _KERAS, 3, 4, _at_least(8)),
            Opponent("pytorch", _TORCH, 3, 4, _at_least(4)),
            Opponent("pytorch_fused", "PyTorch, Adam(fused=True)", 3, 4),
            Opponent("scikit", _SCIKIT, 3, 2, _at_least(3.5), _SCIKIT_HAS),
        ),
        tolerance=0.004,
    ),
    Race(
        "contract",
        "MNIST-60k, 784-128-128-10, batch 128, 3 activations × 3 seeds, Adam, 5 epochs",
        _mnist(seed=[0, 1, 2], **_CONTRACT),
        _mnist(seed=0, epochs=2, train_samples=10_000, **_CONTRACT),
        (
            Opponent("keras_fit", _KERAS, 3, 2),
            Opponent("reference", "core train --engine keras", 3, 2),
        ),
        tolerance=0.004,
    ),
    Race(
        "moons",
        "moons, 500 points, 16-16-16, batch 32, 8 activations × 3 rates × 3 seeds, 50 epochs",
        _moons(seed=[0, 1, 2]),
        _moons(seed=[0, 1, 2], epochs=20),
        (
            # Strides that meet every activation, rate and seed.
            Opponent("keras_fit", _KERAS, 8, 37, _at_least(200)),
            Opponent("pytorch", _TORCH, 4, 16, _at_least(12)),
            Opponent("scikit", _SCIKIT, 1, 4, _at_least(5), _SCIKIT_HAS),
        ),
        tolerance=0.02,
    ),
    Trial(
        "steady",
        "MNIST in steady state, its matrix products against those of 2048³ in float32",
        (
            Asked("share", "training", "% of the product's GFLOP/s", _at_least(60)),
            Asked("whole", "whole blocks, evaluation, tests and statistics included", "%"),
        ),
        {"seeds": 3, "epochs": 4, "turns": 3},
        {"seeds": 3, "epochs": 3, "turns": 1},
    ),
    Trial(
        "updates",
        "spiral, 250 points, 8-8-8, batch 10: 8 activations × 5 seeds in one stack",
        (
            Asked("training", "an update of the stack, training alone", "ms", Bar(0.5)),
            Asked("whole", "an update, statistics and reports included", "ms"),
        ),
        {"seeds": 5, "epochs": 500},
        {"seeds": 5, "epochs": 100},
    ),
    Trial(
        "first_epoch",
        "from submission to the first epoch in the store, warm trainer, a shape never compiled",
        (
            Asked("moons", "moons, 72 runs", "s", Bar(1.5)),
            Asked("mnist", "MNIST, 24 runs", "s", Bar(5)),
        ),
        _STARTS,
        _STARTS,
    ),
    Trial(
        "statistics",
        "what the statistics of all layers add to the training without them",
        (
            Asked("mnist", "MNIST, 8 runs, 5 epochs", "%", Bar(15)),
            Asked("moons", "moons, 72 runs, 50 epochs", "%", Bar(30)),
        ),
        {"turns": 5, "mnist_epochs": 5, "moons_seeds": 3, "moons_epochs": 50},
        {"turns": 1, "mnist_epochs": 1, "moons_seeds": 3, "moons_epochs": 10},
        rounds=1,
    ),
    Trial(
        "initialization",
        "statistics at initialization, no training",
        (Asked("seconds", "2,000 networks, 10 hidden layers of width 3", "s", Bar(3)),),
        {"networks": 2000, "layers": 10, "width": 3},
        {"networks": 2000, "layers": 10, "width": 3},
    ),
    Trial(
        "memory",
        "peak memory of trainer and worker in long sweeps",
        (Asked("mnist", "MNIST", "GB", Bar(1.5)), Asked("moons", "moons", "GB", Bar(1.5))),
        {
            "sweeps": {
                "mnist": _mnist_sweep([3e-4, 1e-3, 3e-3], 3, 3),
                "moons": _moons_sweep(40, 50),
            }
        },
        {"sweeps": {"mnist": _mnist_sweep([0.001], 1, 1), "moons": _moons_sweep(5, 5)}},
        rounds=1,
    ),
    Trial(
        "growth",
        "what a run of moons costs in longer and longer sweeps",
        (
            Asked("growth", "the longest sweep's run over the cheapest", "%", Bar(15)),
            Asked("each", "a run in the longest sweep", "ms"),
        ),
        {"sizes": [10, 100, 1_000, 10_000], "epochs": 5},
        {"sizes": [10, 100, 500], "epochs": 2},
        rounds=1,
    ),
    Trial(
        "depth",
        "64 hidden layers of width 64, 8 activations",
        (
            Asked("compile", "to the first trained epoch, without its training", "s", Bar(20)),
            Asked("first", "to the first trained epoch", "s"),
        ),
        {"layers": 64, "width": 64, "epochs_ahead": 50},
        {"layers": 16, "width": 64, "epochs_ahead": 50},
        rounds=1,
    ),
    Trial(
        "workers",
        "two Dask workers of one thread against one, MNIST-10k, 8 activations, blocks of a seed",
        (Asked("speedup", "two against one", "×", _at_least(1.8)),),
        {"experiment": _PARTS.document(), "seeds": 8},
        {"experiment": _PARTS.document() | {"epochs": 2}, "seeds": 2},
        rounds=1,
    ),
)

BY_NAME: Mapping[str, Case] = {case.name: case for case in CASES}
