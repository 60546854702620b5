"""Every chart is what Altair would have written, word for word, and valid Vega-Lite."""

import json
import sys
from collections.abc import Callable
from typing import Any

import altair as alt
import jsonschema
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from core.charts import vega
from core.charts.axes import Axes
from core.charts.costs import cost_chart
from core.charts.curves import curve_chart
from core.charts.digits import digits_chart
from core.charts.fits import fit_chart, residual_panel
from core.charts.functions import (
    bars_chart,
    depth_chart,
    function_chart,
    loss_chart,
    outlier_chart,
)
from core.charts.matrices import answers_chart, confusion_panel
from core.charts.palette import Style
from core.charts.parallel import parallel_chart
from core.charts.profiles import across_chart, epochs_chart
from core.charts.rates import range_chart, rate_map_chart
from core.charts.ridges import ridge_chart
from core.charts.speed import ratio_chart, share_chart
from core.charts.strip import EVERY, strip_chart
from core.charts.surfaces import sample_marks, surface_panel, unit_pictures, units_chart
from core.metrics import METRICS

NAMES = ["relu", "tanh"]
STYLES = {"relu": Style("#0072B2", (1, 0)), "tanh": Style("#E69F00", (7, 3))}
COLOURS = {"relu": "#0072B2", "tanh": "#E69F00"}


def plain(text: str) -> str:
    return text


def _frame(**columns: Any) -> pd.DataFrame:
    """Two configurations of two rows each, with whatever columns a chart asks for besides."""
    held: dict[str, Any] = {
        "configuration": ["relu", "relu", "tanh", "tanh"], "low": [0.4, 0.5, np.nan, 0.6],
        "high": [0.6, 0.7, np.nan, 0.8], "n": [3, 3, 3, 2], "layer": [1, 2, 1, 2],
    }  # fmt: skip
    return pd.DataFrame(held | columns)


POINTS = pd.DataFrame({"x": [0.1, 0.5], "y": [0.2, 0.4], "target": [0, 1], "answer": [0.2, 0.9],
                       "residual": [-0.2, 0.1], "part": ["train", "test"],
                       "outlier": [False, True]})  # fmt: skip
CURVES = pd.DataFrame({"activation": ["relu", "relu", "tanh", "tanh"], "z": [-1.0, 1.0] * 2,
                       "value": [0.0, 1.0, -0.8, 0.8], "slope": [0.0, 1.0, 0.4, 0.4]})  # fmt: skip
SIGNALS = pd.DataFrame({"activation": ["relu", "relu", "tanh", "tanh"], "layer": [1, 2] * 2,
                        "spread": [1.0, 0.9, 0.6, 0.4], "bound": [1.0, 1.0, 1.0, 0.0]})  # fmt: skip
RATES = pd.DataFrame({"name": "relu", "learning_rate": [1e-3, 1e-2], "loss": [2.0, np.nan],
                      "low": np.nan, "high": np.nan, "n": [1, 0], "diverged": [0, 1],
                      "ended": 1, "value": [0.5, np.nan], "kind": ["good", "diverged"],
                      "updates": 150.0})  # fmt: skip
COSTS = pd.DataFrame({"activation": NAMES * 2, "graph": ["xla", "xla", "plain", "plain"],
                      "times": [1.0, 2.0, 1.1, 2.2], "times_low": 0.9, "times_high": 2.5,
                      "ns": 0.3, "n": 31})  # fmt: skip
CHARTS: dict[str, Callable[[], vega.Chart]] = {
    "curves": lambda: curve_chart(
        _frame(epoch=[1, 2] * 2, mean=[0.5, 0.6, 0.5, 0.7]), METRICS["test_accuracy"], STYLES, plain
    ),
    "curves by update": lambda: curve_chart(
        _frame(epoch=[0, 1] * 2, mean=[0.5, 0.6, 0.5, 0.7], updates=[0, 8] * 2),
        METRICS["test_loss"], STYLES, plain, axes=Axes("updates", log=False, smooth=3),
    ),
    "across": lambda: across_chart(
        _frame(value=[1.0, 0.1, 2.0, 0.2]), EVERY["delta_rms"], STYLES, plain
    ),
    "across, of different depth": lambda: across_chart(
        _frame(value=[1.0, 0.1, 2.0, 0.2], layer=[1, 2, 1, 1]), EVERY["delta_rms"], STYLES, plain
    ),
    "over epochs": lambda: epochs_chart(
        _frame(value=[1.0, 0.1, 0, 0.2], epoch=[0, 5] * 2), EVERY["zero_fraction"], 1, STYLES, plain
    ),
    "ridges": lambda: ridge_chart(
        *[_frame(x=[0.0, 1.0] * 2, density=[1.0, 0.5] * 2, zeros=[0.5] * 2 + [0.0] * 2, layer=1)]
        * 2, 1, NAMES, STYLES, plain,
    ),
    "strip": lambda: strip_chart(
        _frame(statistic="mean", value=[0.1, 0.2, -0.1, 0.3]), EVERY["mean"], NAMES, plain
    ),
    "shares": lambda: share_chart(
        _frame(time=[0.0, 2.0] * 2, share=[0.0, 1.0, 0.0, 0.5], at_risk=3).fillna(0.0),
        "epochs", "97 %", STYLES, plain,
    ),
    "ratios": lambda: ratio_chart(
        pd.DataFrame({"configuration": NAMES, "ratio": [1.0, 2.3], "ratio_low": [np.nan, 1.9],
                      "ratio_high": [np.nan, 2.8], "bound": ["exact", "most"], "pairs": 3,
                      "text": ["×1", "×2.3"]}), "relu", STYLES, plain,
    ),
    "map of rates": lambda: rate_map_chart(RATES, METRICS["test_accuracy"], plain, legend=True),
    "range of rates": lambda: range_chart(RATES, [(1e-2, "steepest")], 2.3, plain),
    "costs": lambda: cost_chart(COSTS, NAMES, COLOURS, "t", {"xla": "a", "plain": "b"}, plain),
    "digits": lambda: digits_chart(np.zeros((2, 4, 4)), ["3", "4"], ["5", "6"], plain),
    "fit": lambda: fit_chart(
        _frame(x=[0.0, 1.0] * 2, answer=[0.1, 0.2] * 2), POINTS, STYLES, plain
    ),
    "residuals": lambda: residual_panel(POINTS, 1.0, ("relu", "R² 0.9"), plain),
    "function": lambda: function_chart(CURVES, "tanh", "#E69F00", "value", "f", plain),
    "depth": lambda: depth_chart(SIGNALS, "tanh", "#E69F00", "spread", "s", plain, log=True),
    "losses": lambda: loss_chart(
        pd.DataFrame({"loss": NAMES * 2, "at": [0.0, 0.0, 1.0, 1.0], "value": [0.0, 1.0] * 2}),
        "residual", "value", "t", COLOURS, plain,
    ),
    "outlier": lambda: outlier_chart(
        [1.0, 2.0], 9.0, pd.DataFrame({"loss": NAMES, "fit": [1.5, 4.0]}), COLOURS, plain
    ),
    "bars": lambda: bars_chart(
        pd.DataFrame({"label": ["a", "b"], "value": [-0.3, 0.8]}), "p − t", plain
    ),
    "confusion": lambda: confusion_panel(
        pd.DataFrame({"true": ["0", "0", "1", "1"], "answer": ["0", "1"] * 2, "count": [9, 1, 0, 5],
                      "share": [0.9, 0.1, 0.0, 1.0], "right": [True, False, False, True]}),
        ("relu", "95 %"), plain,
    ),
    "answers": lambda: answers_chart(
        _frame(answer=["0", "1"] * 2, share=[0.9, 0.1] * 2, first=[True, False] * 2), plain
    ),
    "surface": lambda: surface_panel(
        "data:,", sample_marks(POINTS, None, plain), (0, 1, 0, 1), ("a", "b"), "class", plain
    ),
    "units": lambda: units_chart(
        unit_pictures(np.random.default_rng(0).normal(size=(7, 4, 4))), 1, plain
    ),
    "parallel": lambda: parallel_chart(
        pd.DataFrame({"run_id": ["1", "2"], "activation": NAMES, "d0": [0.0, 1.0], "d1": 0.5}),
        pd.DataFrame({"axis": ["d0", "d1"], "position": [0.0, 1.0], "text": ["a", "b"]}),
        ["one", "two"], plain,
    ),
}  # fmt: skip


class ByAltair:
    """Altair's own words where the charts ask for ours."""

    def __getattr__(self, name: str) -> Any:
        return getattr(alt, name)

    @staticmethod
    def Chart(data: Any) -> alt.Chart:
        return alt.Chart(pd.DataFrame(data))

    @staticmethod
    def lit(parameter: Any, on: float, off: float, *, empty: bool = True) -> Any:
        held = {} if empty else {"empty": False}
        return alt.condition(parameter, alt.value(on), alt.value(off), **held)

    Words = staticmethod(alt.OpacityValue)


@pytest.fixture(params=sorted(CHARTS))
def written(request: pytest.FixtureRequest) -> dict[str, Any]:
    return json.loads(json.dumps(CHARTS[request.param]().to_dict()))


def test_every_chart_is_valid_vega_lite_and_altair_reads_it(written: dict[str, Any]) -> None:
    jsonschema.validate(written, alt.load_schema())
    alt.Chart.from_dict(written)


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_every_chart_is_what_altair_writes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = CHARTS[name]().to_dict()
    for held in list(sys.modules.values()):
        if getattr(held, "__name__", "").startswith("core.charts.") and hasattr(held, "vega"):
            monkeypatch.setattr(held, "vega", ByAltair())
    with alt.theme.enable("none"):
        theirs: Any = CHARTS[name]()
        assert isinstance(theirs, alt.TopLevelMixin)
        assert _same(ours) == _same(theirs.to_dict())


def _same(spec: dict[str, Any]) -> Any:
    """``spec`` with rows where they are read, and selections where they are made."""
    held = {key: spec[key] for key in spec if key not in ("$schema", "datasets", "params")}
    if "layer" not in spec and "params" in spec:
        held["params"] = spec["params"]
    made = {view: one for one in spec.get("params", ()) for view in one.pop("views", ())}
    shared = held.pop("data", None) if "layer" in held else None

    def walk(part: Any) -> Any:
        if isinstance(part, list):
            return [walk(one) for one in part]
        if not isinstance(part, dict):
            return part
        found = {key: walk(one) for key, one in part.items() if key not in ("data", "name")}
        if rows := part.get("data", shared if "mark" in part else None):
            found["data"] = spec["datasets"][rows["name"]]
        if part.get("name") in made:
            found["params"] = [made[part["name"]]]
        elif "name" in part and "view" not in part["name"]:
            found["name"] = part["name"]
        return found

    return _rounded(walk(held))


def _rounded(content: Any) -> Any:
    """``content`` as JSON, with the digits that files keep."""
    return json.loads(json.dumps(content), parse_float=lambda text: f"{float(text):.13g}")


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_a_page_is_sent_the_very_rows_of_the_file(name: str) -> None:
    filed, sent = CHARTS[name]().to_dict(), CHARTS[name]().to_arrow()
    assert len(filed["datasets"]) == len(sent["datasets"])
    for rows, table in zip(filed["datasets"].values(), sent["datasets"].values(), strict=True):
        assert _rounded(pa.ipc.open_stream(table).read_all().to_pylist()) == _rounded(rows)


def test_setting_something_leaves_the_chart_that_it_was_set_on_alone() -> None:
    base = vega.Chart(POINTS).mark_point().encode(x="x:Q")
    before = base.to_dict()
    base.encode(y="y:Q").properties(width=9).transform_filter("datum.x > 0")
    base.add_params(vega.selection_point("hovered")).configure_scale(bandPaddingInner=0)
    assert base.to_dict() == before


def test_rows_that_change_change_the_name_of_their_table() -> None:
    (one,) = vega.Chart(POINTS).to_arrow()["datasets"]
    (other,) = vega.Chart(POINTS.assign(x=[0.1, 0.6])).to_arrow()["datasets"]
    assert one != other
