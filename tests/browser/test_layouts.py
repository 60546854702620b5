"""How pages stand on a tablet and a phone: charts wide enough to read, pages short enough to."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server

CHART = '[data-testid="stVegaLiteChart"]'
Opened = Callable[..., Page]


@pytest.fixture
def opened(server: Server, browser: Browser) -> Iterator[Opened]:
    """``opened(address, width)``: a page on a screen of that many pixels across."""
    contexts = []

    def visit(address: str, width: int) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="en-US")
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{server.url}/{address}")
        return page

    yield visit
    for context in contexts:
        context.close()


def test_a_tablet_shows_two_charts_abreast_and_the_landing_table_below_its_chart(
    opened: Opened,
) -> None:
    page = opened("Layers?gallery=dying-relu", 820)
    charts = page.locator(CHART)
    # Across the layers, distributions, over the epochs: three of each.
    expect(charts).to_have_count(9)
    assert all(one.bounding_box()["width"] > 370 for one in charts.all())  # type: ignore[index]
    page = opened("", 820)
    chart, table = page.locator(".k-still"), page.locator(".k-board")
    expect(table).to_be_visible()
    above, below = chart.bounding_box(), table.bounding_box()
    assert above and below
    assert above["width"] > 700
    assert below["y"] > above["y"] + above["height"]


def test_ten_layers_are_read_on_a_phone_without_ten_charts_of_each_kind(opened: Opened) -> None:
    page = opened("Layers?gallery=vanishing-depth", 390)
    expect(page.locator(CHART)).to_have_count(9)
    height = page.locator('[data-testid="stMain"]').evaluate("main => main.scrollHeight")
    assert height < 9000
    # Wherever the strip of layers has been scrolled to, its rows keep their names.
    strips = page.locator(".k-strips")
    strips.evaluate("all => { all.scrollLeft = 300 }")
    name = strips.locator("tbody th").first
    place = name.bounding_box()
    assert place and place["x"] >= 0
    expect(name).to_have_text("32-32 · relu")
