"""``runs``, ``show``, ``export``, ``delete``: what the store holds."""

from pathlib import Path

import click

from core import jobs
from core.cli.counts import counted
from core.cli.tables import cell, run_lines
from core.errors import told_message
from core.report import CONFIG_COLUMNS, OUTCOME_COLUMNS


@click.command()
@click.option(
    "--limit",
    default=50,
    show_default=True,
    type=click.IntRange(1, 1_000_000),
    help="newest runs shown",
)
def runs(limit: int) -> None:
    """List the newest runs of the store."""
    with jobs.open_store() as store:
        frame = store.runs(limit=limit)
    if frame.empty:
        click.echo("No runs yet: python -m core train --dataset moons")
        return
    for line in run_lines(frame):
        click.echo(line)
    if len(frame) == limit:
        click.echo(
            f"The newest {'run' if limit == 1 else counted(limit, 'run')}; --limit shows more.",
            err=True,
        )


@click.command()
@click.argument("run")
def show(run: str) -> None:
    """Show the configuration and the outcome of RUN, an id or the beginning of one."""
    with jobs.open_store() as store:
        run_id = store.resolve(run)
        row = store.runs([run_id]).iloc[0]
        origin = store.provenance([run_id]).iloc[0]
    width = max(map(len, (*CONFIG_COLUMNS, *OUTCOME_COLUMNS)))
    for column in ("run_id", "experiment", *CONFIG_COLUMNS, *OUTCOME_COLUMNS):
        if (text := cell(row[column])) != "-":
            click.echo(f"{column:<{width}}  {text}")
    click.echo(f"{'engine':<{width}}  {origin['engine']}")
    if origin["message"]:
        click.echo(f"{'message':<{width}}  {told_message(origin['message'], str)}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.argument("run", nargs=-1)
def export(folder: Path, run: tuple[str, ...]) -> None:
    """Write runs, epochs and layers (all, or those of RUN …) to DIR as CSV and Parquet."""
    with jobs.open_store() as store:
        chosen = [store.resolve(prefix) for prefix in run] or None
        for path in jobs.export(store, chosen, folder):
            click.echo(path)


@click.command()
@click.argument("run")
def delete(run: str) -> None:
    """Delete RUN, an id or the beginning of one, with its epochs, layers and weights."""
    with jobs.open_store() as store:
        run_id = store.resolve(run)
        jobs.delete_runs(store, [run_id])
    click.echo(f"Deleted {run_id}")
