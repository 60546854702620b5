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
from core.experiment import Experiment
from core.sharing import picture
from core.store import Store
from pages.shared import caches, pictures

from .conftest import drawn_up, opened
from .conftest import page as here

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


@pytest.fixture
def troubles(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Why pictures could not be drawn: their files hold a sentence then, and no chart."""
    found: list[str] = []
    draw = picture.render

    def render(specification: Any, notes: Any) -> bytes:
        try:
            return draw(specification, notes)
        except PictureFailed as error:
            found.append(str(error))
            raise

    monkeypatch.setattr(picture, "render", render)
    return found


MOONS, FITTED, DIGITS = (
    Experiment(dataset=name, activation=["relu", "tanh"], seed=[0, 1], epochs=2)
    for name in ("moons", "sine", "digits")
)


@pytest.mark.parametrize(
    ("page", "link", "keys"),
    [
        ("", {}, {"landing"}),
        ("Compare", {"gallery": "learning-rates"}, set()),
        ("Compare", {"gallery": "outliers"}, set()),
        ("Convergence", {"gallery": "mnist-activations"}, {"speed_shares", "speed_ratios"}),
        (
            "Convergence",
            {"gallery": "learning-rates"},
            {"speed_shares", "speed_ratios", "rates_map"},
        ),
        ("Layers", {"gallery": "zero-centred"}, {"layers_across", "layers_strips"}),
        ("Functions", {}, {"function_value", "function_slope"}),
        ("Functions", {"part": "depth"}, set()),
        ("Functions", {"part": "losses"}, set()),
        ("Functions", {"part": "softmax"}, {"softmax"}),
        ("Predictions", MOONS, {"surfaces"}),
        ("Predictions", FITTED, {"residuals"}),
        ("Predictions", DIGITS, {"confusions"}),
        ("Runs", MOONS, {"runs_parallel"}),
    ],
)
def test_every_picture_of_a_page_is_drawn(
    page: str,
    link: dict[str, str] | Experiment,
    keys: set[str],
    store: Store,
    saves: Saves,
    troubles: list[str],
) -> None:
    if isinstance(link, Experiment):
        link = {"runs": drawn_up(store, link)}
    app = here(page, lang="ja", **link)
    # Where charts are drawn when somebody asks for them.
    app.session_state["runs_lines"] = app.session_state["predictions_inside"] = True
    app.run()
    assert not app.exception
    assert {f"{key}_save" for key in keys} <= set(saves)
    assert saves
    for draw in [draw for key, draw in saves.items() if "save" in key]:
        with Image.open(io.BytesIO(draw())) as drawn:
            assert drawn.width > 700
    assert not troubles


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
