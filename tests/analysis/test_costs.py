"""The shipped costs of activations: complete, paired by round, and a sentence where unreadable."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.analysis.costs import FILE, GRAPHS, PARTS, cheapest_first, read_costs
from core.catalog import ACTIVATIONS
from core.errors import BundleUnavailable


def _written(folder: Path, found: object) -> Path:
    content = {"nanoseconds": found, "machine": {}, "shape": [2], "threads": 1, "busy": 0}
    (folder / "costs.json").write_text(json.dumps(content))
    return folder / "costs.json"


def _rounds(forward: list[float], both: list[float]) -> dict[str, dict[str, list[float]]]:
    return {graph: {"forward": forward, "both": both} for graph in GRAPHS}


def test_every_activation_of_the_catalog_was_measured_in_every_way() -> None:
    costs = read_costs()
    cells = costs.frame.groupby(["activation", "graph", "part"]).size()
    named = {name for name in ACTIVATIONS if name != "formula"}
    assert {name for name, _, _ in cells.index} == named
    assert len(cells) == len(named) * len(GRAPHS) * len(PARTS)
    assert sorted(cheapest_first(costs)) == sorted(named)
    assert (costs.frame["n"] >= 15).all()
    for column in ("ns", "times"):
        low, middle, high = (costs.frame[column + end] for end in ("_low", "", "_high"))
        assert ((low > 0) & (low <= middle) & (middle <= high)).all()


def test_the_file_says_on_which_machine_and_when() -> None:
    machine = read_costs().machine
    assert machine["processor"]
    assert machine["date"]
    assert machine["versions"]["TensorFlow"]


def test_relu_costs_once_its_own_cost_and_an_exponential_more() -> None:
    frame = read_costs().frame.set_index(["activation", "graph", "part"])
    relu = frame.loc["relu"]
    assert (relu["times"] == 1).all()
    assert (relu["times_high"] == 1).all()
    assert (frame.loc["mish"]["times_low"] > 2).all()


def test_a_ratio_is_of_one_round_whatever_the_machine_did_in_others(tmp_path: Path) -> None:
    # In the second round everything took ten times as long.
    found = {"relu": _rounds([1, 10, 1], [2, 20, 2]), "tanh": _rounds([3, 30, 3], [4, 40, 4])}
    frame = read_costs(_written(tmp_path, found)).frame
    tanh = frame[frame["activation"] == "tanh"].set_index(["graph", "part"])
    assert tanh.loc[("plain", "forward"), "times"] == pytest.approx(3)
    assert tanh.loc[("plain", "forward"), "times_high"] == pytest.approx(3)
    assert tanh.loc[("compiled", "both"), "times"] == pytest.approx(2)
    assert tanh.loc[("compiled", "both"), "ns"] == pytest.approx(np.median([4, 40, 4]))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"nanoseconds": {"relu": {}}}', '"x"'])
def test_a_broken_file_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "costs.json").write_text(text)
    with pytest.raises(BundleUnavailable, match="costs of activations cannot be read"):
        read_costs(tmp_path / "costs.json")


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BundleUnavailable, match="cannot be read"):
        read_costs(tmp_path / FILE.name)
