"""``python -m benchmarks [CASE …]``: measure, print a table, write it as JSON and as a picture."""

import signal
import sys
from importlib.util import find_spec
from pathlib import Path

import click

from benchmarks import record
from benchmarks.cases import BY_NAME, CASES, Case, Race
from benchmarks.measuring import measure
from benchmarks.picture import save
from benchmarks.table import table

RESULTS = Path(__file__).with_name("results")


@click.command()
@click.argument("cases", metavar="[CASE]...", nargs=-1, type=click.Choice(tuple(BY_NAME)))
@click.option("--quick", is_flag=True, help="Smaller sizes, in one round.")
@click.option("--rounds", type=click.IntRange(1), help="How often each case is measured.")
def main(cases: tuple[str, ...], quick: bool, rounds: int | None) -> None:
    """Measure CASEs (all unless said). Other results in the files stay as they are."""
    # Ended from outside, it ends what it started, as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    chosen = [case for case in CASES if not cases or case.name in cases]
    _check(chosen)
    file = RESULTS / ("quick.json" if quick else "latest.json")
    outcomes = record.read(file)
    measured = []
    for case in chosen:
        click.echo(f"{case.name} …", err=True)
        outcome = measure(
            case, quick=quick, rounds=rounds, say=lambda text: click.echo(f"  {text}", err=True)
        )
        measured.append(outcome)
        outcomes[case.name] = outcome
        # Written after each case: what took an hour is not lost with the next.
        ordered = {name: outcomes[name] for name in BY_NAME if name in outcomes}
        record.write(file, ordered)
        save(ordered, file.with_suffix(".png"))
    click.echo(table(measured))
    click.echo(f"Written to {file} and {file.with_suffix('.png')}")
    faults = [fault for outcome in measured for fault in outcome.faults]
    if faults:
        click.echo("\n".join(["", "FAULTS:", *faults]), err=True)
        sys.exit(1)


def _check(chosen: list[Case]) -> None:
    """Refuse to begin without the peers."""
    peers = {o.peer for case in chosen if isinstance(case, Race) for o in case.opponents}
    if peers & {"pytorch", "pytorch_fused"} and not find_spec("torch"):
        raise click.UsageError("PyTorch is missing: pip install -r benchmarks/requirements.txt")


if __name__ == "__main__":
    main()
