"""``gallery``: the shipped results, listed, and built from their experiment files."""

import click

from core import jobs
from core.sharing import bundle
from core.store import Store


@click.group()
def gallery() -> None:
    """The results that are shipped with the program."""


@gallery.command("list")
def list_() -> None:
    """List the shipped results."""
    for name in bundle.names():
        experiment = bundle.read(name).experiment
        click.echo(f"{name}  {experiment.name}  ({len(experiment.grid())} runs)")


@gallery.command("build")
@click.argument("name", nargs=-1)
def build(name: tuple[str, ...]) -> None:
    """Train the experiments of the gallery (all, or NAME …) anew and write their results."""
    for chosen in name or bundle.names():
        experiment = bundle.specification(chosen)
        click.echo(f"{chosen}: {len(experiment.grid())} runs", err=True)
        with Store.open("sqlite://") as store:
            results = jobs.train(experiment, store=store)
            ids = results.run_ids
            bundle.write(
                chosen,
                experiment,
                store.runs(ids),
                store.epochs(ids),
                store.layers(ids),
                store.histograms(ids, epoch=max(config.epochs for config in experiment.grid())),
            )
