"""A page that was opened while the store was away is well again without a reload."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .conftest import running, settled, tab


def test_compare_is_drawn_anew_once_the_store_is_back(tmp_path: Path, browser: Browser) -> None:
    in_the_way = tmp_path / "store.sqlite"
    in_the_way.mkdir()
    with running(tmp_path) as server, tab(browser) as page:
        page.goto(f"{server.url}/Compare?dataset=moons&activation=gelu")
        away = page.get_by_text("cannot be opened")
        expect(away.first).to_be_visible()
        expect(page.locator(".st-key-train button")).to_have_count(0)
        in_the_way.rmdir()
        expect(away).to_have_count(0)
        expect(page.locator(".st-key-train button")).to_be_visible()
        # What was chosen meanwhile is still chosen.
        expect(page).to_have_url(f"{server.url}/Compare?dataset=moons&activation=gelu")
        settled(page)


@pytest.mark.parametrize("path", ["Compare", "Runs", "Layers?dataset=moons&activation=gelu"])
def test_a_page_is_well_again_when_a_store_that_was_open_is_back(
    tmp_path: Path, browser: Browser, path: str
) -> None:
    file, away = tmp_path / "store.sqlite", tmp_path / "away"
    with running(tmp_path) as server, tab(browser) as page:
        page.goto(f"{server.url}/Compare")
        expect(page.locator(".st-key-train button")).to_be_visible()
        file.rename(away)
        page.goto(f"{server.url}/{path}")
        told = page.get_by_text("cannot be opened")
        expect(told).to_have_count(1)
        away.rename(file)
        expect(told).to_have_count(0)
        settled(page)
