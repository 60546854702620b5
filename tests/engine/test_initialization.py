"""Networks at initialization: ``epochs: 0``, against the theory of signals in deep networks.

In a wide network whose weights have variance s/n, a layer's z is normal of variance q with
q' = s E f(sqrt(q) u)^2, and delta's mean square falls from layer to layer by
s E f'(sqrt(q) u)^2, u from N(0, 1) (Poole et al. 2016; Schoenholz et al. 2017).
"""

import time
from typing import Any

import numpy as np
import pytest

from core.catalog import ACTIVATIONS
from core.experiment import RunConfig
from core.report import Status

INITIALIZERS = {"lecun_normal": 1.0, "glorot_uniform": 1.0, "he_normal": 2.0}
CASES = [
    ("linear", "lecun_normal"),
    ("tanh", "lecun_normal"),
    ("tanh", "he_normal"),
    ("selu", "lecun_normal"),
    ("relu", "he_normal"),
    ("relu", "glorot_uniform"),
    ("sigmoid", "glorot_uniform"),
    ("gelu", "he_normal"),
]
WIDE, DEPTH, SEEDS = 100, 4, 8
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(201)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def gaussian_mean(values: Any) -> float:
    """E g(u) for u from N(0, 1), from g at NODES."""
    return float(WEIGHTS @ values)


@pytest.fixture(scope="module")
def untrained(stacked: Any) -> dict[tuple[str, str], list[Any]]:
    """The layers of wide networks at initialization, by activation and initializer."""
    keyed = {
        (activation, initializer, seed): RunConfig(
            dataset=f"noise({WIDE})",
            train_samples=512,
            test_samples=64,
            hidden=[WIDE] * DEPTH,
            activation=activation,
            kernel_initializer=initializer,
            epochs=0,
            seed=seed,
        )
        for activation, initializer in CASES
        for seed in range(SEEDS)
    }
    runs = dict(zip(keyed, stacked(list(keyed.values())), strict=True))
    for run in runs.values():
        assert [report.epoch for report in run.epochs] == [0]
        assert run.end.status is Status.FINISHED
    return {case: [runs[(*case, seed)].epochs[0].layers for seed in range(SEEDS)] for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=["-".join(case) for case in CASES])
def test_signals_forward_and_backward_are_what_theory_says(
    case: tuple[str, str], untrained: dict[tuple[str, str], list[Any]]
) -> None:
    activation, initializer = case
    f, scale = ACTIVATIONS[activation], INITIALIZERS[initializer]
    layers = untrained[case]
    # Inputs are N(0, 1), so their mean square is 1.
    q, slope_square = scale, 1.0
    for depth in range(DEPTH):
        at = [run[depth] for run in layers]
        z = np.sqrt(q) * NODES
        mean, square = gaussian_mean(f.value(z)), gaussian_mean(f.value(z) ** 2)
        # A layer's mean square spreads by some sqrt(5 / 100) a layer, averaged over 8 seeds.
        bound = 0.08 * np.sqrt(depth + 1)
        z_square = np.mean([r.pre_mean**2 + r.pre_std**2 for r in at])
        assert z_square == pytest.approx(q, rel=bound)
        assert np.mean([r.second_moment for r in at]) == pytest.approx(square, rel=bound)
        spread = np.sqrt(square / WIDE / SEEDS) * 4 + bound * abs(mean)
        assert np.mean([r.mean for r in at]) == pytest.approx(mean, abs=spread)
        if depth:
            before = np.mean([run[depth - 1].delta_rms ** 2 for run in layers])
            here = np.mean([r.delta_rms**2 for r in at])
            assert before / here == pytest.approx(scale * slope_square, rel=0.15)
        slope_square, q = gaussian_mean(f.slope(z) ** 2), scale * square


def test_relu_is_0_for_half_of_its_inputs_and_sigmoid_for_none(untrained: Any) -> None:
    for run in untrained["relu", "he_normal"]:
        assert all(layer.zero_fraction == pytest.approx(0.5, abs=0.15) for layer in run)
        assert all(layer.saturated_fraction == layer.zero_fraction for layer in run)
        assert np.isnan(run[0].update_ratio)
    for run in untrained["sigmoid", "glorot_uniform"]:
        assert all(layer.zero_fraction == 0 for layer in run)


def test_two_thousand_tiny_networks_at_initialization_take_seconds(stacked: Any) -> None:
    configs = [
        RunConfig(
            dataset="noise(20)",
            train_samples=512,
            test_samples=16,
            hidden=[3] * 10,
            kernel_initializer="he_normal",
            epochs=0,
            seed=seed,
        )
        for seed in range(2000)
    ]
    start = time.perf_counter()
    runs = stacked(configs)
    assert time.perf_counter() - start < 60
    second = [run.epochs[0].layers[1] for run in runs]
    # Inputs of the second layer are not negative: a unit never fires if (but for rare samples
    # that single out one input) none of its 3 weights is positive, 1 in 8. 6,000 units: +-0.004.
    assert np.mean([layer.silent_fraction for layer in second]) == pytest.approx(1 / 8, abs=0.02)
    assert all(layer.silent_fraction == layer.dead_fraction for layer in second)
    # E a^2 of the first layer is half of E z^2 = 2 for any width.
    first = np.mean([run.epochs[0].layers[0].second_moment for run in runs])
    assert first == pytest.approx(1, rel=0.05)


def test_without_epochs_the_losses_are_those_of_chance(stacked: Any, config: Any) -> None:
    (run,) = stacked([config(epochs=0, kernel_initializer="normal(0.01)")])
    assert run.epochs[0].train_loss == pytest.approx(np.log(10), abs=1e-3)
    assert run.epochs[0].test_loss == pytest.approx(np.log(10), abs=1e-3)
    assert run.epochs[0].updates == 0
    assert run.epochs[0].seconds == 0
    assert set(run.snapshots) == {0}
