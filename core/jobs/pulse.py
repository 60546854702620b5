"""The trainer's word of itself: every three seconds, in a thread of its own, under its lease.

It tells of the trainer even while that starts Dask or waits for a store that is away; what
trains, it does not know.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

from core.errors import KasseiError, LeaseLost, StoreUnavailable, as_message
from core.jobs.identity import is_gone
from core.report import EpochReport, Report
from core.store import Lease

_BEAT_SECONDS = 3.0
_SPEED_SECONDS = 30.0
# A trainer that does nothing for so long is not alive, whatever this thread could say.
_STUCK_SECONDS = 60.0


class Pulse:
    """The heartbeat of a lease; ``tell`` and ``trained`` say what it tells."""

    def __init__(self, lease: Lease, address: str, told: Callable[[str], None]) -> None:
        self.lease = lease
        self.lost = threading.Event()
        self._address, self._told, self._trouble, self._workers = address, told, "", 0
        self._looked = time.monotonic()
        self._epochs: deque[tuple[float, int]] = deque(maxlen=1_000)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)
        self._thread.start()

    def tell(self, workers: int | None = None, trouble: KasseiError | None = None) -> None:
        """Say how the trainer does; without ``trouble`` all is well.

        Raises:
            LeaseLost: another trainer has taken over.
        """
        if self.lost.is_set():
            self.lease.check()
        self._looked = time.monotonic()
        self._workers = self._workers if workers is None else workers
        message = as_message(trouble) if trouble else ""
        if message != self._trouble:
            self._trouble = message
            self._told(message)

    def trained(self, reports: Iterable[Report]) -> None:
        """Count the epochs in ``reports``."""
        epochs = sum(isinstance(report, EpochReport) for report in reports)
        self._epochs.append((time.monotonic(), epochs))

    def end(self) -> None:
        """Say no more."""
        self._ended.set()
        self._thread.join()

    def _speed(self) -> float:
        since = time.monotonic() - _SPEED_SECONDS
        return sum(count for moment, count in list(self._epochs) if moment > since) / _SPEED_SECONDS

    def _beat(self) -> None:
        while not self._ended.wait(_BEAT_SECONDS):
            if time.monotonic() - self._looked > _STUCK_SECONDS:
                continue
            try:
                self.lease.renew(
                    address=self._address,
                    workers=self._workers,
                    trouble=self._trouble,
                    speed=self._speed(),
                )
                self.lease.end_abandoned(is_gone)
            except LeaseLost:
                self.lost.set()
                return
            except StoreUnavailable:
                # The trainer meets it too, and says so.
                continue
