"""A formula of the visitor's own, from the form to curves, layers, answers and another visitor."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server

CHART = '[data-testid="stVegaLiteChart"] canvas, [data-testid="stVegaLiteChart"] svg'
EXCEPTION = '[data-testid="stException"]'


def test_a_formula_is_trained_and_seen_on_every_page_and_by_whoever_gets_the_link(
    server: Server, page: Page, browser: Browser
) -> None:
    page.goto(f"{server.url}/Compare?dataset=moons&activation=relu&seed=0,1&epochs=3")
    field = page.get_by_label("… or a formula of your own")
    field.fill("x * sin(x) +")
    field.press("Enter")
    expect(page.get_by_text("The formula cannot be read")).to_be_visible()
    field.fill("x * sin(x)")
    field.press("Enter")
    expect(page.locator(".st-key-start")).to_contain_text("Runs: 4")
    page.locator(".st-key-train button").click()
    expect(page).to_have_url(re.compile(r"job=\w+"))
    table = page.locator(".k-board")
    expect(table).to_contain_text("x·sin(x)", timeout=90_000)
    link = page.url
    for name in ("Layers", "Predictions"):
        page.get_by_role("link", name=name, exact=True).first.click()
        expect(page).to_have_url(re.compile(name))
        expect(page.locator(CHART).first).to_be_visible()
        expect(page.locator(EXCEPTION)).to_have_count(0)
    # Without the job, as on another server that holds the runs, the fields find them.
    context = browser.new_context(locale="ja-JP")
    other = context.new_page()
    other.goto(re.sub(r"&job=\w+", "", link))
    expect(other.locator(".k-board")).to_contain_text("x·sin(x)")
    expect(other.locator(EXCEPTION)).to_have_count(0)
    context.close()


def test_menus_follow_the_language_that_is_switched_to(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/Convergence?gallery=mnist-activations")
    menu = page.get_by_test_id("stSelectbox").first.locator("input")
    expect(menu).to_have_value("test accuracy")
    page.get_by_role("button", name="日本語").click()
    expect(menu).to_have_value("テスト正解率")
