"""Groups are means over all that is in them, and pairs differ in the one setting alone."""

import pandas as pd
import pytest

from core.analysis.comparison import paired_differences, summarise
from core.analysis.configurations import configurations
from core.analysis.grouping import groupable, grouped
from core.experiment import Experiment, describe
from core.report import CONFIG_COLUMNS, Status

EXPERIMENT = Experiment(
    dataset="moons",
    activation=["relu", "tanh"],
    hidden=[[8], [16], [8, 8]],
    seed=[0, 1],
)


@pytest.fixture
def runs() -> pd.DataFrame:
    rows = []
    for config in EXPERIMENT.grid():
        row = {name: getattr(config, name) for name in CONFIG_COLUMNS}
        value = 0.5 + 0.1 * (config.activation == "tanh") + 0.01 * len(config.hidden)
        rows.append(
            row
            | {"run_id": config.run_id, "hidden": describe(config.hidden)}
            | {"status": Status.FINISHED.value, "test_accuracy": value + 0.001 * config.seed}
            | {"train_seconds": 1.0}
        )
    return pd.DataFrame(rows)


def test_only_what_differs_can_be_grouped_by(runs: pd.DataFrame) -> None:
    assert groupable(runs) == ("hidden", "activation", "depth", "width")
    assert groupable(runs[runs["hidden"] == "8"]) == ()


def test_a_groups_mean_is_over_all_its_runs(runs: pd.DataFrame) -> None:
    table = summarise(grouped(runs, "activation"), "test_accuracy").set_index("configuration")
    means = runs.groupby("activation")["test_accuracy"].mean()
    assert table["n"].to_dict() == {"relu": 6, "tanh": 6}
    assert table["mean"].to_dict() == pytest.approx(means.to_dict())


def test_pairs_are_alike_in_all_but_the_setting(runs: pd.DataFrame) -> None:
    gaps = paired_differences(grouped(runs, "activation"), "relu", "test_accuracy")
    tanh = gaps.set_index("configuration").loc["tanh"]
    assert tanh["n"] == 6
    assert tanh["difference"] == pytest.approx(0.1)
    # Were pairs mixed, their differences would scatter.
    assert tanh["high"] - tanh["low"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("by", "names"), [("depth", ["depth 1", "depth 2"]), ("width", ["width 8", "width 16"])]
)
def test_networks_group_by_their_shape(runs: pd.DataFrame, by: str, names: list[str]) -> None:
    table = configurations(grouped(runs, by))
    assert list(table["configuration"]) == names
    assert table["runs"].sum() == len(runs)
