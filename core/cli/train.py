"""``train``: an experiment from a file, from options, or a file with options over it."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from core import jobs
from core.catalog import (
    ACTIVATIONS,
    BIAS_INITIALIZERS,
    KERNEL_INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    OUTPUTS,
    SCHEDULES,
)
from core.cli.codes import FAILED, INTERRUPTED
from core.cli.progress import Progress, progress
from core.cli.tables import aggregate_lines
from core.document import MAX_CHARACTERS, from_yaml, listed
from core.errors import InvalidExperiment, told_message
from core.experiment import Experiment
from core.fields import FIELDS
from core.jobs.direct import ENGINES
from core.language import N_
from core.report import Status
from core.store import Store
from data import DATASETS

STOPPED = "Stopped: what was trained until then is kept."
_ENDINGS = (".yaml", ".yml")
HELP = {
    "dataset": f"{', '.join(DATASETS)}; usual: mnist",
    "train_samples": "samples to train on; usual: all",
    "test_samples": "samples to test on; usual: all",
    "noise": "standard deviation, for synthetic data",
    "outliers": "share of wrong training targets, 0 to 1, for synthetic regression",
    "hidden": "units of each hidden layer; none: no hidden layer; repeat for several networks",
    "activation": ", ".join(ACTIVATIONS),
    "output": f"{', '.join(OUTPUTS)}; usual: the loss's own",
    "loss": ", ".join(LOSSES),
    "learning_rate": "above 0",
    "schedule": f"of the learning rate: {', '.join(SCHEDULES)}",
    "optimizer": ", ".join(OPTIMIZERS),
    "batch_size": "samples of one update",
    "epochs": "0: statistics before training alone",
    "kernel_initializer": f"of the weights: {', '.join(KERNEL_INITIALIZERS)}",
    "bias_initializer": f"a number, or {', '.join(BIAS_INITIALIZERS)}",
    "l1": "penalty on abs(w)",
    "l2": "penalty on w²",
    "clip_norm": "largest norm of a gradient; usual: none",
    "seed": "of the split, the batches and the weights; ranges too: 0-4",
}


def _field_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """One option for each field; --hidden repeats for several networks."""
    for name in reversed(tuple(FIELDS)):
        command = click.option(
            f"--{name.replace('_', '-')}",
            name,
            multiple=True,
            metavar="UNITS,…" if name == "hidden" else "VALUE,…",
            help=HELP[name],
        )(command)
    return command


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--name", help="what the experiment is called")
@_field_options
@click.option(
    "--engine",
    default="stacked",
    type=click.Choice(ENGINES),
    help="stacked: all runs at once (default); keras: one fit after another, the reference",
)
@click.option(
    "--export",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="write runs, epochs and layers to DIR as CSV and Parquet",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="train on the workers of a Dask scheduler: tls://host:8786 (see docs/many-machines.md)",
)
@click.option("--no-store", is_flag=True, help="keep nothing in the store, and ask it nothing")
def train(
    file: Path | None,
    name: str | None,
    engine: str,
    folder: Path | None,
    no_store: bool,
    scheduler: str | None,
    **fields: Any,
) -> int:
    """Train every run of an experiment that the store does not hold yet.

    FILE is an experiment in YAML; options replace its fields. Every list of values is
    comma-separated, and every combination is trained:

    \b
    python -m core train --dataset mnist --activation relu,tanh --learning-rate 0.001,0.01
                         --seed 0-4 --hidden 128,128
    """  # noqa: D301, click wants the character itself
    experiment = _experiment(file, name, fields)
    if scheduler and engine != "stacked":
        raise click.UsageError("--scheduler trains by the stacked engine alone")
    if scheduler:
        # Imported here, for it brings Dask; asked before anything is said of a training.
        from core.jobs.connection import check_address

        check_address(scheduler)
    if folder:
        # Asked now, for what was trained for an hour should not be lost for a folder.
        jobs.prepare(folder)
    with Store.open("sqlite://" if no_store else jobs.store_url()) as store:
        results, stopped = trained(experiment, store, engine, scheduler)
        # Before the lines, whose reader may have gone.
        if folder:
            jobs.export(store, results.run_ids, folder)
        runs = results.runs
        for line in aggregate_lines(runs):
            click.echo(line)
        if folder:
            click.echo(f"Tables in {folder}")
    if stopped:
        click.echo("Stopped; nothing is kept." if no_store else STOPPED, err=True)
        return INTERRUPTED
    return FAILED if (runs["status"] == Status.FAILED.value).any() else 0


def trained(
    experiment: Experiment, store: Store, engine: str = "stacked", scheduler: str | None = None
) -> tuple[jobs.Results, bool]:
    """Train, with progress, what ``store`` lacks; and whether Ctrl-C stopped it."""
    seen = progress(experiment, store, engine)
    with _interruptible(seen) as stop, seen:
        if scheduler:
            return _served(experiment, store, scheduler, stop, seen), stop.is_set()
        results = jobs.train(
            experiment,
            store=store,
            engine=engine,
            stop=stop.is_set,
            watch=seen.saw,
            told=_tell,
            alone=True,
        )
        return results, stop.is_set()


def _served(
    experiment: Experiment,
    store: Store,
    scheduler: str,
    stop: threading.Event,
    seen: Progress,
) -> jobs.Results:
    # Imported here, for it brings Dask.
    from core.jobs.served import train_served

    return train_served(
        experiment,
        store=store,
        scheduler=scheduler,
        stop=stop.is_set,
        watch=seen.reached,
        told=_tell,
    )


def _tell(message: str) -> None:
    if message:
        click.echo(told_message(message, str), err=True)


@contextmanager
def _interruptible(seen: Progress) -> Iterator[threading.Event]:
    """The Event that Ctrl-C sets; a second Ctrl-C ends the process at once.

    Before the first report there is nothing to keep, and Ctrl-C ends the command.
    """
    stop = threading.Event()

    def interrupt(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if not seen.begun:
            raise KeyboardInterrupt
        click.echo("Stopping; Ctrl-C again ends at once.", err=True)
        stop.set()

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _experiment(file: Path | None, name: str | None, fields: dict[str, Any]) -> Experiment:
    content: dict[str, Any] = {}
    if file:
        if file.suffix not in _ENDINGS and not file.exists():
            # Mostly what stands behind a comma and a space.
            raise InvalidExperiment(
                N_(
                    "There is no experiment file {file}; an option's values are separated by "
                    "commas, without spaces."
                ),
                file=file,
            )
        try:
            # No more of an enormous file than shows that it is one.
            with file.open(encoding="utf-8") as text:
                read = from_yaml(text.read(MAX_CHARACTERS + 1))
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidExperiment(
                N_("The experiment file {file} cannot be read: {reason}."),
                file=file,
                reason=getattr(error, "strerror", None) or "it is not UTF-8",
            ) from error
        content = {"name": read.name} | {key: list(value) for key, value in read.fields.items()}
    if name is not None:
        content["name"] = name
    for key, text in fields.items():
        if key == "hidden" and not all(units.strip() for units in text):
            raise InvalidExperiment(
                N_(
                    "hidden is empty; valid are units such as {units}, or none for no hidden layer."
                ),
                units="128,128",
            )
        if text:
            # An option that is repeated adds to its list.
            values = (
                list(text) if key == "hidden" else [v for part in text for v in listed(key, part)]
            )
            content[key] = values
    return Experiment(**content)
