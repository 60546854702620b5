"""Convergence and Layers in a real browser, straight from their links, at both widths."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server

CHART = '[data-testid="stVegaLiteChart"] canvas, [data-testid="stVegaLiteChart"] svg'
EXCEPTION = '[data-testid="stException"]'


def test_a_target_that_is_typed_stands_in_the_link_and_back_undoes_it(
    server: Server, page: Page
) -> None:
    page.goto(f"{server.url}/Convergence?target=0.97")
    expect(page.get_by_text("40 of 40 runs have reached 97 %.")).to_be_visible()
    field = page.locator(".st-key-goal_target input")
    field.fill("99")
    field.press("Enter")
    expect(page.get_by_text("runs have reached 99 %.")).to_be_visible()
    expect(page).to_have_url(f"{server.url}/Convergence?target=0.99")
    page.go_back()
    expect(page.get_by_text("40 of 40 runs have reached 97 %.")).to_be_visible()
    expect(page.locator(EXCEPTION)).to_have_count(0)


@pytest.mark.parametrize("name", ["Convergence", "Layers"])
def test_the_phone_shows_charts_and_nothing_wider_than_itself(
    server: Server, browser: Browser, name: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="ja-JP")
    page = context.new_page()
    page.goto(f"{server.url}/{name}")
    expect(page.locator(CHART).nth(1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator(EXCEPTION)).to_have_count(0)
    context.close()
