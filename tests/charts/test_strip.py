"""The layer strip: every row named, a number in every cell that has room, readable on it."""

from typing import Any

import pandas as pd
import pytest

from core.charts.palette import luminance
from core.charts.strip import STATISTICS, strip_chart

ROWS = [f"configuration {index}" for index in range(12)]


def plain(text: str) -> str:
    return text


def _frame(column: str, layers: int = 2, scale: float = 1.0) -> pd.DataFrame:
    rows = [
        (row, layer + 1, column, scale * (index - 3) / 8, 3)
        for index, row in enumerate(ROWS)
        for layer in range(layers)
    ]
    frame = pd.DataFrame(rows, columns=["configuration", "layer", "statistic", "value", "n"])
    return frame if column == "mean" else frame.assign(value=frame["value"].abs())


def _cells(spec: dict[str, Any]) -> pd.DataFrame:
    (data,) = spec["datasets"].values()
    return pd.DataFrame(data)


@pytest.mark.parametrize("column", STATISTICS)
def test_every_row_is_labelled_and_every_cell_readable(column: str) -> None:
    spec = strip_chart(_frame(column), STATISTICS[column], ROWS, plain).to_dict()
    axis = spec["layer"][0]["encoding"]["y"]
    assert axis["axis"]["labelOverlap"] is False
    assert axis["scale"]["domain"] == ROWS
    cells = _cells(spec)
    assert len(cells) == 24
    assert (cells["text"] != "").all()
    for fill, text in zip(cells["fill"], cells["ink"], strict=True):
        lights = sorted((luminance(fill), luminance(text)))
        assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5


def test_numbers_give_way_where_layers_are_many() -> None:
    few = strip_chart(_frame("mean", 8), STATISTICS["mean"], ROWS, plain).to_dict()
    many = strip_chart(_frame("mean", 16), STATISTICS["mean"], ROWS, plain).to_dict()
    assert (len(few["layer"]), len(many["layer"])) == (2, 1)


def test_small_differences_of_norms_look_small() -> None:
    frame = _frame("delta_rms").assign(value=[1e-4, 1.1e-4] * 12)
    cells = _cells(strip_chart(frame, STATISTICS["delta_rms"], ROWS, plain).to_dict())
    one, other = sorted({luminance(fill) for fill in cells["fill"]})
    assert other - one < 0.05


def test_numbers_are_written_for_readers() -> None:
    def text(column: str, value: float) -> str:
        frame = _frame(column).assign(value=value)
        spec = strip_chart(frame, STATISTICS[column], ROWS, plain).to_dict()
        return str(_cells(spec)["text"].iloc[0])

    assert text("zero_fraction", 0.0) == "0 %"
    assert text("zero_fraction", 0.001) == "<1 %"
    assert text("mean", -0.001) == "0.00"
    assert text("mean", -0.154) == "−0.15"
    assert text("delta_rms", 2.14e-4) == "2.1×10⁻⁴"
