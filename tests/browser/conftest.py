"""A real server on a free loopback port, and a real Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
# Pictures of pages, to be looked at after the tests.
ARTIFACTS = ROOT / "tests" / "artifacts"
_TALLEST = 12_000  # pixels
_QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking",
          "--disable-component-update", "--disable-sync")  # fmt: skip

expect.set_options(timeout=30_000)


@dataclass(frozen=True, slots=True)
class Server:
    """A running app: its address and its process."""

    url: str
    process: subprocess.Popen[bytes]

    @property
    def resident(self) -> float:
        """Megabytes of memory that the web process holds now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    @property
    def mapped(self) -> str:
        """The files that the web process has mapped."""
        return Path(f"/proc/{self.process.pid}/maps").read_text()


def settled(page: Page) -> None:
    """Wait until the page has been drawn whole."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(
        page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')
    ).to_have_count(1)
    expect(page.locator('[data-testid="stSkeleton"]')).to_have_count(0)


def keep(page: Page, name: str, width: int) -> None:
    """Keep a picture of the whole page, ``width`` pixels wide, among the artifacts."""
    page.set_viewport_size({"width": width, "height": 900})
    main = page.locator('[data-testid="stMain"]')
    height = main.evaluate("main => main.scrollHeight")
    assert main.evaluate("main => main.scrollWidth") <= width
    page.set_viewport_size({"width": width, "height": min(height, _TALLEST)})
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}-{width}.png")


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """The app on a free port, with a store of its own in ``folder``.

    Close its tabs before: uvicorn, when told to end, may wait for one that is open for ever.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"KASSEI_STORE": f"sqlite:///{folder / 'store.sqlite'}"}
    with (folder / "server.log").open("wb") as log:
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
        options = {"address": "127.0.0.1", "port": port, "headless": "true"}
        command += [f"--server.{name}={value}" for name, value in options.items()]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{url}/_stcore/health", process, folder / "server.log")
        yield Server(url, process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        finally:
            # One that does not end fails its own test, and no other.
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.02)
    pytest.fail(f"the server did not start: {log.read_text()}")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Server]]:
    """``start()``: a server that has just begun and answered nobody yet."""
    with ExitStack() as stack:

        def begin() -> Server:
            folder = tmp_path / str(time.monotonic_ns())
            folder.mkdir()
            return stack.enter_context(running(folder))

        yield begin


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that all tests share."""
    with running(tmp_path_factory.mktemp("app")) as shared:
        yield shared


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: the system's, else Playwright's own."""
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("chromium-browser")
        if not found and not Path(playwright.chromium.executable_path).exists():
            pytest.fail("The browser tests need Chromium: bash tests/system.sh installs it.")
        started = playwright.chromium.launch(executable_path=found, args=list(_QUIET))
        yield started
        started.close()


@contextmanager
def tab(browser: Browser, width: int = 1360) -> Iterator[Page]:
    """A page in English, as wide as a laptop's; what its scripts complain of fails the test."""
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="en-US")
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    try:
        yield opened
    finally:
        context.close()
    assert not errors


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of the test's own."""
    with tab(browser) as opened:
        yield opened
