"""``train``: an experiment from a file, from options, or a file with options over it."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
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
from core.cli.counts import counted
from core.cli.tables import aggregate_lines
from core.document import MAX_CHARACTERS, from_yaml, listed
from core.errors import InvalidExperiment, told_message
from core.experiment import Experiment
from core.fields import FIELDS
from core.jobs.direct import ENGINES
from core.jobs.planning import plan
from core.language import N_
from core.report import EpochReport, Report, Status
from core.store import Store
from data import DATASETS

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
    if folder:
        # Asked now, for what was trained for an hour should not be lost for a folder.
        jobs.prepare(folder)
    with Store.open("sqlite://" if no_store else jobs.store_url()) as store:
        progress = _progress(experiment, store, engine)
        with _interruptible(progress) as stop, progress:
            if scheduler:
                results = _served(experiment, store, scheduler, stop, progress)
            else:
                results = jobs.train(
                    experiment,
                    store=store,
                    engine=engine,
                    stop=stop.is_set,
                    watch=progress.saw,
                    told=_tell,
                    alone=True,
                )
        # Before the lines, whose reader may have gone.
        if folder:
            jobs.export(store, results.run_ids, folder)
        runs = results.runs
        for line in aggregate_lines(runs):
            click.echo(line)
        if folder:
            click.echo(f"Tables in {folder}")
    if stop.is_set():
        click.echo("Stopped: what was trained until then is kept.", err=True)
        return INTERRUPTED
    return FAILED if (runs["status"] == Status.FAILED.value).any() else 0


def _served(
    experiment: Experiment,
    store: Store,
    scheduler: str,
    stop: threading.Event,
    progress: "_Progress",
) -> jobs.Results:
    # Imported here, for it brings Dask.
    from core.jobs.served import train_served

    return train_served(
        experiment,
        store=store,
        scheduler=scheduler,
        stop=stop.is_set,
        watch=progress.reached,
        told=_tell,
    )


def _tell(message: str) -> None:
    if message:
        click.echo(told_message(message, str), err=True)


@contextmanager
def _interruptible(progress: "_Progress") -> Iterator[threading.Event]:
    """The Event that Ctrl-C sets; a second Ctrl-C ends the process at once.

    Before the first report there is nothing to keep, and Ctrl-C ends the command.
    """
    stop = threading.Event()

    def interrupt(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if not progress.begun:
            raise KeyboardInterrupt
        stop.set()

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _experiment(file: Path | None, name: str | None, fields: dict[str, Any]) -> Experiment:
    content: dict[str, Any] = {}
    if file:
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


def _progress(experiment: Experiment, store: Store, engine: str) -> "_Progress":
    runs = {config.id_under(engine): config for config in experiment.grid()}
    trained = store.finished(runs)
    rest = runs.keys() - trained
    epochs = sum(runs[run_id].epochs + 1 for run_id in rest)
    told = counted(len(runs), "run")
    if trained:
        share = "" if len(runs) == 1 else f"{len(trained):,} of them "
        told += f", {share}trained already"
    if rest and engine == "stacked":
        ahead = plan(experiment.grid(), rest, store)
        known = [one.after for one in ahead if one.after is not None for _ in one.run_ids]
        if known:
            share = "" if len(runs) == 1 else f"{len(known):,} of them "
            where = f"from epoch {known[0]:,}" if len(set(known)) == 1 else "from where they stood"
            told += f", {share}going on {where}"
        epochs -= sum(after + 1 for after in known)
    return _Progress(told, epochs)


class _Progress:
    """What is trained, then a bar on a terminal, plain lines elsewhere.

    Epochs are counted from 0, the state before training, which is reported too.
    """

    def __init__(self, told: str, total: int) -> None:
        self._told_first, self._total = told, total
        self._done = self._told = 0
        self._first: int | None = None
        self._bar: Any = None

    @property
    def begun(self) -> bool:
        """Whether an epoch was reported."""
        return self._done > 0

    def __enter__(self) -> "_Progress":
        self._tell(self._told_first)
        if sys.stderr.isatty() and self._total:
            self._bar = click.progressbar(length=self._total, label="epochs", file=sys.stderr)
            self._bar.__enter__()
        return self

    def saw(self, reports: Sequence[Report]) -> None:
        """Count the epochs in ``reports``; every tenth of the way is a line."""
        self._count(sum(isinstance(report, EpochReport) for report in reports))

    def reached(self, done: int, total: int) -> None:
        """Count on to ``done`` of ``total`` epochs; the state before training is none of them."""
        if self._first is None:
            self._first, self._total = done, total - done
        self._count(done - self._first - self._done)

    def _count(self, epochs: int) -> None:
        if epochs <= 0:
            return
        self._done += epochs
        if self._bar:
            self._bar.update(epochs)
        elif self._done * 10 // self._total > self._told:
            self._told = self._done * 10 // self._total
            self._tell(f"{self._done:,} of {counted(self._total, 'epoch')}")

    def _tell(self, line: str) -> None:
        # Training goes on where nobody reads of its progress any more.
        with suppress(BrokenPipeError):
            click.echo(line, err=True)

    def __exit__(self, *error: object) -> None:
        if self._bar:
            self._bar.__exit__(*error)
