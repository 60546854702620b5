"""A gate for the readers of one process, so that they let writers of an SQLite store through.

A writer may change the file only at a moment when nobody reads it. SQLite keeps new readers
out while one waits for that, but on POSIX it asks so for the first reader of a process alone:
the others share that one's lock, and threads whose reads overlap would hold it for ever.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The journal lies beside the file from a writer's first change until its changes are in place.
_JOURNAL = "-journal"
_LOOK_SECONDS = 0.005


class Gate:
    """Readers of the file at ``path``; None (a server, or in memory) never waits.

    While a writer is at work, no reader joins others that read already. After ``patience``
    seconds one does, for then it is SQLite's to say what is wrong.
    """

    def __init__(self, path: Path | None, patience: float) -> None:
        # SQLite follows links before it names the journal.
        self._journal = path and Path(f"{path.resolve()}{_JOURNAL}")
        self._patience = patience
        self._left = threading.Condition()
        self._reading = 0

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Read inside, once: a reader that waited for itself would wait in vain."""
        with self._left:
            until = time.monotonic() + self._patience
            while self._reading and self._writing() and time.monotonic() < until:
                self._left.wait(_LOOK_SECONDS)
            self._reading += 1
        try:
            yield
        finally:
            with self._left:
                self._reading -= 1
                self._left.notify_all()

    def _writing(self) -> bool:
        return self._journal is not None and self._journal.exists()
