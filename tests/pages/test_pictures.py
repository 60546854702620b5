"""Every page's charts can be saved, and a picture that fails says so in the file."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from PIL import Image

from core.charts import vega
from core.charts.poster import About
from core.errors import BundleUnavailable, PictureFailed
from core.sharing import picture
from pages.shared import caches, pictures

from .conftest import opened

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
    app = opened(page, **link)
    assert not app.exception
    assert {f"{key}_save" for key in keys} <= set(saves)
    content = saves[f"{min(keys)}_save"]()
    with Image.open(io.BytesIO(content)) as drawn:
        assert drawn.width > 700


def test_a_picture_that_cannot_be_drawn_holds_our_sentence(
    saves: Saves, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = vega.Chart(pd.DataFrame({"x": [1, 2]})).mark_point().encode(x="x:Q")
    drawn: list[Any] = []

    def render(specification: Any, notes: Any) -> bytes:
        drawn.append(specification)
        if len(drawn) == 1:
            raise PictureFailed("The picture could not be drawn: {reason}", reason="no room")
        return b""

    monkeypatch.setattr(picture, "render", render)
    told = pictures.Told("Why?", lambda: About("", ("Setting",), ("https://here/",)))
    pictures.draw_save(lambda: [[chart]], told, str, key="one")
    saves["one"]()
    assert "The picture could not be drawn: no room" in " ".join(drawn[1]["title"]["subtitle"])


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_landing_page_is_saved_whole_with_setting_interval_and_link(
    language: str, saves: Saves, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Any] = []

    def render(specification: Any, notes: Any) -> bytes:
        drawn.append((specification, notes))
        return b""

    monkeypatch.setattr(picture, "render", render)
    app = opened(lang=language)
    assert not app.exception
    saves["landing_save"]()
    specification, notes = drawn[0]
    # Curves beside the table, two rows of two strips, and the lines below.
    assert [len(row.get("hconcat", "-")) for row in specification["vconcat"]] == [2, 2, 2, 1]
    below = " ".join(row["text"] for row in specification["vconcat"][-1]["data"]["values"])
    assert "95 %" in below
    assert "?gallery=mnist-activations" in notes["Source"]
    written = json.dumps(specification, ensure_ascii=False)
    assert picture.undrawable(written).strip() == ""


def test_a_landing_picture_without_its_results_says_why(
    saves: Saves, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(picture, "render", lambda found, notes: drawn.append(found) or b"")
    opened()

    def gone(name: str) -> None:
        raise BundleUnavailable("No shipped results named {name}; there are {valid}.",
                                name=name, valid="none")  # fmt: skip

    monkeypatch.setattr(caches, "gallery", gone)
    saves["landing_save"]()
    assert "No shipped results" in " ".join(drawn[0]["title"]["subtitle"])
