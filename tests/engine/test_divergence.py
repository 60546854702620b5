"""Runs that diverge: recorded at their update, as in Keras, and harmless to their company."""

from typing import Any

import numpy as np
import pytest

from core.experiment import RunConfig
from core.report import LAYER_STATISTICS, Status


def regression(config: Any, **fields: Any) -> RunConfig:
    chosen = {"dataset": "diabetes", "loss": "mse", "hidden": [6, 5], "activation": "linear"}
    run: RunConfig = config(**chosen | fields)
    return run


@pytest.mark.parametrize("rate", [3.0, 30.0])
def test_a_run_diverges_at_the_update_at_which_it_does_in_keras(
    rate: float, config: Any, stacked: Any, referred: Any, agree: Any
) -> None:
    wild = regression(config, learning_rate=rate)
    (run,) = stacked([wild])
    assert run.end.status is Status.DIVERGED
    assert run.end.diverged_at > 1
    agree(run, referred(wild), wild)


@pytest.mark.parametrize(
    ("optimizer", "xla"), [("sgd", False), ("momentum", False), ("adamw", True)]
)
def test_a_diverged_run_disturbs_nobody(
    optimizer: str, xla: bool, config: Any, stacked: Any, agree: Any
) -> None:
    tame = [
        regression(config, optimizer=optimizer, learning_rate=0.003, seed=seed) for seed in (0, 1)
    ]
    wild = [run.model_copy(update={"learning_rate": 1e6}) for run in tame]
    together, apart = stacked([*tame, *wild], xla), stacked(tame, xla)
    assert [run.end.status for run in together[2:]] == [Status.DIVERGED] * 2
    for ours, alone, one in zip(together[:2], apart, tame, strict=True):
        agree(ours, alone, one)
        assert all(
            np.isfinite(getattr(layer, name)) or (name, report.epoch) == ("update_ratio", 0)
            for report in ours.epochs
            for layer in report.layers
            for name in LAYER_STATISTICS
        )


@pytest.mark.parametrize("xla", [False, True], ids=["plain", "xla"])
def test_weights_that_overflow_in_the_last_update_of_an_epoch_diverge_there(
    xla: bool, config: Any, stacked: Any, referred: Any
) -> None:
    # One update an epoch: its loss is that of the initial weights, which is finite.
    wild = regression(config, learning_rate=1e6, hidden=[6] * 6, batch_size=128)
    (run,), reference = stacked([wild], xla), referred(wild)
    for history in (run, reference):
        assert [report.epoch for report in history.epochs] == [0]
        assert np.isfinite(history.epochs[0].test_loss)
        assert (history.end.status, history.end.diverged_at) == (Status.DIVERGED, 1)


def test_a_run_that_overflows_before_training_diverges_at_update_0(
    config: Any, stacked: Any, referred: Any
) -> None:
    wild = regression(
        config, hidden=[40] * 12, kernel_initializer="normal(1000)", learning_rate=1e-4
    )
    tame = wild.model_copy(update={"kernel_initializer": "glorot_uniform"})
    (run, beside), reference = stacked([wild, tame]), referred(wild)
    for history in (run, reference):
        assert history.epochs == []
        assert (history.end.status, history.end.diverged_at) == (Status.DIVERGED, 0)
    assert beside.end.status is Status.FINISHED


def test_the_history_of_a_diverged_run_ends_with_the_epoch_before(
    config: Any, stacked: Any
) -> None:
    rates = [0.01, 1.0, 2.0, 3.0, 10.0, 1000.0]
    configs = [regression(config, learning_rate=rate, epochs=20) for rate in rates]
    for one, run in zip(configs, stacked(configs), strict=True):
        epochs = [report.epoch for report in run.epochs]
        assert epochs == list(range(len(epochs)))
        assert all(np.isfinite([e.train_loss, e.test_loss]).all() for e in run.epochs)
        if run.end.status is Status.DIVERGED:
            assert run.end.diverged_at > run.epochs[-1].updates
            assert run.end.diverged_at <= run.epochs[-1].updates + one.updates_per_epoch
        else:
            assert len(epochs) == 21
