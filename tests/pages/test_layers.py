"""Layers of deep networks as a script: a few are drawn, others when they are chosen."""

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from .conftest import opened

DEEP = {"gallery": "vanishing-depth"}
RIDGES, EPOCHS = r"activation a = f\(z\), layer (\d+)", r'"layer (\d+) · '


def _drawn(app: AppTest, what: str) -> list[int]:
    """The layers of which there is a chart, which says so in ``what``."""
    specs = [chart.proto.spec for chart in app.get("vega_lite_chart")]
    told = [re.search(what, json.dumps(json.loads(spec), ensure_ascii=False)) for spec in specs]
    return [int(found[1]) for found in told if found]


@pytest.mark.usefixtures("store")
def test_of_ten_layers_the_first_a_middle_and_the_last_are_drawn_until_others_are_chosen() -> None:
    app = opened("Layers", **DEEP)
    assert not app.exception
    assert _drawn(app, RIDGES) == _drawn(app, EPOCHS) == [1, 6, 10]
    app.button_group(key="layers_shown").set_value([6, 2]).run()
    assert _drawn(app, RIDGES) == _drawn(app, EPOCHS) == [2, 6]
    assert app.query_params["layers"] == "6,2"
    app.button_group(key="layers_shown").set_value([]).run()
    assert _drawn(app, RIDGES) == [1, 6, 10]
    assert "layers" not in app.query_params


@pytest.mark.usefixtures("store")
def test_layers_that_there_are_not_are_told_and_the_others_kept() -> None:
    app = opened("Layers", **DEEP, layers="2,99")
    assert not app.exception
    assert _drawn(app, RIDGES) == [2]
    assert "The link asks for layers 99; there are 10." in [text.value for text in app.text]
    broken = opened("Layers", **DEEP, layers="2,<b>")
    assert not broken.exception
    assert _drawn(broken, RIDGES) == [1, 6, 10]
    assert "layers must be a whole number from 1 to 10000" in broken.warning[0].value


@pytest.mark.usefixtures("store")
def test_few_layers_are_all_drawn_without_a_menu() -> None:
    app = opened("Layers", gallery="dying-relu")
    assert _drawn(app, RIDGES) == [1, 2, 3]
    assert not [group for group in app.get("button_group") if group.key == "layers_shown"]
