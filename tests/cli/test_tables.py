"""Tables name what they measure, of classifications and regressions side by side."""

import pandas as pd
import pytest

from core.cli.counts import counted
from core.cli.tables import aggregate_lines, run_lines
from core.experiment import Experiment
from core.report import EpochReport, RunEnd, Status
from core.store import Store


@pytest.fixture
def mixed() -> pd.DataFrame:
    """Two seeds of a classification (accuracy 0.75) and of a regression (R² 0.25)."""
    experiment = Experiment(dataset=["moons", "sine"], seed=[0, 1], epochs=1)
    with Store.open("sqlite://") as store:
        store.add_runs(experiment.grid(), "", "stacked")
        for config in experiment.grid():
            metric = {"test_accuracy": 0.75} if config.dataset == "moons" else {"test_r2": 0.25}
            epoch = EpochReport(config.run_id, 1, 1, 1.0, 1.0, 1.0, **metric)
            store.write([epoch, RunEnd(config.run_id, Status.FINISHED)])
        return store.runs()


def test_every_configuration_has_its_own_measure_and_no_field_that_follows(
    mixed: pd.DataFrame,
) -> None:
    header, *lines = (line.split() for line in aggregate_lines(mixed))
    assert header[0] == "dataset"
    assert header[-6:] == ["n", "of", "test", "sd", "seconds/run", "status"]
    assert not {"noise", "outliers", "output", "train_samples", "batch_size"} & set(header)
    measured = {line[0]: line[header.index("of") :][:3] for line in lines}
    assert measured == {"moons": ["test_accuracy", "0.75", "0"], "sine": ["test_r2", "0.25", "0"]}


@pytest.mark.parametrize(("dataset", "measure"), [("moons", "test_accuracy"), ("sine", "test_r2")])
def test_one_measure_names_its_column(mixed: pd.DataFrame, dataset: str, measure: str) -> None:
    header, _ = (line.split() for line in aggregate_lines(mixed[mixed["dataset"] == dataset]))
    assert header == ["activation", "n", measure, "sd", "seconds/run", "status"]


def test_n_is_of_the_runs_behind_the_mean(mixed: pd.DataFrame) -> None:
    moons = mixed[mixed["dataset"] == "moons"].assign(status="cancelled")
    moons.loc[moons["seed"] == 1, "test_accuracy"] = None
    _, line = (line.split() for line in aggregate_lines(moons))
    assert line[1:4] == ["1", "0.75", "-"]
    assert line[-2:] == ["2", "cancelled"]


def test_every_run_has_its_own_measure(mixed: pd.DataFrame) -> None:
    lines = [line.split() for line in run_lines(mixed)][1:]
    assert [line[-2:] for line in lines] == [["0.75", "test_accuracy"]] * 2 + [
        ["0.25", "test_r2"]
    ] * 2


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0 runs"), (1, "1 run"), (2, "2 runs"), (1_000, "1,000 runs")]
)
def test_one_is_not_many(number: int, told: str) -> None:
    assert counted(number, "run") == told
