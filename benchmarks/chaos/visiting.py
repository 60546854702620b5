"""A visitor who looks at a comparison in training: the real app in a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.family import ROOT, until

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_STARTS_SECONDS = 120
_AWAY = "does not let Kassei in"


class Visitor:
    """What a visitor sees of a job."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def is_told(self, seconds: float) -> float:
        """The seconds until the page says that the store is away."""
        start = time.monotonic()
        expect(self._page.get_by_text(_AWAY).first).to_be_visible(timeout=1_000 * seconds)
        return time.monotonic() - start

    def is_well(self, seconds: float) -> float:
        """The seconds until the page says so no more, and shows the job."""
        start = time.monotonic()
        expect(self._page.get_by_text(_AWAY)).to_have_count(0, timeout=1_000 * seconds)
        expect(self._page.locator(".st-key-stop").first).to_be_visible(timeout=1_000 * seconds)
        return time.monotonic() - start


@contextmanager
def visitor(store_url: str, job_id: str) -> Iterator[Visitor]:
    """One who has the page of a job open, on an app of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    environment = os.environ | {"KASSEI_STORE": store_url}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    app = subprocess.Popen(command, cwd=ROOT, env=environment, **quiet)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _answers(f"{url}/_stcore/health"), _STARTS_SECONDS)
        with sync_playwright() as playwright:
            found = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
            page = browser.new_page(locale="en-US")
            page.goto(f"{url}/Compare?job={job_id}")
            seen = Visitor(page)
            seen.is_well(_STARTS_SECONDS)
            yield seen
            browser.close()
    finally:
        app.terminate()
        app.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):
            return True
    except (urllib.error.URLError, TimeoutError):
        return False
