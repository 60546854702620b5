"""``python -m benchmarks.chaos [CASE …]``: what the training service survives, and how.

Real processes are killed, frozen and starved at random moments while they train; then every
history must equal an undisturbed one's to the last bit, and nothing acknowledged may be gone.
"""

import sys
import tempfile
import time
from pathlib import Path

import click

from benchmarks.chaos.absences import away, full
from benchmarks.chaos.crowds import writers
from benchmarks.chaos.histories import Scale
from benchmarks.chaos.idleness import idle
from benchmarks.chaos.signals import frozen, kills, resumed

CASES = {
    "kills": kills,
    "resumed": resumed,
    "frozen": frozen,
    "writers": writers,
    "away": away,
    "full": full,
    "idle": idle,
}


@click.command()
@click.argument("case", nargs=-1, type=click.Choice(list(CASES)))
@click.option("--short", is_flag=True, help="a minute or two, as in CI")
@click.option("--kills", "count", default=1_000, show_default=True, help="how many SIGKILLs")
def main(case: tuple[str, ...], short: bool, count: int) -> None:
    """Run CASEs (all unless said); exit 1 if one fails."""
    failed = False
    for name in case or CASES:
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="kassei-chaos-") as folder:
            try:
                told = CASES[name](Path(folder), Scale(short, min(count, 4) if short else count))
            except AssertionError as error:
                failed, told = True, f"FAILED: {error}"
        print(f"{name}: {told} ({time.monotonic() - start:.0f} s)", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
