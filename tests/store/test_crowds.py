"""The short form of ``benchmarks.chaos writers``: many write and read one store at once."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_writers_among_many_readers_lose_nothing_on_either_database() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.chaos", "--short", "writers"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stdout.startswith("writers: sqlite 400 reports")
    assert "postgresql+psycopg 400 reports" in said.stdout
