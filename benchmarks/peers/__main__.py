"""``python -m benchmarks.peers PEER EXPERIMENT.yaml PLACES``: train, and tell as JSON.

Run in a process of its own. It tells the seconds of each run, and of all together from when its
libraries were there: compilation is in them, imports are not.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path

from core.document import from_yaml


def main(peer: str, file: str, places: str) -> None:
    """Train the runs at ``places`` (a JSON list; all: []) of the experiment in ``file``."""
    experiment = from_yaml(Path(file).read_text(encoding="utf-8"))
    chosen = json.loads(places) or list(range(len(experiment.grid())))
    program = import_module(f"benchmarks.peers.{peer}")
    program.ready()
    seconds, accuracies = [], {}
    last = ready = time.perf_counter()
    for found in program.train(experiment, chosen):
        accuracies |= found
        now = time.perf_counter()
        seconds.append(now - last)
        last = now
    told = {"seconds": seconds, "trained": last - ready}
    print(json.dumps(told | {"accuracies": [accuracies[p] for p in chosen]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
