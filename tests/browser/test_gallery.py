"""The gallery as a visitor meets it: press a picture, read, come back, change it and train."""

import re
from itertools import pairwise

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server

CHART = '[data-testid="stVegaLiteChart"] canvas, [data-testid="stVegaLiteChart"] svg'
SPIRALS = "Who untangles the two spirals?"


def test_a_picture_opens_its_comparison_and_back_returns(server: Server, page: Page) -> None:
    page.goto(server.url)
    cards = page.locator(".k-card a")
    expect(cards).to_have_count(9)
    # Every picture is there, and as wide as its card lets it be.
    pictures = page.locator(".k-card a img")
    expect(pictures).to_have_count(9)
    assert pictures.evaluate_all("all => Math.min(...all.map(one => one.clientWidth))") > 250
    page.get_by_role("link", name=SPIRALS).click()
    expect(page).to_have_url(re.compile("gallery=two-spirals"))
    expect(page.get_by_role("heading", name=SPIRALS, level=1)).to_be_visible()
    expect(page.locator(CHART).first).to_be_visible()
    expect(page.get_by_text("What to look for")).to_be_visible()
    expect(page.locator('[data-testid="stException"]')).to_have_count(0)
    page.go_back()
    expect(
        page.get_by_role("heading", name="Which activation learns MNIST", level=1)
    ).to_be_visible()


def test_change_it_and_train_opens_compare_filled_in(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/?gallery=two-spirals")
    page.get_by_role("link", name="Change it and train").click()
    expect(page).to_have_url(re.compile("Compare.*dataset=spiral"))
    # Its runs are shown until something is changed.
    epochs = page.locator(".st-key-spiral_epochs input")
    expect(epochs).to_have_value("60")
    expect(page.locator(".st-key-start")).to_have_count(0)
    epochs.fill("61")
    epochs.press("Enter")
    expect(page.locator(".st-key-start")).to_contain_text("Runs: 25")


def test_pointing_at_a_row_sets_every_other_line_back(server: Server, page: Page) -> None:
    page.goto(server.url)
    row = page.locator(".k-board tbody tr").first
    row.hover()
    number = row.get_attribute("data-c")
    own = page.locator(f'.k-plot img[data-c="{number}"]')
    other = page.locator(f'.k-plot img:not([data-c="{number}"])').first
    expect(own).to_have_css("opacity", "1")
    expect(other).not_to_have_css("opacity", "1")
    # By keyboard alike.
    page.locator("h1").first.hover()
    row.focus()
    expect(other).not_to_have_css("opacity", "1")


def test_on_a_phone_names_stand_beside_the_curves_and_cards_in_one_column(
    server: Server, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="ja-JP")
    page = context.new_page()
    page.goto(server.url)
    expect(page.locator(".k-card a").last).to_be_visible()
    tops = page.locator(".k-names span").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().top).sort((a, b) => a - b)"
    )
    assert all(b - a > 12 for a, b in pairwise(tops))
    lefts = page.locator(".k-card a").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().left)"
    )
    assert len(set(lefts)) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
