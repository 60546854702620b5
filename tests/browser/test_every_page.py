"""Every page, opened by its own address: in its frame, accessible in both themes, by keyboard."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from pages.shared.frame import HOME, PAGES
from tests.browser.conftest import Server, keep, settled

ADDRESSES = {HOME: ""} | {page: page.removeprefix("pages/")[:-3] for page in PAGES}
EXCEPTION = '[data-testid="stException"]'


def _serious(page: Page) -> list[str]:
    """The serious and critical violations, each with its first element."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{one['id']} ({one['impact']}, {len(one['nodes'])}): {one['nodes'][0]['html'][:300]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=lambda text: text or "landing")
def test_axe_finds_nothing_serious_in_either_theme(
    server: Server, browser: Browser, address: str
) -> None:
    context = browser.new_context(viewport={"width": 1360, "height": 900}, locale="en-US")
    page = context.new_page()
    page.goto(f"{server.url}/{address}")
    settled(page)
    assert _serious(page) == [], "light theme"
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".stApp")).to_have_css("background-color", "rgb(16, 20, 27)")
    assert _serious(page) == [], "dark theme"
    expect(page.locator(EXCEPTION)).to_have_count(0)
    context.close()


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=lambda text: text or "landing")
def test_no_page_is_wider_than_its_window_and_pictures_of_all_are_kept(
    server: Server, browser: Browser, address: str
) -> None:
    """In tests/artifacts, for people to look at: both languages, themes and widths."""
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    page = context.new_page()
    for language, theme in (("en", "light"), ("ja", "dark")):
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.goto(f"{server.url}/{address}?lang={language}")
        settled(page)
        for width in (1360, 390):
            keep(page, f"{address or 'landing'}-{language}-{theme}", width)
    expect(page.locator(EXCEPTION)).to_have_count(0)
    context.close()


def test_a_link_straight_to_a_page_shows_its_frame_whichever_page_is_first(
    start: Callable[[], Server], page: Page
) -> None:
    # The first request of one server is for a page, and each later one too.
    server = start()
    for address in reversed(ADDRESSES.values()):
        page.goto(f"{server.url}/{address}?lang=ja")
        expect(page.get_by_role("link", name="Kassei")).to_be_visible()
        expect(page.get_by_role("link", name="比較", exact=True)).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator(EXCEPTION)).to_have_count(0)


def test_the_keyboard_alone_reaches_every_page_and_the_language(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/Compare")
    settled(page)
    reached: list[str] = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText").strip())
    for label in ("Kassei", *PAGES.values(), "日本語"):
        assert any(label in text for text in reached), f"{label} is not among {reached}"
    page.get_by_role("link", name="Kassei").focus()
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("Compare"))
