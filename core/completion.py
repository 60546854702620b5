"""A run's fields, filled in: what was not said comes from the data set and the loss.

This module reads and completes; whether the whole can be trained is ``core.experiment``'s.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from core.catalog import pairing
from core.catalog.choice import parse, shown
from core.errors import InvalidExperiment
from core.fields import FIELDS
from core.language import N_
from data import DATASETS, Source, settings


def resolved(given: Mapping[str, Any]) -> dict[str, Any]:
    """Every field's canonical value, defaults filled in from the data set and the loss.

    Raises:
        InvalidExperiment: an unknown field, or a value or combination that is not valid.
    """
    refuse_unknown(given)
    said = {name: value for name, value in given.items() if value is not None}
    read: dict[str, Any] = {name: FIELDS[name].read(value) for name, value in said.items()}
    read = {name: value for name, value in read.items() if value is not None}
    dataset = read.get("dataset", "mnist")
    chosen = settings(
        dataset,
        train_samples=read.get("train_samples"),
        test_samples=read.get("test_samples"),
        noise=read.get("noise"),
        outliers=read.get("outliers"),
    )
    filled: dict[str, Any] = {
        "dataset": str(parse(dataset, DATASETS, N_("data set"))),
        "train_samples": chosen.train_samples,
        "test_samples": chosen.test_samples,
        "noise": chosen.noise,
        "outliers": chosen.outliers,
    }
    source = DATASETS[dataset.partition("(")[0]]
    for name, value in (defaults(source, chosen.train_samples) | read).items():
        filled.setdefault(name, value)
    filled["output"] = pairing(filled["loss"], filled["output"], source.task.kind)
    return filled


def defaults(source: Source, train_samples: int) -> dict[str, Any]:
    """What is trained where nothing is said: wide and short for images, small and long else."""
    image, many = source.kind == "image", train_samples >= 10_000
    raw = {
        "hidden": (128, 128) if image else (16, 16),
        "activation": "relu",
        "output": None,
        "loss": "cross_entropy" if source.task.kind == "classification" else "mse",
        "learning_rate": 0.001 if image else 0.01,
        "schedule": "constant",
        "optimizer": "adam",
        "batch_size": min(128 if many else 32, train_samples),
        "epochs": 5 if many else 50,
        "kernel_initializer": "glorot_uniform",
        "bias_initializer": "zeros",
        "l1": 0.0,
        "l2": 0.0,
        "clip_norm": None,
        "seed": 0,
    }
    return {
        name: value if value is None else FIELDS[name].read(value) for name, value in raw.items()
    }


def refuse_unknown(given: Iterable[str]) -> None:
    """Refuse what is no field of a run.

    Raises:
        InvalidExperiment: a name that FIELDS has not.
    """
    for name in given:
        if name not in FIELDS:
            raise InvalidExperiment(
                N_("Unknown field {field}; valid are {valid}."),
                field=shown(name),
                valid=", ".join(("name", *FIELDS)),
            )
