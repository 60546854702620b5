"""Memory of the trainer and its worker during long sweeps."""

import threading
from typing import Any

import psutil

from benchmarks.trials.trainers import train, trainer, warm
from core.experiment import Experiment

_LOOK_SECONDS = 0.05


class Watch:
    """Looks at the resident memory of this process's descendants, all in sum, again and again."""

    def __init__(self) -> None:
        self.bytes: list[int] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            self.bytes.append(sum(map(_resident, psutil.Process().children(recursive=True))))

    @property
    def gigabytes(self) -> tuple[float, float]:
        """Peaks of the first and the second half of the time."""
        half = len(self.bytes) // 2
        return max(self.bytes[:half]) / 1e9, max(self.bytes[half:]) / 1e9


def measure(sweeps: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Peak GB during each sweep, of a fresh trainer each."""
    found: dict[str, Any] = {"notes": {}}
    for name, fields in sweeps.items():
        experiment = Experiment(**fields)
        with trainer() as store:
            warm(store)
            with Watch() as watch:
                seconds = train(store, experiment)
        first, second = watch.gigabytes
        found[name] = max(first, second)
        found["notes"][name] = (
            f"{len(experiment.grid()):,} runs in {seconds:.0f} s; first half {first:.2f} GB,"
            f" second {second:.2f} GB; resident memory, trainer and worker in sum"
        )
    return found


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        # It ended between the list and the look.
        return 0
