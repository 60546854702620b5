"""Snapshots: the weights of a Keras model that is what was reported."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.model import build, compile_model
from core.engine.samples import samples
from core.engine.snapshots import carried_epochs, kept_epochs
from core.experiment import RunConfig

SMALL = RunConfig(dataset="moons", train_samples=32, test_samples=8)
LARGE = RunConfig(dataset="moons", train_samples=32, test_samples=8, hidden=[512, 512])


@pytest.fixture(scope="module")
def configs(config: Any) -> Sequence[RunConfig]:
    """Runs of two stacks: with and without weights in their activations."""
    made: list[RunConfig] = [
        config(activation=activation, bias_initializer="normal(0.1)", seed=seed, test_samples=96)
        for activation, seed in (("relu", 0), ("tanh", 0), ("relu", 1), ("tanh", 1), ("prelu", 1))
    ]
    return made


def test_a_keras_model_with_a_snapshot_s_weights_is_as_good_as_reported(
    configs: Sequence[RunConfig], stacked: Any
) -> None:
    runs = stacked(configs)
    # One of neither the first seed nor the first variant, and one with learned slopes.
    for config, run in [(configs[3], runs[3]), (configs[4], runs[4])]:
        data = samples(config, (config.seed,))
        network = build(config)
        compile_model(network, config, ["accuracy"])
        for epoch in (0, config.epochs):
            network.set_weights(run.snapshots[epoch])
            loss, accuracy = network.evaluate(
                data.x_test[0], data.y_test[0], batch_size=96, verbose=0
            )
            report = run.epochs[epoch]
            assert report.test_loss == pytest.approx(loss, rel=1e-5)
            assert report.test_accuracy == pytest.approx(accuracy, abs=1e-6)


def test_snapshots_come_at_the_epochs_that_are_kept(
    configs: Sequence[RunConfig], stacked: Any
) -> None:
    run = stacked(configs[:1])[0]
    assert set(run.snapshots) == kept_epochs(configs[0]) == {0, 1, 2, 3}


@given(st.integers(0, 100_000))
def test_a_small_network_is_kept_at_most_12_times_with_its_start_and_its_end(epochs: int) -> None:
    kept = sorted(kept_epochs(SMALL.model_copy(update={"epochs": epochs})))
    assert kept[0] == 0
    assert kept[-1] == epochs
    assert len(kept) == min(12, epochs + 1) or (epochs < 100 and len(kept) >= 8)
    gaps = [after - before for before, after in pairwise(kept)]
    # Denser early; rounding to whole epochs may shift a gap by one.
    assert all(after >= before - 1 for before, after in pairwise(gaps))


@given(st.integers(0, 100_000))
def test_a_large_network_is_kept_at_its_end_alone(epochs: int) -> None:
    assert kept_epochs(LARGE.model_copy(update={"epochs": epochs})) == {epochs}


def test_a_longer_run_takes_over_the_weights_of_small_networks_alone() -> None:
    assert carried_epochs(SMALL) is None
    assert carried_epochs(LARGE) == {LARGE.epochs}
