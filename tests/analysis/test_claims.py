"""Claims: effects and their intervals against SciPy, and what a verdict asks of them."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.analysis.claims import Effect, Fading, Gain, Level, Sooner, Tables, Verdict

SEEDS = (0, 1, 2, 3)
# Test accuracy by epoch of each seed: tanh is slower than relu, by factors that differ.
CURVES = {
    "relu": ([0.5, 0.95], [0.6, 0.94], [0.5, 0.93], [0.4, 0.96]),
    "tanh": ([0.3, 0.7, 0.91], [0.2, 0.6, 0.92], [0.3, 0.8, 0.90], [0.2, 0.5, 0.93]),
}


def _tables(curves: dict[str, tuple[list[float], ...]]) -> Tables:
    runs, epochs, layers = [], [], []
    for activation, of_seeds in curves.items():
        for seed, values in zip(SEEDS, of_seeds, strict=False):
            run = f"{activation}{seed}"
            known = {"run_id": run, "activation": activation, "seed": seed, "status": "finished"}
            runs.append({**_SAME, **known, "test_accuracy": values[-1], "test_r2": math.nan})
            for epoch, value in enumerate([0.1, *values]):
                told = {"run_id": run, "epoch": epoch, "updates": epoch, "seconds": epoch}
                epochs.append({**told, "test_accuracy": value})
                layers += [
                    {"run_id": run, "epoch": epoch, "layer": 1, "delta_rms": 0.1 + seed},
                    {"run_id": run, "epoch": epoch, "layer": 2, "delta_rms": 2.0 + epoch},
                ]
    return Tables(pd.DataFrame(runs), pd.DataFrame(epochs), pd.DataFrame(layers))


_SAME = {
    **{"dataset": "moons", "train_samples": 100, "test_samples": 50, "noise": 0.1, "outliers": 0},
    **{"hidden": "8-8", "output": "softmax", "loss": "cross_entropy", "learning_rate": 0.1},
    **{"schedule": "constant", "optimizer": "sgd", "batch_size": 10, "epochs": 3, "l1": 0, "l2": 0},
    **{"kernel_initializer": "zeros", "bias_initializer": "0", "clip_norm": math.nan},
}


def _student(values: np.ndarray) -> tuple[float, float, float]:
    mean, error = values.mean(), stats.sem(values)
    return (mean, *stats.t.interval(0.95, len(values) - 1, mean, error))


def _close(effect: Effect, expected: tuple[float, float, float]) -> None:
    assert (effect.value, effect.low, effect.high) == pytest.approx(expected, rel=1e-9)
    assert effect.n == len(SEEDS)


def test_a_gain_is_the_paired_difference_with_students_interval() -> None:
    ends = {name: np.array([values[-1] for values in curves]) for name, curves in CURVES.items()}
    _close(Gain("relu", "tanh").effect(_tables(CURVES)), _student(ends["relu"] - ends["tanh"]))


def test_sooner_is_the_geometric_mean_of_the_epochs_interpolated_at_the_target() -> None:
    def epochs(values: list[float], target: float) -> float:
        place = next(i for i, value in enumerate(values) if value >= target)
        # Linear between two epochs, the first of which is the first trained one.
        part = (target - values[place - 1]) / (values[place] - values[place - 1])
        return place + part

    ratios = [
        epochs(slow, 0.9) / epochs(fast, 0.9)
        for fast, slow in zip(CURVES["relu"], CURVES["tanh"], strict=True)
    ]
    effect = Sooner("relu", "tanh", 0.9).effect(_tables(CURVES))
    _close(effect, tuple(np.exp(_student(np.log(ratios)))))  # type: ignore[arg-type]
    assert effect.bound == "exact"


def test_a_target_that_a_seed_never_reaches_has_no_interval_and_no_verdict() -> None:
    curves = CURVES | {"tanh": ([0.3, 0.4], *CURVES["tanh"][1:])}
    effect = Sooner("relu", "tanh", 0.9).effect(_tables(curves))
    assert effect.bound == "least"
    assert effect.value > 1
    assert math.isnan(effect.low)
    assert effect.verdict(1.0) is Verdict.OPEN


def test_statistics_of_layers_are_means_and_geometric_means_over_seeds() -> None:
    tables = _tables(CURVES)
    first = np.array([0.1 + seed for seed in SEEDS])
    both = (first + 4.0) / 2
    _close(Level("relu", "delta_rms", 2, asked=1.0).effect(tables), _student(both))
    expected = np.exp(_student(np.log(4.0 / first)))
    _close(Fading("tanh", "delta_rms", 2, 1, 2, asked=1.0).effect(tables), tuple(expected))


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (1.1, 3.0, Verdict.HOLDS),
        (0.2, 0.9, Verdict.FAILS),
        (0.9, 1.1, Verdict.OPEN),
        (1.0, 3.0, Verdict.OPEN),
        (0.2, 1.0, Verdict.OPEN),
        (math.nan, math.nan, Verdict.OPEN),
    ],
)
def test_a_claim_holds_or_fails_by_its_whole_interval(
    low: float, high: float, verdict: Verdict
) -> None:
    assert Effect((low + high) / 2, low, high, 5).verdict(1.0) is verdict


def test_one_seed_decides_nothing() -> None:
    one = {name: curves[:1] for name, curves in CURVES.items()}
    effect = Gain("relu", "tanh").effect(_tables(one))
    assert effect.n == 1
    assert effect.verdict(0.0) is Verdict.OPEN
