"""Starting the local trainer: a process of its own, which ends with the one that started it.

The child's standard input is a pipe that nobody writes to: however the parent ends, the
pipe's end tells the child.
"""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from core.errors import StoreUnavailable
from core.jobs.environment import SCHEDULER, STORE
from core.language import N_
from core.store import in_memory

_ROOT = Path(__file__).resolve().parents[2]
# A trainer that cannot live is started again, but not in a storm.
_RESTART_SECONDS = 10.0


class TrainerProcess:
    """The trainer of one store, kept alive by ``ensure``. Safe to share among threads.

    Raises:
        StoreUnavailable: the store is in the memory of this process alone.
    """

    def __init__(self, store_url: str, scheduler: str | None = None) -> None:
        if in_memory(store_url):
            raise StoreUnavailable(
                N_(
                    "{store} is in the memory of one process, which the trainer cannot share; name"
                    " a store in KASSEI_STORE that is a file or a server, or unset it."
                ),
                store=store_url,
            )
        # The child finds this package, and in this process's folder what names relative to it.
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        self._environment = {**os.environ, STORE: store_url, "PYTHONPATH": path}
        if scheduler:
            self._environment[SCHEDULER] = scheduler
        self._process: subprocess.Popen[bytes] | None = None
        self._started = -_RESTART_SECONDS
        self._lock = threading.Lock()

    def ensure(self) -> bool:
        """Start the trainer if none runs; whether one runs now (it may still be warming up)."""
        with self._lock:
            if self._process and self._process.poll() is None:
                return True
            if time.monotonic() - self._started < _RESTART_SECONDS:
                return False
            self._started = time.monotonic()
            self._process = subprocess.Popen(
                # -P: what lies in the folder is not imported.
                [sys.executable, "-P", "-m", "core", "trainer", "--attached"],
                env=self._environment,
                stdin=subprocess.PIPE,
                # Ctrl-C in the app's terminal is for the app, whose end ends the trainer.
                start_new_session=True,
            )
            return True

    def close(self) -> None:
        """End the trainer and wait for its end."""
        with self._lock:
            process, self._process = self._process, None
        if process and process.stdin:
            process.stdin.close()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
