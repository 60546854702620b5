"""``import``: runs that were exported, or a bundle, back into the store."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import click

from core import jobs
from core.cli.counts import counted
from core.sharing.archive import tables
from core.sharing.imported import ImportedRun, imported

# Runs of one transaction: all of them are written, or none.
_SHARE = 200


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
def import_(file: Path) -> None:
    """Take the runs of FILE (a folder or zip file as exported, or a bundle) into the store.

    Runs that the store has trained stay as they are; those that have not ended are left out.
    """
    found = tables(file)
    # The whole is checked before the first run is written.
    total = sum(1 for _ in imported(found))
    added = 0
    with jobs.open_store() as store:
        for share in _shares(imported(found)):
            rows = ((run.config, run.experiment, run.engine, run.reports) for run in share)
            added += len(store.index.take_in(rows))
    here = total - added
    unfinished = len(found["runs"]) - total
    told = [
        f", {number:,} {'was' if number == 1 else 'were'} {what}"
        for number, what in ((here, "here already"), (unfinished, "left out: not ended"))
        if number
    ]
    click.echo(f"{counted(added, 'run')} imported{''.join(told)}")


def _shares(runs: Iterator[ImportedRun]) -> Iterator[Sequence[ImportedRun]]:
    while share := list(islice(runs, _SHARE)):
        yield share
