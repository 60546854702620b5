"""Runs and Predictions in a real browser: mark a row, go on with it, draw a digit."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from core.engine.draws import initial_weights
from core.experiment import Experiment
from core.report import EpochReport, RunEnd, Snapshot, Status
from core.store import Store
from tests.browser.conftest import Server, running

CHART = '[data-testid="stVegaLiteChart"] canvas, [data-testid="stVegaLiteChart"] svg'
EXCEPTION = '[data-testid="stException"]'
# Of a table: the box at the head of its first row, in pixels from its corner.
FIRST_BOX = {"x": 17, "y": 52}


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, list[str]]]:
    """A server whose store holds two runs on digits with weights."""
    folder = tmp_path_factory.mktemp("runs")
    grid = Experiment(dataset="digits", activation=["relu", "tanh"], epochs=1).grid()
    with Store.open(f"sqlite:///{folder / 'store.sqlite'}") as store:
        store.add_runs(grid, "Digits", "stacked")
        for config in grid:
            draw = initial_weights(config.seed, config.sizes, "he_normal", "zeros")
            weights = tuple(part for pair in draw for part in pair)
            store.write(
                [
                    EpochReport(config.run_id, 1, 44, 0.5, 2.0, 2.0, 0.2, 0.2),
                    Snapshot(config.run_id, 1, weights),
                    RunEnd(config.run_id, Status.FINISHED),
                ]
            )
    with running(folder) as server:
        yield server, [config.run_id for config in grid]


def test_a_row_that_is_marked_is_in_the_link_and_goes_along_to_predictions(
    digits: tuple[Server, list[str]], page: Page
) -> None:
    server, ids = digits
    page.goto(f"{server.url}/Runs")
    table = page.locator('[data-testid="stDataFrame"]').first
    expect(table).to_be_visible(timeout=90_000)
    page.wait_for_function("document.querySelector('[data-testid=data-grid-canvas]').width > 300")
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + FIRST_BOX["x"], box["y"] + FIRST_BOX["y"])
    expect(page).to_have_url(re.compile(f"runs={ids[1]}"))
    expect(page.locator(".st-key-picked")).to_contain_text("Runs picked: 1")
    page.locator(".st-key-picked").get_by_role("link", name="Predictions").click()
    expect(page).to_have_url(re.compile(f"Predictions.*runs={ids[1]}"))
    expect(page.locator(CHART).first).to_be_visible(timeout=90_000)
    expect(page.locator(EXCEPTION)).to_have_count(0)


def test_a_digit_is_drawn_by_pointer_and_by_keyboard(
    digits: tuple[Server, list[str]], page: Page
) -> None:
    server, ids = digits
    page.goto(f"{server.url}/Predictions?runs={','.join(ids)}")
    sheet = page.get_by_role("application")
    expect(sheet).to_be_visible(timeout=90_000)
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 140, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 220, steps=5)
    page.mouse.up()
    answered = page.get_by_text(re.compile("of 2 configurations answer"))
    expect(answered).to_be_visible(timeout=90_000)
    page.get_by_role("button", name="Clear").click()
    expect(answered).to_be_hidden()
    sheet.focus()
    for _ in range(12):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(answered).to_be_visible(timeout=90_000)
    expect(page.locator(EXCEPTION)).to_have_count(0)


def test_on_a_phone_neither_page_is_wider_than_it(
    digits: tuple[Server, list[str]], browser: Browser
) -> None:
    server, ids = digits
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="ja-JP", color_scheme="dark"
    )
    page = context.new_page()
    for address in ("Runs", f"Predictions?runs={','.join(ids)}"):
        page.goto(f"{server.url}/{address}")
        expect(page.locator('[data-testid="stDataFrame"], canvas').first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
