"""What the form of Compare is filled with: an experiment as the values of its widgets.

Values are as the options of the menus write them. What the widgets cannot hold is remembered,
and the form tells it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.catalog import (
    ACTIVATIONS,
    BIAS_INITIALIZERS,
    KERNEL_INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
)
from core.catalog.choice import Entry, default_choice
from core.experiment import Experiment, RunConfig, describe
from data import DATASETS

MOST_SEEDS = 10
# Fields of which the form holds one value.
SINGLE = ("epochs", "train_samples", "clip_norm", "noise", "outliers")
FIRST = ("relu", "tanh", "sigmoid")
CHOICES: Mapping[str, Mapping[str, Entry]] = {
    "activation": ACTIVATIONS,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
    "kernel_initializer": KERNEL_INITIALIZERS,
    "bias_initializer": BIAS_INITIALIZERS,
    "schedule": SCHEDULES,
}


def fill_form(experiment: Experiment) -> None:
    """Put the values of ``experiment`` into the widgets, and remember what they cannot hold."""
    configs = experiment.grid()
    dataset = configs[0].dataset
    key = dataset.partition("(")[0]
    plain = dataset == Experiment(dataset=key).grid()[0].dataset
    held: dict[str, Any] = {"dataset": key if plain else dataset, "unheld": _unheld(experiment)}
    seeds = distinct(configs, "seed")
    held["seeds"] = min(len(seeds), MOST_SEEDS)
    held["own_seeds"] = [] if seeds == [str(s) for s in range(held["seeds"])] else seeds
    held["activation"] = distinct(configs, "activation")
    for name in ("loss", "optimizer", "kernel_initializer", "bias_initializer", "schedule"):
        held[f"{key}_{name}"] = distinct(configs, name)
    for name in ("learning_rate", "hidden", "batch_size", "l1", "l2"):
        held[f"{key}_{name}"] = distinct(configs, name)
    held[f"{key}_output"] = [name for name in experiment.fields.get("output", ()) if name]
    for name in SINGLE:
        held[f"{key}_{name}"] = getattr(configs[0], name)
    st.session_state.update(held)


def _unheld(experiment: Experiment) -> tuple[str, ...]:
    """The fields of ``experiment`` that say more than the form can."""
    first = experiment.grid()[0]
    usual = Experiment(dataset=first.dataset, train_samples=first.train_samples).grid()[0]
    several = [
        name for name in ("dataset", *SINGLE) if len(set(experiment.fields.get(name, ()))) > 1
    ]
    if None in experiment.fields.get("output", ()):
        several.append("output")
    tests = {usual.test_samples, *experiment.fields.get("test_samples", ())} - {None}
    return (*several, "test_samples") if len(tests) > 1 else tuple(several)


def distinct(configs: Sequence[RunConfig], name: str) -> list[str]:
    """The values of a field as the widgets write them, each once."""
    return list(dict.fromkeys(as_option(name, getattr(config, name)) for config in configs))


def as_option(name: str, value: Any) -> str:
    """A value as in the options: choices without brackets that hold the defaults."""
    text = describe(value)
    if name == "hidden":
        return text.replace("-", ", ")
    head = text.partition("(")[0]
    entry = CHOICES.get(name, {}).get(head)
    if entry and text == str(default_choice(entry)):
        return head
    return text


def usual_experiment() -> Experiment:
    """What the form says before anybody touched it."""
    return Experiment(dataset=next(iter(DATASETS)), activation=list(FIRST), seed=[0, 1, 2])
