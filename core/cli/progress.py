"""How far a training on the command line is: a bar on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import click

from core.cli.counts import counted
from core.experiment import Experiment
from core.jobs.planning import plan
from core.report import EpochReport, Report
from core.store import Store


def progress(experiment: Experiment, store: Store, engine: str) -> "Progress":
    """The progress of what ``store`` lacks of ``experiment``."""
    runs = {config.id_under(engine): config for config in experiment.grid()}
    trained = store.finished(runs)
    rest = runs.keys() - trained
    epochs = sum(runs[run_id].epochs for run_id in rest)
    told = counted(len(runs), "run")
    if trained:
        share = "" if len(runs) == 1 else f"{len(trained):,} of them "
        told += f", {share}trained already"
    if rest and engine == "stacked":
        ahead = plan(experiment.grid(), rest, store)
        # Beside them what has diverged since, which is none of the rest.
        known = [p.after for p in ahead if p.after is not None for r in p.run_ids if r in rest]
        if known:
            share = "" if len(runs) == 1 else f"{len(known):,} of them "
            where = f"from epoch {known[0]:,}" if len(set(known)) == 1 else "from where they stood"
            told += f", {share}going on {where}"
        epochs -= sum(known)
    return Progress(told, epochs)


class Progress:
    """What is trained, then a bar on a terminal, plain lines elsewhere.

    Epoch 0, the state before training, is reported too, and is none of the epochs counted.
    """

    def __init__(self, told: str, total: int) -> None:
        self._told_first, self._total = told, total
        self._done = self._told = 0
        self._first: int | None = None
        self._bar: Any = None
        self.begun = False

    def __enter__(self) -> "Progress":
        self._tell(self._told_first)
        if sys.stderr.isatty() and self._total:
            self._bar = click.progressbar(length=self._total, label="epochs", file=sys.stderr)
            self._bar.__enter__()
        return self

    def saw(self, reports: Sequence[Report]) -> None:
        """Count the epochs in ``reports``; every tenth of the way is a line."""
        epochs = [report.epoch for report in reports if isinstance(report, EpochReport)]
        # With epoch 0 there is something to keep.
        self.begun = self.begun or bool(epochs)
        self._count(sum(epoch > 0 for epoch in epochs))

    def reached(self, done: int, total: int) -> None:
        """Count on to ``done`` of ``total`` epochs."""
        if self._first is None:
            self._first, self._total = done, total - done
        self._count(done - self._first - self._done)
        self.begun = self.begun or self._done > 0

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
