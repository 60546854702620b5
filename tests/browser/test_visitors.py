"""A reload, or another tab, makes no new visitor; another browser is one."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from core.store import Store

from .conftest import running


def _train(page: Page, url: str, seed: int) -> None:
    page.goto(f"{url}/Compare?dataset=moons&activation=relu&epochs=1&seed={seed}")
    page.locator(".st-key-train button").click()
    expect(page).to_have_url(re.compile(r"job=\w+"))


def test_a_visitor_stays_the_same_over_reloads_and_tabs_of_one_browser(
    tmp_path: Path, browser: Browser
) -> None:
    with running(tmp_path) as server, Store.open(f"sqlite:///{tmp_path}/store.sqlite") as store:
        one, other = browser.new_context(), browser.new_context()
        page = one.new_page()
        _train(page, server.url, 1)
        page.reload()
        _train(page, server.url, 2)
        _train(one.new_page(), server.url, 3)
        _train(other.new_page(), server.url, 4)
        newest, *before = [job.visitor for job in store.jobs()]
        one.close()
        other.close()
    assert len(before) == 3
    assert len(set(before)) == 1
    assert newest not in before
