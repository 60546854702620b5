"""The app in a real browser, from a cold start to trained runs."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server

QUESTION = "Which activation learns MNIST fastest?"
CHART = '[data-testid="stVegaLiteChart"] canvas, [data-testid="stVegaLiteChart"] svg'
STILL = ".k-plot img"
EXCEPTION = '[data-testid="stException"]'


def _train(page: Page, server: Server, *, epochs: int) -> None:
    """Open Compare, choose moons and train 3 activations by 3 seeds."""
    page.goto(f"{server.url}/Compare")
    page.locator(".st-key-data_moons button").first.click()
    field = page.locator(".st-key-moons_epochs input")
    field.fill(str(epochs))
    field.press("Enter")
    expect(page.locator(".st-key-start")).to_contain_text("Runs: 9")
    # Enter has been answered once the address says it.
    expect(page).to_have_url(re.compile(rf"epochs={epochs}\b"))
    page.locator(".st-key-train button").click()
    expect(page).to_have_url(re.compile(r"job=\w+"))


def test_a_cold_start_shows_the_comparison_before_any_heavy_library_is_loaded(
    start: Callable[[], Server], page: Page
) -> None:
    # How long it takes is measured by python -m benchmarks.cold_start.
    server = start()
    page.goto(server.url)
    expect(page.get_by_role("heading", name=QUESTION, level=1)).to_be_visible()
    expect(page.locator(".k-board td").first).to_be_visible()
    pictures = page.locator(".k-plot img")
    expect(pictures.first).to_be_visible()
    # The pictures were decoded, and as many as there are rows in the table.
    assert pictures.evaluate_all("all => all.every(one => one.naturalWidth > 0)")
    assert pictures.count() == page.locator(".k-board tbody tr").count() == 8
    for library in ("tensorflow", "keras", "pandas", "pyarrow"):
        assert library not in server.mapped.lower()


def test_the_web_process_is_small_and_holds_no_tensorflow(server: Server, page: Page) -> None:
    page.goto(server.url)
    expect(page.locator(STILL).first).to_be_visible()
    page.goto(f"{server.url}/Compare")
    expect(page.locator(".st-key-start")).to_contain_text("Runs: ")
    assert "tensorflow" not in server.mapped.lower()
    assert "keras" not in server.mapped.lower()
    assert server.resident < 300


def test_a_link_straight_to_a_page_shows_the_frame_on_a_server_that_just_started(
    start: Callable[[], Server], page: Page
) -> None:
    server = start()
    page.goto(f"{server.url}/Compare?lang=ja")
    expect(page.get_by_role("heading", name="何を比べますか？")).to_be_visible()
    expect(page.get_by_role("link", name="Kassei")).to_be_visible()
    expect(page.get_by_role("link", name="比較")).to_be_visible()
    expect(page.get_by_text("English")).to_be_visible()


def test_the_language_is_in_the_link_and_goes_with_the_reader(server: Server, page: Page) -> None:
    page.goto(server.url)
    expect(page.get_by_role("heading", name=QUESTION, level=1)).to_be_visible()
    page.get_by_text("日本語").click()
    expect(
        page.get_by_role("heading", name="MNIST を最も速く学ぶ活性化関数は？", level=1)
    ).to_be_visible()
    expect(page).to_have_url(re.compile("lang=ja"))
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    page.get_by_role("link", name="比較", exact=True).click()
    expect(page.get_by_role("heading", name="何を比べますか？")).to_be_visible()
    expect(page).to_have_url(re.compile("Compare.*lang=ja"))
    page.go_back()
    expect(
        page.get_by_role("heading", name="MNIST を最も速く学ぶ活性化関数は？", level=1)
    ).to_be_visible()


def test_a_japanese_browser_is_answered_in_japanese(server: Server, browser: Browser) -> None:
    context = browser.new_context(locale="ja-JP")
    page = context.new_page()
    page.goto(server.url)
    expect(
        page.get_by_role("heading", name="MNIST を最も速く学ぶ活性化関数は？", level=1)
    ).to_be_visible()
    context.close()


def test_the_phone_shows_navigation_in_one_line_and_nothing_wider_than_itself(
    server: Server, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-US")
    page = context.new_page()
    page.goto(server.url)
    expect(page.locator(STILL).first).to_be_visible()
    # Letters and icons take their room when their fonts have come.
    for key, most in (("pages", 40), ("frame", 90)):
        height = f"document.querySelector('.st-key-{key}').getBoundingClientRect().height"
        page.wait_for_function(f"0 < {height} && {height} < {most}")
    plot = page.locator(STILL).first.bounding_box()
    assert plot is not None
    assert plot["width"] > 220
    table = page.locator("table").first.bounding_box()
    assert table is not None
    assert table["x"] + table["width"] <= 391
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_a_comparison_trains_end_to_end(server: Server, page: Page) -> None:
    _train(page, server, epochs=4)
    expect(page.locator(CHART).first).to_be_visible(timeout=90_000)
    expect(page.locator("table").first).to_contain_text("relu", timeout=90_000)
    expect(page.locator("table").first).to_contain_text(re.compile(r"\d\d\.\d\d % ±"))
    expect(page.get_by_text("What happens inside: the layers")).to_be_visible()
    expect(page.locator(EXCEPTION)).to_have_count(0)
    assert "tensorflow" not in server.mapped.lower()
    # The link holds the job: a reload shows the same.
    page.reload()
    expect(page.locator("table").first).to_contain_text("relu")


def test_what_is_typed_as_the_button_is_pressed_is_trained(server: Server, page: Page) -> None:
    """The click that leaves a field arrives with what was typed into it."""
    page.goto(f"{server.url}/Compare?dataset=moons&activation=tanh&seed=0&epochs=3")
    expect(page.locator(".st-key-start")).to_contain_text("Runs: 1")
    page.locator(".st-key-moons_epochs input").fill("5")
    page.locator(".st-key-train button").click()
    expect(page).to_have_url(re.compile(r"epochs=5\b.*job=\w+"))
    expect(page.locator(".st-key-moons_epochs input")).to_have_value("5")


def test_stop_ends_a_long_training_which_resume_goes_on_with(server: Server, page: Page) -> None:
    _train(page, server, epochs=50_000)
    expect(page.get_by_text(re.compile(r"% · epochs: [1-9]"))).to_be_visible(timeout=90_000)
    page.locator(".st-key-stop button").click()
    expect(page.get_by_text("What was trained until then is shown.")).to_be_visible(timeout=60_000)
    expect(page.locator(CHART).first).to_be_visible()
    expect(page.locator(EXCEPTION)).to_have_count(0)
    # What it trains then begins where the curves end, which a slow worker says a little later.
    expect(page.get_by_text(re.compile("Goes on from epoch [1-9]"))).to_be_visible(timeout=60_000)
    page.locator(".st-key-resume button").click()
    expect(page.locator(CHART).first).to_be_visible()
    page.locator(".st-key-stop button").click()
    expect(page.locator(".st-key-resume button")).to_be_visible(timeout=60_000)
    expect(page.locator(EXCEPTION)).to_have_count(0)


def test_what_a_link_has_wrong_is_shown_mark_by_mark(server: Server, page: Page) -> None:
    """What Streamlit makes of marks after Markdown's backslashes are gone, too."""
    wrong = "&copy; a--b -> <- >= ~= :material/home: :smile: *x* `y` $z$ ~~u~~ <i>v</i>"
    page.goto(f"{server.url}/Compare?{urlencode({'activation': wrong})}")
    told = page.get_by_test_id("stAlert").filter(has_text="smile").first
    expect(told).to_be_visible()
    assert wrong in told.inner_text().replace("\N{WORD JOINER}", "")
