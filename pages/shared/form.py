"""The form of Compare: widgets in, an Experiment out. The rest is folded under "more".

Every choice comes from the catalogs; what goes together is judged by ``core.experiment``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.analysis.sentences import FIELD_TITLES
from core.catalog import (
    ACTIVATIONS,
    BIAS_INITIALIZERS,
    KERNEL_INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    OUTPUTS,
    SCHEDULES,
)
from core.catalog.choice import Entry, default_choice
from core.errors import DataUnavailable, InvalidExperiment
from core.experiment import Experiment, RunConfig, describe
from core.language import N_, Translate
from data import DATASETS
from pages.shared import caches

_RATES = ("0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1")
_NETWORKS = ("none", "16", "16, 16", "64", "128, 128", "64, 64, 64, 64", "32, 32, 32, 32, 32, 32")
_MOST_SEEDS = 10
# Fields of which the form holds one value.
_SINGLE = ("epochs", "train_samples", "clip_norm", "noise", "outliers")
_FIRST = ("relu", "tanh", "sigmoid")
_CHOICES: Mapping[str, Mapping[str, Entry]] = {
    "activation": ACTIVATIONS,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
    "kernel_initializer": KERNEL_INITIALIZERS,
    "bias_initializer": BIAS_INITIALIZERS,
    "schedule": SCHEDULES,
}


def usual_experiment() -> Experiment:
    """What the form says before anybody touched it."""
    return Experiment(dataset=next(iter(DATASETS)), activation=list(_FIRST), seed=[0, 1, 2])


def choose_dataset(_: Translate) -> str:
    """Every data set as a picture of its own samples; the one that is chosen.

    A link may have brought it with a parameter, which is shown on its button: noise(7).
    """
    chosen: str = st.session_state.setdefault("dataset", next(iter(DATASETS)))
    head = chosen.partition("(")[0]
    missing: dict[str, DataUnavailable] = {}
    with st.container(horizontal=True, gap=1, key="data"):
        for name, source in DATASETS.items():
            st.button(
                f"{_picture(name, missing)}{chosen if name == head else name}",
                key=f"data_{name}",
                type="secondary" if name == head else "tertiary",
                help=f"{_(source.title)}. {_(source.description)}",
                on_click=st.session_state.update,
                args=({"dataset": name},),
            )
    if missing:
        st.error(next(iter(missing.values())).told(_))
    return chosen


def _picture(name: str, missing: dict[str, DataUnavailable]) -> str:
    """The picture of a data set in Markdown; nothing, and why in ``missing``, without one."""
    try:
        return f"![]({caches.thumbnail(name)}) "
    except DataUnavailable as error:
        missing[name] = error
        return ""


def fill_form(experiment: Experiment) -> None:
    """Put the values of ``experiment`` into the widgets, and remember what they cannot hold."""
    configs = experiment.grid()
    dataset = configs[0].dataset
    key = dataset.partition("(")[0]
    plain = dataset == Experiment(dataset=key).grid()[0].dataset
    held: dict[str, Any] = {"dataset": key if plain else dataset, "unheld": _unheld(experiment)}
    seeds = _distinct(configs, "seed")
    held["seeds"] = min(len(seeds), _MOST_SEEDS)
    held["own_seeds"] = [] if seeds == [str(s) for s in range(held["seeds"])] else seeds
    held["activation"] = _distinct(configs, "activation")
    for name in ("loss", "optimizer", "kernel_initializer", "bias_initializer", "schedule"):
        held[f"{key}_{name}"] = _distinct(configs, name)
    for name in ("learning_rate", "hidden", "batch_size", "l1", "l2"):
        held[f"{key}_{name}"] = _distinct(configs, name)
    held[f"{key}_output"] = [name for name in experiment.fields.get("output", ()) if name]
    for name in _SINGLE:
        held[f"{key}_{name}"] = getattr(configs[0], name)
    st.session_state.update(held)


def _unheld(experiment: Experiment) -> tuple[str, ...]:
    """The fields of ``experiment`` that say more than the form can."""
    first = experiment.grid()[0]
    usual = Experiment(dataset=first.dataset, train_samples=first.train_samples).grid()[0]
    several = [
        name for name in ("dataset", *_SINGLE) if len(set(experiment.fields.get(name, ()))) > 1
    ]
    if None in experiment.fields.get("output", ()):
        several.append("output")
    tests = {usual.test_samples, *experiment.fields.get("test_samples", ())} - {None}
    return (*several, "test_samples") if len(tests) > 1 else tuple(several)


def _distinct(configs: Sequence[RunConfig], name: str) -> list[str]:
    """The values of a field as the widgets write them, each once."""
    return list(dict.fromkeys(_written(name, getattr(config, name)) for config in configs))


def _written(name: str, value: Any) -> str:
    """A value as in the options: choices without brackets that hold the defaults."""
    text = describe(value)
    if name == "hidden":
        return text.replace("-", ", ")
    head = text.partition("(")[0]
    if name in _CHOICES and text == str(default_choice(_CHOICES[name][head])):
        return head
    return text


def choose_experiment(dataset: str, _: Translate) -> Experiment:
    """The experiment that the widgets say.

    Raises:
        InvalidExperiment: a value, or a combination, that cannot be trained.
    """
    usual = Experiment(dataset=dataset).grid()[0]
    key = f"{usual.source.name}_"
    unheld = st.session_state.get("unheld")
    if unheld and "job" in st.query_params:
        st.info(
            _(
                "The form cannot hold all that this link compares: it shows one value of {fields}."
            ).format(fields=_(", ").join(_(FIELD_TITLES[name]) for name in unheld))
        )
    said: dict[str, Any] = {"dataset": dataset}
    said["activation"] = _pills("activation", list(ACTIVATIONS), _FIRST, "activation", _)
    losses = [name for name, loss in LOSSES.items() if usual.source.task.kind in loss.tasks]
    said["loss"] = _pills("loss", losses, (usual.loss,), key + "loss", _)
    left, right = st.columns(2)
    with left:
        said["learning_rate"] = _several("learning_rate", _RATES, usual, key, _)
        said["optimizer"] = _several("optimizer", list(OPTIMIZERS), usual, key, _)
    with right:
        said["hidden"] = _several("hidden", _NETWORKS, usual, key, _)
        said["epochs"] = _number("epochs", 0, 100_000, usual.epochs, key, _)
    said["seed"] = _seeds(_)
    with st.expander(_("More: initial weights, schedule, batches, penalties, noise")):
        said |= _more(usual, key, _)
    if not said["hidden"]:
        # To an Experiment, an empty list is a network without hidden layers.
        raise InvalidExperiment(
            N_("{field} is an empty list; give at least one value."), field="hidden"
        )
    return Experiment(**{name: value for name, value in said.items() if value is not None})


def _seeds(_: Translate) -> list[Any]:
    """How many seeds; or, where a link brought others than the first few, these."""
    title = _("Seeds: runs of each configuration")
    told = _("Each seed is another split, another order of batches and another draw of weights.")
    own: list[str] = st.session_state.get("own_seeds", [])
    if own:
        picked: list[str] = st.multiselect(
            title, own, key="own_seeds", accept_new_options=True, help=told
        )
        return picked
    # Every widget has a first value of its own: one that is kept in the session state alone is
    # lost on the way to a browser whose first drawing is interrupted by a click.
    return list(range(st.slider(title, 1, _MOST_SEEDS, 3, key="seeds", help=told)))


def _more(usual: RunConfig, key: str, _: Translate) -> dict[str, Any]:
    said: dict[str, Any] = {}
    left, right = st.columns(2)
    with left:
        for name in ("kernel_initializer", "bias_initializer", "schedule"):
            said[name] = _several(name, list(_CHOICES[name]), usual, key, _)
        said["output"] = _outputs(key, _)
        most, samples = 10**9, usual.train_samples
        said["train_samples"] = _number("train_samples", 1, most, samples, key, _)
    with right:
        said["batch_size"] = _several("batch_size", ("16", "32", "64", "128", "256"), usual, key, _)
        said["l1"] = _several("l1", ("0", "0.0001", "0.001", "0.01"), usual, key, _)
        said["l2"] = _several("l2", ("0", "0.0001", "0.001", "0.01"), usual, key, _)
        said["clip_norm"] = _number("clip_norm", 0.0, 1e9, None, key, _)
        if usual.noise is not None:
            said["noise"] = _number("noise", 0.0, 100.0, usual.noise, key, _)
        if usual.outliers is not None:
            said["outliers"] = _number("outliers", 0.0, 1.0, usual.outliers, key, _)
    return said


def _pills(
    name: str, options: Sequence[str], first: Sequence[str], key: str, _: Translate
) -> list[str]:
    # A link may have brought choices with parameters of their own.
    chosen = st.session_state.get(key, ())
    picked: list[str] = st.pills(
        _title(name, _),
        list(dict.fromkeys((*options, *first, *chosen))),
        selection_mode="multi",
        default=list(first),
        format_func=_coloured if name == "activation" else str,
        wrap=True,
        key=key,
    )
    return picked


def _several(
    name: str, options: Sequence[str], usual: RunConfig, key: str, _: Translate
) -> list[str]:
    """A list of values of one field, which takes other values than its ``options`` too."""
    first = _distinct((usual,), name)
    chosen = st.session_state.get(key + name, ())
    picked: list[str] = st.multiselect(
        _title(name, _),
        list(dict.fromkeys((*options, *first, *chosen))),
        first,
        format_func=_network if name == "hidden" else str,
        accept_new_options=True,
        # Enter takes the value that was typed, not every value that looks like it.
        filter_mode="prefix",
        select_all=False,
        key=key + name,
        placeholder=_("choose, or type a value"),
    )
    return [text.replace("-", ",") for text in picked] if name == "hidden" else picked


def _outputs(key: str, _: Translate) -> list[str] | None:
    """Output activations; none chosen leaves each loss its own."""
    picked: list[str] = st.multiselect(
        _title("output", _),
        list(OUTPUTS),
        select_all=False,
        key=key + "output",
        placeholder=_("chosen by the loss"),
    )
    return picked or None


def _number(
    name: str, low: float, high: float, first: float | None, key: str, _: Translate
) -> float | None:
    step = None if isinstance(low, int) else 0.05
    return st.number_input(
        _title(name, _), low, high, first, step=step, key=key + name, placeholder="–"
    )


def _title(name: str, _: Translate) -> str:
    title = _(FIELD_TITLES[name])
    return title[:1].upper() + title[1:]


def _network(text: str) -> str:
    return text.replace(", ", "-")


def _coloured(name: str) -> str:
    colour = ACTIVATIONS[name.partition("(")[0]].colour
    return f':color[●]{{foreground="{colour}"}} {name}'
