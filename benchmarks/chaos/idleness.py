"""What a trainer with nothing to do costs."""

import time
from pathlib import Path

import psutil

from benchmarks.chaos.histories import PATIENCE, Scale
from benchmarks.family import Family, until
from core.store import Store

_MOST_PERCENT = 1.0


def idle(folder: Path, scale: Scale) -> str:
    """The trainer, its worker and all that they started, for three minutes without a job."""
    url = f"sqlite:///{folder}/kassei.sqlite"
    seconds, times = (5.0, 1) if scale.short else (60.0, 3)
    shares = []
    with Store.open(url) as store:
        family = Family(url)
        try:
            until(lambda: (found := store.trainer()) and found.workers, PATIENCE)
            # TensorFlow's start leaves things to tidy up.
            time.sleep(10)
            trainer = family.find("trainer")
            for _ in range(times):
                before, start = _processor_seconds(trainer), time.monotonic()
                time.sleep(seconds)
                used = _processor_seconds(trainer) - before
                shares.append(100 * used / (time.monotonic() - start))
        finally:
            family.end()
    assert scale.short or max(shares) <= _MOST_PERCENT, shares
    told = ", ".join(f"{share:.2f}" for share in shares)
    return f"{told} % of a core over {seconds:.0f} s"


def _processor_seconds(trainer: psutil.Process) -> float:
    spent = [each.cpu_times() for each in (trainer, *trainer.children(recursive=True))]
    return sum(each.user + each.system for each in spent)
