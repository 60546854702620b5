"""``python -m benchmarks.trials NAME SIZES``: measure, and tell as JSON."""

import json
import sys
from importlib import import_module


def main(name: str, sizes: str) -> None:
    """Run the trial ``name`` with ``sizes``, a JSON object of its arguments."""
    found = import_module(f"benchmarks.trials.{name}").measure(**json.loads(sizes))
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
