"""The form of Compare: widgets in, an Experiment out. The rest is folded under "more".

Every choice comes from the catalogs; what goes together is judged by ``core.experiment``.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.analysis.sentences import FIELD_TITLES
from core.catalog import (
    ACTIVATIONS,
    LOSSES,
    OPTIMIZERS,
    OUTPUTS,
)
from core.catalog.formula import FORMULA, label
from core.charts.palette import colour_of
from core.document import listed
from core.errors import DataUnavailable, InvalidExperiment
from core.experiment import Experiment, RunConfig
from core.fields import FIELDS
from core.language import N_, Translate
from data import DATASETS
from data.source import Source
from pages.shared import caches
from pages.shared.failures import keeping
from pages.shared.filling import CHOICES, FIRST, MOST_SEEDS, as_option, distinct
from pages.shared.markdown import escaped
from pages.shared.own_formula import ask_formula
from pages.shared.theme import is_dark

_RATES = ("0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1")
_NETWORKS = ("none", "16", "16, 16", "64", "128, 128", "64, 64, 64, 64", "32, 32, 32, 32, 32, 32")


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
                help=_about(source, _),
                on_click=st.session_state.update,
                args=({"dataset": name},),
            )
    if missing:
        st.error(escaped(next(iter(missing.values())).told(_)))
    return chosen


def _about(source: Source, _: Translate) -> str:
    """What a data set is and where it comes from; if not drawn anew, under which licence."""
    told = _("{title}. {description}").format(
        title=_(source.title), description=_(source.description)
    )
    cited = f"[{source.citation}]({source.url})" if source.url else source.citation
    origin = _("Source: {citation}.").format(citation=cited)
    if source.available is not None:
        origin = _("Source: {citation}. Licence: {licence}.").format(
            citation=cited, licence=_(source.licence)
        )
    return f"{told}\n\n{origin}"


def _picture(name: str, missing: dict[str, DataUnavailable]) -> str:
    """The picture of a data set in Markdown; nothing, and why in ``missing``, without one."""
    try:
        return f"![]({caches.thumbnail(name)}) "
    except DataUnavailable as error:
        missing[name] = error
        return ""


def choose_experiment(dataset: str, _: Translate) -> Experiment:
    """The experiment that the widgets say.

    Raises:
        InvalidExperiment: a value, or a combination, that cannot be trained.
    """
    usual = Experiment(dataset=dataset).grid()[0]
    key = f"{usual.source.name}_"
    unheld = st.session_state.get("unheld")
    if unheld:
        st.info(
            _(
                "The form cannot hold all that this link compares: it shows one value of {fields}."
            ).format(fields=_(", ").join(_(FIELD_TITLES[name]) for name in unheld))
        )
    said: dict[str, Any] = {"dataset": dataset}
    named = [name for name in ACTIVATIONS if name != FORMULA.name]
    said["activation"] = _pills("activation", named, FIRST, "activation", _)
    ask_formula(_)
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
    return list(range(st.slider(title, 1, MOST_SEEDS, 3, key="seeds", help=told)))


def _more(usual: RunConfig, key: str, _: Translate) -> dict[str, Any]:
    said: dict[str, Any] = {}
    left, right = st.columns(2)
    with left:
        for name in ("kernel_initializer", "bias_initializer", "schedule"):
            said[name] = _several(name, list(CHOICES[name]), usual, key, _)
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
    st.text_input(
        _("… or type one, with its parameter"),
        key=f"{key}_typed",
        placeholder={"activation": "leaky_relu(0.1)", "loss": "huber(2)"}[name],
        max_chars=200,
        label_visibility="collapsed",
        on_change=keeping,
        args=(_take_typed, name, key),
    )
    return picked


def _take_typed(name: str, key: str) -> None:
    """Choose what was typed beside the pills, and empty the field.

    Raises:
        InvalidExperiment: it is none; the field keeps it.
    """
    field = FIELDS[name]
    typed = [
        as_option(name, field.read(part)) for part in listed(name, st.session_state[f"{key}_typed"])
    ]
    chosen = [*st.session_state.get(key, ()), *typed]
    st.session_state[key] = list(dict.fromkeys(chosen))
    st.session_state[f"{key}_typed"] = ""


def _several(
    name: str, options: Sequence[str], usual: RunConfig, key: str, _: Translate
) -> list[str]:
    """A list of values of one field, which takes other values than its ``options`` too."""
    first = distinct((usual,), name)
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
    if name.partition("(")[0] not in ACTIVATIONS:
        # A link may have brought what is no activation, which is told elsewhere.
        return name
    colour = colour_of(name, dark=is_dark())
    return f':color[●]{{foreground="{colour}"}} {escaped(label(name))}'
