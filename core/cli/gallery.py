"""``gallery``: the shipped results, listed, and built from their experiment files."""

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
import pandas as pd

from core import jobs
from core.cli.commands import Commands
from core.cli.counts import counted
from core.experiment import Experiment, RunConfig
from core.gallery.entries import ENTRIES
from core.gallery.making import summarise
from core.gallery.summary import write_summary
from core.sharing import bundle
from core.store import Store

# Histograms of so many epochs show how a layer changes; those of all would be most of a bundle.
_TOLD = (0, 1, 2, 5, 10, 20, 50, 100)


@click.group(cls=Commands)
def gallery() -> None:
    """The results that are shipped with the program."""


@gallery.command("list")
def list_() -> None:
    """List the shipped results."""
    for name in bundle.names():
        experiment = bundle.specification(name)
        click.echo(f"{name}  {experiment.name}  ({counted(len(experiment.grid()), 'run')})")


@gallery.command("build")
@click.argument("name", nargs=-1)
@click.option("--summaries", is_flag=True, help="Train nothing: write the summaries anew.")
def build(name: tuple[str, ...], summaries: bool) -> None:
    """Train the experiments of the gallery (all, or NAME …) anew and write their results."""
    for chosen in name or bundle.names():
        if not summaries:
            experiment = bundle.specification(chosen)
            click.echo(f"{chosen}: {counted(len(experiment.grid()), 'run')}", err=True)
            train_bundle(chosen, experiment)
        if chosen in ENTRIES:
            write_summary(chosen, summarise(bundle.read(chosen), ENTRIES[chosen]))


def train_bundle(name: str, experiment: Experiment, root: Path = bundle.GALLERY) -> None:
    """Train ``experiment`` and write its bundle; the same but for seconds, whenever it is done."""
    with Store.open("sqlite://") as store:
        ids = jobs.train(experiment, store=store).run_ids
        configs = experiment.grid()
        bundle.write(
            name,
            experiment,
            store.runs(ids),
            store.epochs(ids),
            store.layers(ids),
            _histograms(store, ids, max(config.epochs for config in configs)),
            root=root,
        )
        bundle.write_weights(name, _weights(store, configs), root)


def _histograms(store: Store, ids: Sequence[str], last: int) -> pd.DataFrame:
    told = [epoch for epoch in _TOLD if epoch < last]
    return pd.concat([store.histograms(ids, epoch=epoch) for epoch in (*told, last)])


def _weights(store: Store, configs: Sequence[RunConfig]) -> dict[tuple[str, int], bundle.Weights]:
    """Of one seed: where the inputs can be drawn at every epoch that was kept, else the last."""
    seed = min(config.seed for config in configs)
    kept: dict[tuple[str, int], bundle.Weights] = {}
    for config in configs:
        if config.seed != seed:
            continue
        epochs = store.snapshot_epochs(config.run_id)
        for epoch in epochs if config.sizes[0] <= 2 else epochs[-1:]:
            weights = store.weights(config.run_id, epoch)
            # A run that diverged has none worth keeping.
            if all(np.isfinite(weight).all() for weight in weights):
                kept[config.run_id, epoch] = weights
    return kept
