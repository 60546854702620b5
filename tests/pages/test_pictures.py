"""Every page's charts can be saved, and a picture that fails says so in the file."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.charts.poster import About
from core.sharing import picture
from pages.shared import pictures

ROOT = Path(__file__).resolve().parents[2]
Saves = dict[str, Callable[[], bytes]]


@pytest.fixture
def saves(monkeypatch: pytest.MonkeyPatch) -> Iterator[Saves]:
    """What each button that saves would make, by its key."""
    found: Saves = {}

    def button(label: str, data: Any, **settings: Any) -> bool:
        found[settings["key"]] = data
        return False

    monkeypatch.setattr(st, "download_button", button)
    return found


@pytest.mark.parametrize(
    ("page", "link", "keys"),
    [
        ("Functions", {}, {"function_value", "function_slope"}),
        ("Functions", {"part": "softmax"}, {"softmax"}),
        ("Layers", {"gallery": "zero-centred"}, {"layers_across", "layers_strips"}),
        (
            "Convergence",
            {"gallery": "learning-rates"},
            {"speed_shares", "speed_ratios", "rates_map"},
        ),
    ],
)
def test_the_charts_of_a_page_have_a_button_and_the_first_draws_a_picture(
    page: str, link: dict[str, str], keys: set[str], saves: Saves
) -> None:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)
    app.switch_page(f"pages/{page}.py")
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert {f"{key}_save" for key in keys} <= set(saves)
    content = saves[f"{min(keys)}_save"]()
    with Image.open(io.BytesIO(content)) as drawn:
        assert drawn.width > 700


def test_a_picture_of_too_many_rows_holds_our_sentence(
    saves: Saves, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = alt.Chart(pd.DataFrame({"x": range(6000)})).mark_point().encode(x="x:Q")
    drawn: list[Any] = []

    def render(specification: Any, notes: Any) -> bytes:
        drawn.append(specification)
        return b""

    monkeypatch.setattr(picture, "render", render)
    told = About("Why?", ("Setting",), ("https://here/",))
    pictures.draw_save(lambda: [[chart]], told, str, key="many")
    saves["many"]()
    assert "The picture could not be drawn" in " ".join(drawn[0]["title"]["subtitle"])
