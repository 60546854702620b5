"""Stop: heard soon, and what was trained before it stays."""

from collections.abc import Callable
from typing import Any

import pytest

from core.engine.plan import blocks
from core.engine.reference import train_run
from core.engine.training import train_block
from core.experiment import RunConfig
from core.report import EpochReport, RunEnd, Status


def after(looks: int) -> Callable[[], bool]:
    """A stop that asks for an end from the look after ``looks`` on."""
    left = iter(range(looks))
    return lambda: next(left, None) is None


def test_a_stopped_block_keeps_its_epochs_and_cancels_the_rest(config: Any) -> None:
    tame = [config(dataset="diabetes", loss="mse", epochs=1000, seed=seed) for seed in (0, 1)]
    wild = [one.model_copy(update={"learning_rate": 1e6}) for one in tame]
    (block,) = blocks([*tame, *wild])
    asked: list[bool] = []
    lists = []
    for reports in train_block(block, lambda: bool(asked)):
        lists.append(reports)
        if len(lists) == 3:
            asked.append(True)
    kept = [report for reports in lists for report in reports if isinstance(report, EpochReport)]
    # While the third list is told of, four epochs may wait to be told, and a fifth is trained.
    epochs = {report.epoch for report in kept}
    assert epochs == set(range(len(epochs)))
    assert 3 <= len(epochs) <= 8
    ends = {
        report.run_id: report.status
        for reports in lists
        for report in reports
        if isinstance(report, RunEnd)
    }
    assert ends == {one.run_id: Status.CANCELLED for one in tame} | {
        one.run_id: Status.DIVERGED for one in wild
    }
    # Nothing but the ends came after the stop.
    assert all(isinstance(report, RunEnd) for report in lists[-1])


@pytest.mark.parametrize("batch_size", [8, 128], ids=["16 updates", "1 update"])
def test_a_stop_within_the_first_epoch_is_heard_before_its_end(
    batch_size: int, config: Any
) -> None:
    (block,) = blocks([config(batch_size=batch_size, epochs=1000)])
    lists = list(train_block(block, after(1 if batch_size == 8 else 0)))
    assert [type(report) for report in lists[-1]] == [RunEnd]
    assert lists[-1][0].status is Status.CANCELLED
    assert len(lists) == 2


def test_the_reference_stops_too_and_keeps_its_epochs(config: Any) -> None:
    one: RunConfig = config(hidden=[], epochs=50, batch_size=64)
    lists = list(train_run(one, after(2 * one.updates_per_epoch + 1)))
    assert [reports[0].epoch for reports in lists[:-1]] == [0, 1, 2]
    assert lists[-1] == [RunEnd(one.id_under("keras"), Status.CANCELLED)]
