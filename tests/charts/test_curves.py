"""The curves' specification: every line labelled, no label on another, axes and n stated."""

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.charts import vega
from core.charts.curves import curve_chart
from core.charts.palette import Style
from core.metrics import METRICS, Metric

ACCURACY, LOSS = METRICS["test_accuracy"], METRICS["test_loss"]
NAMES = [f"activation_{index}" for index in range(8)]
STYLES = {name: Style("#0072B2", (1, 0)) for name in NAMES}


def plain(text: str) -> str:
    return text


def _frame(n: int = 5, last: float = 0.97) -> pd.DataFrame:
    rows = [
        (name, epoch, value - 0.01, value, value + 0.01, n)
        for index, name in enumerate(NAMES)
        for epoch, value in enumerate([0.1, 0.9, last + 0.0001 * index])
    ]
    frame = pd.DataFrame(rows, columns=["configuration", "epoch", "low", "mean", "high", "n"])
    return frame if n > 1 else frame.assign(low=np.nan, high=np.nan)


def _marks(spec: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [layer for layer in spec["layer"] if layer["mark"]["type"] == kind]


def _names(chart: vega.Chart) -> pd.DataFrame:
    """The names beside the lines, with their places in pixels from the top."""
    spec = chart.to_dict()
    (text,) = _marks(spec, "text")
    names = pd.DataFrame(spec["datasets"][text["data"]["name"]])
    scale = text["encoding"]["y"]["scale"]
    to_axis = np.log if scale["type"] == "log" else np.asarray
    low, high = to_axis(scale["domain"])
    share = (high - to_axis(names["place"])) / (high - low)
    return names.assign(pixels=share * spec["height"], height=spec["height"])


@pytest.mark.parametrize("metric", [ACCURACY, LOSS])
@pytest.mark.parametrize("height", [60, 400])
def test_every_line_has_a_label_and_labels_keep_a_line_of_text_apart(
    metric: Metric, height: int
) -> None:
    names = _names(curve_chart(_frame(), metric, STYLES, plain, height=height))
    assert set(names["configuration"]) == set(NAMES)
    places = sorted(names["pixels"])
    assert all(below - above > 14 for above, below in itertools.pairwise(places))
    assert places[0] >= 0
    assert places[-1] <= names["height"].iloc[0]


def test_the_untrained_epoch_does_not_flatten_accuracies() -> None:
    spec = curve_chart(_frame(), ACCURACY, STYLES, plain).to_dict()
    low, high = _marks(spec, "line")[0]["encoding"]["y"]["scale"]["domain"]
    assert low > 0.85
    assert high <= 1


def test_the_title_states_metric_seeds_and_interval_or_that_there_is_one_seed() -> None:
    many = curve_chart(_frame(), ACCURACY, STYLES, plain).to_dict()
    one = curve_chart(_frame(n=1), ACCURACY, STYLES, plain).to_dict()
    assert many["title"]["text"] == "test accuracy, mean of 5 seeds with 95 % interval"
    assert one["title"]["text"] == "test accuracy, one seed"


def test_a_mean_that_loses_seeds_does_not_claim_all_of_them() -> None:
    frame = _frame()
    frame.loc[(frame["configuration"] == NAMES[0]) & (frame["epoch"] == 2), "n"] = 4
    spec = curve_chart(frame, ACCURACY, STYLES, plain).to_dict()
    assert spec["title"]["text"] == "test accuracy, mean of up to 5 seeds with 95 % interval"
    (points,) = _marks(spec, "point")
    assert "n:Q" in [f"{tip['field']}:Q" for tip in points["encoding"]["tooltip"]]


def test_the_axis_reaches_the_last_epoch_while_curves_grow() -> None:
    spec = curve_chart(_frame(), ACCURACY, STYLES, plain, last_epoch=40).to_dict()
    assert _marks(spec, "line")[0]["encoding"]["x"]["scale"]["domain"] == [1, 40]


def test_losses_are_drawn_on_a_logarithmic_axis_that_holds_them_all() -> None:
    frame = _frame().assign(mean=lambda rows: rows["mean"] * 1e-3, low=0.0, high=0.2)
    scale = _marks(curve_chart(frame, LOSS, STYLES, plain).to_dict(), "line")[0]
    domain = scale["encoding"]["y"]["scale"]["domain"]
    assert scale["encoding"]["y"]["scale"]["type"] == "log"
    assert 0 < domain[0] < 1e-4
    assert domain[1] > 0.97e-3


def test_flat_and_zero_curves_still_have_an_axis() -> None:
    for metric in (ACCURACY, LOSS):
        for value in (0.0, 1.0):
            frame = _frame().assign(mean=value, low=value, high=value)
            low, high = _marks(curve_chart(frame, metric, STYLES, plain).to_dict(), "line")[0][
                "encoding"
            ]["y"]["scale"]["domain"]
            assert low < high


def test_an_r2_that_overflows_does_not_flatten_the_others_unless_all_are_below_zero() -> None:
    def domain(values: list[float]) -> list[float]:
        rows = [(NAMES[i], 1 + epoch, np.nan, v, np.nan, 1) for epoch in range(2)
                for i, v in enumerate(values)]  # fmt: skip
        frame = pd.DataFrame(rows, columns=["configuration", "epoch", "low", "mean", "high", "n"])
        spec = curve_chart(frame, METRICS["test_r2"], STYLES, plain).to_dict()
        found: list[float] = _marks(spec, "line")[0]["encoding"]["y"]["scale"]["domain"]
        return found

    assert -1.1 < domain([0.9, -4e34])[0] <= -1
    assert domain([-0.98, -8.0])[0] < -8


@pytest.mark.parametrize("metric", [ACCURACY, LOSS])
def test_bands_that_lie_over_the_whole_plot_are_the_fainter_and_narrow_ones_stay(
    metric: Metric,
) -> None:
    def opacity(low: float, high: float) -> float:
        frame = _frame().assign(low=low, high=high)
        (band,) = _marks(curve_chart(frame, metric, STYLES, plain).to_dict(), "area")
        held: dict[str, Any] = band["encoding"]["opacity"]
        assert held["condition"]["value"] == 0.16  # when pointed at
        return float(held["value"])

    assert opacity(0.92, 0.922) == 0.16
    # Eight of them, each from edge to edge.
    assert opacity(1e-9, 1e9) == pytest.approx(0.16 / 8)
    assert opacity(np.nan, np.nan) == 0.16
