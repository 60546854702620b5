"""``python -m benchmarks.cold_start``: seconds from a start of the server to the comparison.

Each start is a server process of its own and a visit by Chromium, which runs already, as a
visitor's browser does. Prints JSON: the median and every value of each step, in seconds since
the process was started, and the load of the machine, without which they say little.
"""

import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import click
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
_QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking",
          "--disable-component-update", "--disable-sync")  # fmt: skip
# What must be seen, in the order in which it comes.
STEPS = {"title": "h1", "curves": ".k-plot img", "leaderboard": ".k-board td"}


def start(browser: Browser, path: str, steps: dict[str, str]) -> dict[str, float]:
    """Seconds from one start of the server until each of ``steps`` (CSS selectors) is seen."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # A visitor's Python keeps its compiled modules.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    options = {"address": "127.0.0.1", "port": port, "headless": "true"}
    command += [f"--server.{name}={value}" for name, value in options.items()]
    context = browser.new_context(viewport={"width": 1360, "height": 900}, locale="en-US")
    page = context.new_page()
    with tempfile.TemporaryDirectory() as folder:
        environment["KASSEI_STORE"] = f"sqlite:///{folder}/store.sqlite"
        began = time.monotonic()
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health")
            seen = {"server": time.monotonic() - began}
            page.goto(f"http://127.0.0.1:{port}{path}", wait_until="commit")
            for name, selector in steps.items():
                page.locator(selector).first.wait_for()
                seen[name] = time.monotonic() - began
        finally:
            server.terminate()
            server.wait()
            context.close()
    return seen


def _wait(url: str) -> None:
    while True:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.01)


@click.command()
@click.option("--starts", default=7, help="how many are measured, after one that is not")
@click.option("--path", default="/", help="the page that is visited")
@click.option("--selector", multiple=True, help="CSS of what must be seen (repeat)")
def main(starts: int, path: str, selector: tuple[str, ...]) -> None:
    """Measure cold starts."""
    steps = dict(zip(selector, selector, strict=True)) or STEPS
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=found, args=list(_QUIET))
        # The first start compiles Python's modules and fills the file cache.
        rows = [start(browser, path, steps) for _ in range(starts + 1)][1:]
        browser.close()
    load = os.getloadavg()[0]
    machine = {"platform": platform.platform(), "cores": os.cpu_count(), "load": round(load, 2)}
    values = {name: [round(row[name], 2) for row in rows] for name in rows[0]}
    medians = {name: round(statistics.median(found), 2) for name, found in values.items()}
    print(json.dumps({"machine": machine, "median_seconds": medians, "seconds": values}, indent=1))


if __name__ == "__main__":
    main()
