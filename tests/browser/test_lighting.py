"""A configuration that is pointed at, in a table or in a chart, lights up in every chart."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server

CHARTS = '[data-testid="stVegaLiteChart"]'
OWN, OTHER = "relu · lr 0.01", "leaky_relu · lr 0.001"
LINES = f'{CHARTS}:has(.mark-symbol) .mark-line [aria-label="{{}}"]'
MET = f'.mark-symbol [aria-label="{OWN}"][opacity="0.999"]'
# How many of the lines so called, in all charts, are set back; and how many there are.
DIMMED = """lines => [lines.filter(one => getComputedStyle(one).opacity < 0.3).length, lines.length]
"""


def _dimmed(page: Page, label: str) -> tuple[int, int]:
    found = page.locator(LINES.format(label)).evaluate_all(DIMMED)
    return (found[0], found[1])


@pytest.mark.parametrize("name", ["Layers", "Convergence"])
def test_pointing_at_a_line_sets_the_others_back_in_every_chart(
    server: Server, page: Page, name: str
) -> None:
    page.set_viewport_size({"width": 1360, "height": 3200})
    page.goto(f"{server.url}/{name}?gallery=dying-relu")
    lines = page.locator(LINES.format(OWN))
    # Of Layers three across the layers and three over the epochs.
    expect(lines).to_have_count(6 if name == "Layers" else 1)
    marks = page.locator(f'{CHARTS} .mark-text [aria-label="{OWN}"]')
    expect(marks.first).to_be_visible()
    seen = f'{CHARTS} .mark-symbol [aria-label="{OWN}"]'
    page.locator(seen).nth(1).hover(force=True)
    page.wait_for_function(f"() => !!document.querySelector('{MET}')")
    assert _dimmed(page, OWN)[0] == 0
    dimmed, every = _dimmed(page, OTHER)
    assert dimmed == every > 0
    if name == "Layers":
        ridges = page.locator(f'{CHARTS} .mark-area [aria-label="{OWN}"]')
        assert ridges.last.evaluate("one => getComputedStyle(one).opacity") != "0.2"


def test_pointing_at_a_row_shows_no_mark_that_is_there_for_pointers_alone(
    server: Server, page: Page
) -> None:
    page.goto(f"{server.url}/?gallery=dying-relu")
    points = page.locator(f'{CHARTS} .mark-symbol [aria-label="{OTHER}"]')
    expect(points.first).to_be_attached()
    page.locator(".k-board tbody tr", has_text=OWN).first.hover()
    page.wait_for_function(
        "mark => getComputedStyle(document.querySelector(mark)).opacity < 0.3",
        arg=f'{CHARTS} .mark-line [aria-label="{OTHER}"]',
    )
    assert set(points.evaluate_all("all => all.map(one => getComputedStyle(one).opacity)")) == {"0"}
