"""An app with its trainer and worker as real processes, to be stopped, killed and started again.

The app is a stand-in for the web process: it keeps a trainer, as a page does, and nothing else.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
APP = """
import sys, time
from core.jobs import TrainerProcess
trainer = TrainerProcess(sys.argv[1])
trainer.ensure()
while True:
    time.sleep(1)
"""


class Family:
    """The app of a store, and the processes that it started."""

    def __init__(self, store_url: str) -> None:
        self._url = store_url
        self._app: subprocess.Popen | None = None
        self.start()

    def start(self) -> None:
        """Start the app if none runs, as a service manager does."""
        if self._app is None or self._app.poll() is not None:
            environment = os.environ | {"PYTHONPATH": str(ROOT)}
            self._app = subprocess.Popen([sys.executable, "-c", APP, self._url], env=environment)

    def find(self, who: str) -> psutil.Process | None:
        """The app, its trainer or that one's worker, if it lives."""
        try:
            app = psutil.Process(self._app.pid)
            if who == "app":
                return app
            trainers = [p for p in app.children() if p.cmdline()[-2:-1] == ["trainer"]]
            if who == "trainer":
                return trainers[0]
            workers = [p for p in trainers[0].children() if "spawn_main" in " ".join(p.cmdline())]
            return workers[0]
        except (psutil.Error, IndexError):
            return None

    def signal(self, who: str, sign: int) -> bool:
        """Send a signal to one of them; whether it was there."""
        process = self.find(who)
        if process is None:
            return False
        try:
            process.send_signal(sign)
        except psutil.NoSuchProcess:
            return False
        if who == "app" and sign == signal.SIGKILL:
            self._app.wait()
        return True

    def end(self) -> None:
        """Kill the app, and wait until nothing of it is left."""
        app = self.find("app")
        children = app.children(recursive=True) if app else []
        self.signal("app", signal.SIGKILL)
        psutil.wait_procs(children, timeout=20)
        for process in children:
            if process.is_running():
                process.kill()


def until(condition, seconds: float, pause: float = 0.1) -> float:
    """Wait until ``condition``; the seconds it took. Raises AssertionError after ``seconds``."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            raise AssertionError(f"not so within {seconds:.0f} s")
        time.sleep(pause)
    return time.monotonic() - start
