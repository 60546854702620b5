"""``gallery``: the shipped results, listed, and built from their experiment files."""

import click

from core import jobs
from core.gallery.entries import ENTRIES
from core.gallery.making import summarise
from core.gallery.summary import write_summary
from core.sharing import bundle
from core.store import Store


@click.group()
def gallery() -> None:
    """The results that are shipped with the program."""


@gallery.command("list")
def list_() -> None:
    """List the shipped results."""
    for name in bundle.names():
        experiment = bundle.specification(name)
        click.echo(f"{name}  {experiment.name}  ({len(experiment.grid())} runs)")


@gallery.command("build")
@click.argument("name", nargs=-1)
@click.option("--summaries", is_flag=True, help="Train nothing: write the summaries anew.")
def build(name: tuple[str, ...], summaries: bool) -> None:
    """Train the experiments of the gallery (all, or NAME …) anew and write their results."""
    for chosen in name or bundle.names():
        if not summaries:
            _train(chosen)
        if chosen in ENTRIES:
            write_summary(chosen, summarise(bundle.read(chosen), ENTRIES[chosen]))


def _train(name: str) -> None:
    experiment = bundle.specification(name)
    click.echo(f"{name}: {len(experiment.grid())} runs", err=True)
    with Store.open("sqlite://") as store:
        results = jobs.train(experiment, store=store)
        ids = results.run_ids
        bundle.write(
            name,
            experiment,
            store.runs(ids),
            store.epochs(ids),
            store.layers(ids),
            store.histograms(ids, epoch=max(config.epochs for config in experiment.grid())),
        )
