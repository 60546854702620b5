"""Compare as a visitor: share a view, undo by "back", light up a line, save a picture."""

import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server

LINK = "Compare?gallery=mnist-activations&lang=en"
BOARD = "table.k-board"
_SLOW = 180_000  # milliseconds: a machine that trains besides


def _open(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/{LINK}")
    expect(page.locator(f"{BOARD} tbody tr")).to_have_count(8, timeout=_SLOW)
    # Charts and buttons come in parts of the program that are loaded after the page's texts.
    expect(page.get_by_role("button", name="Save the whole comparison")).to_be_visible(
        timeout=_SLOW
    )


def test_the_view_is_in_the_address_back_undoes_it_and_a_copy_shows_the_same(
    server: Server, browser: Browser, page: Page
) -> None:
    _open(page, server)
    page.get_by_text("training loss").click()
    expect(page).to_have_url(re.compile("curve=train_loss"))
    copied = page.url
    other = browser.new_context(locale="en-US").new_page()
    other.goto(copied)
    chosen = other.get_by_role("radio", name="training loss")
    expect(chosen).to_have_attribute("aria-checked", "true", timeout=_SLOW)
    other.context.close()
    page.go_back()
    expect(page).not_to_have_url(re.compile("curve="))
    first = page.get_by_role("radio", name="test accuracy")
    expect(first).to_have_attribute("aria-checked", "true")


def test_a_configuration_that_is_pointed_at_lights_up_in_table_curves_and_layers(
    server: Server, page: Page
) -> None:
    _open(page, server)
    line = '.role-mark path[aria-label="{}"]'
    expect(page.locator(line.format("relu")).first).to_be_attached(timeout=_SLOW)
    page.locator(f"{BOARD} tbody tr", has_text="sigmoid").hover()
    expect(page.locator(line.format("relu")).first).to_have_css("opacity", "0.2")
    expect(page.locator(line.format("sigmoid")).first).not_to_have_css("opacity", "0.2")
    strip = page.locator("table.k-strip").first.locator("tbody tr")
    expect(strip.filter(has_text="tanh")).to_have_css("opacity", "0.2")
    # And from the chart to the tables.
    points = page.locator('.mark-symbol path[aria-label="sigmoid"]')
    points.nth(3).hover(force=True)
    expect(page.locator(f"{BOARD} tbody tr", has_text="gelu")).to_have_css("opacity", "0.2")
    expect(page.locator(f"{BOARD} tbody tr", has_text="sigmoid")).to_have_css("opacity", "1")


def test_the_whole_comparison_is_saved_as_one_picture_with_its_link(
    server: Server, page: Page, tmp_path: Path
) -> None:
    _open(page, server)
    button = page.get_by_role("button", name="Save the whole comparison as one picture")
    with page.expect_download(timeout=_SLOW) as download:
        button.click()
    path = tmp_path / "picture.png"
    download.value.save_as(path)
    assert download.value.suggested_filename.startswith("kassei-which-activation")
    with Image.open(path) as drawn:
        drawn.load()
        assert drawn.width > 2000
        assert "gallery=mnist-activations" in drawn.text["Source"]  # type: ignore[attr-defined]
