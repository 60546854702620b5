"""Tables for a terminal: runs as lines, configurations with the mean of their seeds."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from core.analysis.configurations import varying
from core.experiment import describe
from data import DATASETS


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """``rows`` under ``headers``, in columns as wide as their content."""
    lines = [list(headers), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headers))]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        yield "  ".join(cells).rstrip()


def run_lines(runs: pd.DataFrame) -> Iterator[str]:
    """A line a run: where it stands and how good it is."""
    headers = (
        "run",
        "status",
        "dataset",
        "activation",
        "loss",
        "rate",
        "seed",
        "epochs",
        "test",
        "of",
    )
    rows = (
        (
            run["run_id"],
            run["status"],
            run["dataset"],
            run["activation"],
            run["loss"],
            describe(run["learning_rate"]),
            str(run["seed"]),
            f"{cell(run['epochs_done'])}/{run['epochs']}",
            cell(run[quality(run["dataset"])]),
            quality(run["dataset"]),
        )
        for run in runs.to_dict("records")
    )
    return table(headers, rows)


def aggregate_lines(runs: pd.DataFrame) -> Iterator[str]:
    """A line a configuration: n, mean and standard deviation over its seeds, mean seconds.

    What is measured names its column, or, where data sets differ in it, has a column.
    """
    fields = list(varying(runs)) or ["activation"]
    # As texts: among numbers, what is absent (no clip_norm) would be no group.
    texts = runs[fields].map(_described)
    measures = runs["dataset"].map(quality)
    mixed = measures.nunique() > 1
    rows: list[list[str]] = []
    for key, group in runs.groupby([texts[field] for field in fields], sort=False):
        measure = measures[group.index[0]]
        counts = group["status"].value_counts()
        values = group[measure].dropna()
        rows.append(
            [
                *map(str, key),
                # Of the mean: a run that was stopped or failed may have measured nothing.
                str(len(values)),
                *([measure] if mixed else []),
                cell(values.mean()),
                cell(values.std()),
                cell(group["train_seconds"].mean()),
                ", ".join(f"{count} {status}" for status, count in counts.items()),
            ]
        )
    measured = ("of", "test") if mixed else (str(measures.iloc[0]),)
    return table((*fields, "n", *measured, "sd", "seconds/run", "status"), rows)


def _described(value: Any) -> str:
    return "-" if pd.isna(value) else describe(value)


def quality(dataset: str) -> str:
    """The column that says how good a run on ``dataset`` is: accuracy, or R² of regressions."""
    kind = DATASETS[dataset.partition("(")[0]].task.kind
    return "test_accuracy" if kind == "classification" else "test_r2"


def cell(value: Any) -> str:
    """A number with four digits; a dash where there is none."""
    if pd.isna(value):
        return "-"
    if isinstance(value, str):
        return value
    return f"{value:.4g}" if value % 1 else str(int(value))
