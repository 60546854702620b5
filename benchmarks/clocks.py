"""How long something takes again and again: by the clock, and of this process's own work."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Times:
    """Milliseconds: of the clock, and of this process's own work, which others do not slow."""

    clock: list[float]
    work: list[float]

    def __str__(self) -> str:
        halves = (f"{name} median {median(ms):.0f}, p95 {p95(ms):.0f} ms" for name, ms in
                  (("clock", self.clock), ("processor", self.work)))  # fmt: skip
        return "; ".join(halves)

    def __add__(self, other: "Times") -> "Times":
        return Times(self.clock + other.clock, self.work + other.work)


def timed(action: Callable[[], object], rounds: int) -> Times:
    """``rounds`` times ``action``."""
    clock, work = [], []
    for _ in range(rounds):
        start, busy = time.perf_counter(), time.process_time()
        action()
        clock.append(1000 * (time.perf_counter() - start))
        work.append(1000 * (time.process_time() - busy))
    return Times(clock, work)


def p95(times: list[float]) -> float:
    """The time that 95 of 100 do not exceed."""
    return sorted(times)[min(len(times) - 1, math.ceil(0.95 * len(times)) - 1)]
