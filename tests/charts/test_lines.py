"""Charts of convergence and layers: titled axes, every row named, bounds that hold the data."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.charts.lines import Axis, heading, line_chart
from core.charts.palette import Style, luminance
from core.charts.profiles import across_chart
from core.charts.rates import CLASS_COLOURS, range_chart, rate_map_chart
from core.charts.ridges import ridge_chart
from core.charts.speed import ratio_chart, share_chart
from core.charts.strip import EVERY
from core.metrics import METRICS

NAMES = ["relu", 'tan"h\\', "selu"]
STYLES = {name: Style(colour, (1, 0)) for name, colour in
          zip(NAMES, ("#0072B2", "#E69F00", "#7BC8A4"), strict=True)}  # fmt: skip


def plain(text: str) -> str:
    return text


def _data(spec: dict[str, Any]) -> pd.DataFrame:
    return pd.concat([pd.DataFrame(rows) for rows in spec["datasets"].values()])


def _axes(spec: dict[str, Any], channel: str) -> set[str]:
    found = [layer["encoding"].get(channel, {}) for layer in spec["layer"]]
    titles = [part.get("title") or (part.get("axis") or {}).get("title") for part in found]
    return {" ".join(title) if isinstance(title, list) else title for title in titles if title}


def _frame(column: str, values: list[float]) -> pd.DataFrame:
    rows = [
        {"configuration": name, column: step, "value": value, "low": value / 2,
         "high": value * 2, "n": 3}
        for name, value in zip(NAMES, values, strict=True) for step in (1, 2)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_lines_have_a_name_beside_each_end_and_limits_that_hold_all_means() -> None:
    frame = _frame("layer", [1e-6, 1.0, 3.0])
    chart = across_chart(frame, EVERY["delta_rms"], STYLES, plain)
    spec = chart.to_dict()
    assert _axes(spec, "x") == {"hidden layer"}
    scale = spec["layer"][1]["encoding"]["y"]["scale"]
    assert scale["type"] == "log"
    assert scale["domain"][0] < 1e-6
    assert scale["domain"][1] > 3
    assert set(_data(spec).dropna(subset=["place"])["configuration"]) == set(NAMES)
    assert spec["title"]["subtitle"] == "geometric mean of 3 seeds with 95 % interval"


def test_a_log_axis_writes_powers_of_ten_as_all_texts_do() -> None:
    spec = across_chart(_frame("layer", [1e-6, 1.0, 3.0]), EVERY["delta_rms"], STYLES, plain)
    axis = spec.to_dict()["layer"][1]["encoding"]["y"]["axis"]
    words = json.loads(axis["labelExpr"].partition("[indexof")[0])
    assert dict(zip(axis["values"], words, strict=True))[1e-6] == "10⁻⁶"
    assert "1" in words
    assert not any("e" in word for word in words)


def test_what_a_log_axis_cannot_show_is_left_out() -> None:
    frame = _frame("layer", [0.0, 1.0, 3.0])
    axes = (Axis("layer", "layer"), Axis("value", "", log=True))
    spec = line_chart(frame, *axes, STYLES, title=heading("t"), told={}).to_dict()
    assert set(_data(spec)["configuration"]) == set(NAMES[1:])


def test_shares_step_and_stay_to_the_end_of_the_axis() -> None:
    frame = pd.DataFrame(
        {
            "configuration": [NAMES[0]] * 2 + [NAMES[1]] * 2,
            "time": [0.0, 2.0, 0.0, 8.0],
            "share": [0.0, 1.0, 0.0, 0.5],
            "low": [0.0, 0.4, 0.0, 0.1],
            "high": [0.0, 1.0, 0.0, 0.9],
            "at_risk": [3, 3, 3, 3],
            "n": [3, 3, 3, 3],
        }
    )
    spec = share_chart(frame, "epochs", "97 %", STYLES, plain).to_dict()
    assert (_axes(spec, "x"), _axes(spec, "y")) == ({"epochs"}, {"share of seeds"})
    lines = [layer for layer in spec["layer"] if layer["mark"].get("interpolate")]
    assert {layer["mark"]["interpolate"] for layer in lines} == {"step-after"}
    rows = _data(spec)
    ends = rows[rows["share"].notna() & (rows["time"] == 8)].set_index("configuration")["share"]
    assert ends[NAMES[0]] == 1


def test_ratios_mark_one_and_show_bounds_as_triangles() -> None:
    frame = pd.DataFrame(
        {
            "configuration": NAMES,
            "ratio": [1.0, 2.3, 0.5],
            "ratio_low": [np.nan, 1.9, np.nan],
            "ratio_high": [np.nan, 2.8, np.nan],
            "bound": ["exact", "exact", "most"],
            "pairs": [3, 3, 3],
            "text": ["×1", "×2.3 (1.9–2.8)", "at most ×0.5"],
        }
    )
    spec = ratio_chart(frame, NAMES[0], STYLES, plain).to_dict()
    scale = spec["layer"][2]["encoding"]["x"]["scale"]
    assert scale["type"] == "log"
    assert scale["domain"][0] * scale["domain"][1] == pytest.approx(1)
    assert scale["domain"][1] > 2.8
    assert "triangle-left" in set(_data(spec)["shape"].dropna())
    assert _axes(spec, "x") == {f"times sooner than {NAMES[0]} left of 1: later"}


def test_every_class_of_the_map_can_be_read_and_told_apart() -> None:
    kinds = list(CLASS_COLOURS)
    frame = pd.DataFrame(
        {
            "name": "relu", "learning_rate": [10.0**k for k in range(len(kinds))],
            "value": [0.5] * 5 + [np.nan], "low": np.nan, "high": np.nan, "n": 1, "ended": 2,
            "diverged": 1, "kind": kinds,
        }
    )  # fmt: skip
    spec = rate_map_chart(frame, METRICS["test_accuracy"], plain).to_dict()
    cells = _data(spec)
    for fill, text in zip(cells["fill"], cells["ink"], strict=True):
        lights = sorted((luminance(fill), luminance(text)))
        assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5
    assert cells["text"].tolist() == ["50.0", "50.0", "50.0", "1/2", "50.0", "–"]
    told = [luminance(CLASS_COLOURS[kind]) for kind in kinds[:4]]
    gaps = [(max(a, b) + 0.05) / (min(a, b) + 0.05) for a in told for b in told if a != b]
    assert min(gaps) > 1.05


def test_the_range_marks_its_rates_and_what_diverged() -> None:
    losses = pd.DataFrame(
        {
            "name": "relu", "learning_rate": [1e-3, 1e-2, 1e-1, 1.0],
            "loss": [2.0, 1.0, 0.5, np.nan], "low": np.nan, "high": np.nan, "n": [1, 1, 1, 0],
            "diverged": [0, 0, 0, 1], "start": 2.3, "epochs": 1.0, "updates": 150.0,
        }
    )  # fmt: skip
    spec = range_chart(losses, [(1e-2, "steepest"), (1e-1, "largest stable")], 2.3, plain).to_dict()
    texts = set(_data(spec)["text"].dropna())
    assert {"steepest", "largest stable", "×", "before training"} <= texts
    assert spec["title"]["text"] == "Loss after 150 updates (× diverged)"
    assert (_axes(spec, "x"), _axes(spec, "y")) == ({"learning rate"}, {"test loss"})


def test_ridges_name_every_row_even_one_without_a_distribution() -> None:
    x = np.linspace(-1, 1, 20)
    frame = pd.concat(
        pd.DataFrame({"configuration": name, "layer": 1, "x": x, "density": np.exp(-x * x),
                      "zeros": zeros, "n": 3})
        for name, zeros in zip(NAMES[:2], (0.5, 0.0), strict=True)
    )  # fmt: skip
    spec = ridge_chart(frame, frame.iloc[:0], 1, NAMES, STYLES, plain).to_dict()
    axis = spec["layer"][1]["encoding"]["y"]["axis"]
    assert axis["values"] == [0, 1, 2]
    # A label is data in the expression, whatever stands in it.
    assert axis["labelExpr"] == '["relu", "tan\\"h\\\\", "selu"][datum.value]'
    rows = _data(spec)
    assert rows["top"].min() > -1.4
    assert set(rows["told"].dropna()) >= {"0: 50 %"}
