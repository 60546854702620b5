"""``python -m benchmarks [CASE …]``: the engine and its peers, in turn, medians and ratios.

Every round runs each peer once, one after another, in processes of their own: a machine
whose speed drifts slows them alike. A slow peer trains a part of the runs, and its time is
scaled up, imports counted once; the table says so.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from benchmarks.cases import CASES, Case
from core.document import to_yaml

RESULTS = Path(__file__).with_name("results")
PEERS = {"stacked": False, "keras": True, "sklearn": True}


def measure(peer: str, case: Case, in_part: bool) -> dict:
    """Seconds of the whole case by ``peer``, scaled up from its part where ``in_part``."""
    experiment = case.part if in_part else case.experiment
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "case.yaml"
        file.write_text(to_yaml(experiment), encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.peers", peer, str(file)]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
        )
    found = json.loads(done.stdout.splitlines()[-1])
    share = len(case.experiment.grid()) / found["runs"]
    found["whole"] = found["start"] + found["training"] * share
    return found


@click.command()
@click.argument("case", nargs=-1)
@click.option("--rounds", default=3, help="how often each is measured")
@click.option("--peer", multiple=True, default=tuple(PEERS), help="which peers (repeat)")
def main(case: tuple[str, ...], rounds: int, peer: tuple[str, ...]) -> None:
    """Measure CASEs (all unless said)."""
    table = []
    for chosen in (c for c in CASES if not case or c.name in case):
        rows = {name: [] for name in peer}
        for _ in range(rounds):
            for name in peer:
                rows[name].append(measure(name, chosen, PEERS[name]))
        base = statistics.median(row["whole"] for row in rows[peer[0]])
        for name in peer:
            whole = statistics.median(row["whole"] for row in rows[name])
            accuracy = statistics.median(row["accuracy"] for row in rows[name])
            runs, of = rows[name][0]["runs"], len(chosen.experiment.grid())
            note = "" if runs == of else f"from {runs} of {of} runs"
            table.append(
                {
                    "case": chosen.name,
                    "peer": name,
                    "seconds": round(whole, 1),
                    "ratio": round(whole / base, 2),
                    "accuracy": round(accuracy, 4),
                    "note": note,
                }
            )
            print("  ".join(f"{key} {value}" for key, value in table[-1].items()), flush=True)
    RESULTS.mkdir(exist_ok=True)
    machine = {"platform": platform.platform(), "cores": os.cpu_count()}
    (RESULTS / "latest.json").write_text(json.dumps({"machine": machine, "table": table}, indent=1))


if __name__ == "__main__":
    main()
