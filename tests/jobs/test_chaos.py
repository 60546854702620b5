"""The short form of the chaos: processes are killed, the disk is full, and nothing is lost."""

import os
import subprocess
import sys

from .conftest import ROOT

CASES = ("kills", "full")


def test_nothing_acknowledged_is_lost_and_all_histories_are_the_undisturbed_ones() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.chaos", "--short", *CASES],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    cases = [line for line in said.stdout.splitlines() if not line.startswith(" ")]
    assert [line.partition(":")[0] for line in cases] == list(CASES)
