"""Starting the local trainer: a process of its own, which ends with the one that started it.

The child's standard input is a pipe that nobody writes to: however the parent ends, the
pipe's end tells the child. On its standard output it says what keeps it from training.
"""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from core.errors import StoreUnavailable, TrainerUnavailable, as_message, reason
from core.jobs.environment import SCHEDULER, STORE
from core.jobs.identity import code_time
from core.language import N_
from core.store import in_memory

_ROOT = Path(__file__).resolve().parents[2]
_LOOK_SECONDS = 1.0
# A look at the time of every source file costs some milliseconds.
_CODE_SECONDS = 5.0
# A trainer that cannot live is started again, but not in a storm: after 1, 2, 4 … seconds.
_FIRST_SECONDS, _LAST_SECONDS = 1.0, 10.0
# One that lived so long is not one that cannot live.
_SOUND_SECONDS = 30.0
_CLOSE_SECONDS = 15.0
# Each thread of TensorFlow's would keep an arena of its own with what it freed (mallopt(3)).
_ARENAS = "MALLOC_ARENA_MAX"


class TrainerProcess:
    """The trainer of one store, kept alive from the first ``ensure`` to ``close``.

    A thread starts it again when it has ended, or when the code has changed. Safe to share
    among threads.

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
        self._environment = {_ARENAS: "2", **os.environ, STORE: store_url, "PYTHONPATH": path}
        if scheduler:
            self._environment[SCHEDULER] = scheduler
        self._process: subprocess.Popen[str] | None = None
        self._code, self._started, self._pause = 0, 0.0, _FIRST_SECONDS
        self._lock, self._closed = threading.Lock(), threading.Event()
        self._keeper: threading.Thread | None = None
        self._listener: threading.Thread | None = None
        # What keeps the trainer from training, as a message; empty where nothing does.
        self.trouble = ""

    def ensure(self) -> bool:
        """Start the trainer if none runs; whether one runs now (it may still be warming up)."""
        with self._lock:
            if self._keeper is None:
                self._closed.clear()
                self._start()
                self._keeper = threading.Thread(target=self._keep, name="trainer", daemon=True)
                self._keeper.start()
        process = self._process
        return process is not None and process.poll() is None

    def close(self) -> None:
        """End the trainer and wait for its end."""
        self._closed.set()
        if self._keeper:
            self._keeper.join()
        with self._lock:
            self._keeper = None
            self._end()

    def _keep(self) -> None:
        """Start the trainer again whenever it has ended, until ``close``.

        Without the lock, for an old trainer may take its time to end, and pages do not wait for
        that: while this thread lives no other starts or ends one.
        """
        looked = time.monotonic()
        while not self._closed.wait(_LOOK_SECONDS):
            process, now = self._process, time.monotonic()
            if process is not None and process.poll() is None:
                if now - looked >= _CODE_SECONDS:
                    looked = now
                    if self._is_outdated():
                        self._end()
                        self._start()
                continue
            self._end()
            if now - self._started > _SOUND_SECONDS:
                self._pause = _FIRST_SECONDS
            if now - self._started >= self._pause:
                self._pause = min(2 * self._pause, _LAST_SECONDS)
                self._start()

    def _is_outdated(self) -> bool:
        try:
            return self._code != code_time()
        except OSError:
            # A file is being replaced in this moment: the next look tells.
            return False

    def _start(self) -> None:
        """Start the trainer; what hinders that is told, and the next look tries again."""
        self._started = time.monotonic()
        try:
            self._code = code_time()
            self._process = subprocess.Popen(
                # -P: what lies in the folder is not imported.
                [sys.executable, "-P", "-m", "core", "trainer", "--attached"],
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                # Ctrl-C in the app's terminal is for the app, whose end ends the trainer.
                start_new_session=True,
            )
        except OSError as error:
            cannot = N_("The trainer cannot start ({reason}); it is tried again and again.")
            self.trouble = as_message(TrainerUnavailable(cannot, reason=reason(error)))
            return
        self.trouble = ""
        self._listener = threading.Thread(target=self._listen, args=(self._process,), daemon=True)
        self._listener.start()

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        if process.stdout:
            with process.stdout as lines:
                for line in lines:
                    self.trouble = line.strip()
        self.trouble = ""

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        try:
            process.wait(timeout=_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._listener:
            self._listener.join()
