"""What the data show, in words: sentences computed from frames, in the reader's language.

No sentence says more than its interval allows: a difference whose interval holds zero is
"no difference that n seeds can show". Knows no page.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.analysis.configurations import members, shared, short_network, varying
from core.catalog import LOSSES, OPTIMIZERS
from core.catalog.choice import Entry, default_choice
from core.experiment import features
from core.language import N_, Translate
from core.metrics import Metric
from core.report import Status
from data import DATASETS

FIELD_TITLES: Mapping[str, str] = {
    "dataset": N_("data set"),
    "train_samples": N_("training samples"),
    "test_samples": N_("test samples"),
    "noise": N_("noise"),
    "outliers": N_("share of outliers"),
    "hidden": N_("hidden layers"),
    "activation": N_("activation"),
    "output": N_("output activation"),
    "loss": N_("loss"),
    "learning_rate": N_("learning rate"),
    "schedule": N_("learning-rate schedule"),
    "optimizer": N_("optimizer"),
    "batch_size": N_("batch size"),
    "epochs": N_("epochs"),
    "kernel_initializer": N_("initial weights"),
    "bias_initializer": N_("initial biases"),
    "l1": N_("L1 penalty"),
    "l2": N_("L2 penalty"),
    "clip_norm": N_("gradient clipping (norm)"),
    "seed": N_("seed"),
}


def setting(runs: pd.DataFrame, _: Translate) -> str:
    """One line: what all ``runs`` share, what is controlled, and what differs."""
    same = shared(runs)
    parts = []
    if "dataset" in same:
        source = DATASETS[same["dataset"].partition("(")[0]]
        parts.append(_(source.title))
        if "hidden" in same:
            parts.append(_network(same["dataset"], same["hidden"]))
    elif "hidden" in same:
        parts.append(same["hidden"])
    if "loss" in same:
        parts.append(_plain(same["loss"], LOSSES))
    by = [_plain(same["optimizer"], OPTIMIZERS)] if "optimizer" in same else []
    # Without its optimizer a bare number would not say what it is.
    rate = [("" if by else "lr ") + same["learning_rate"]] if "learning_rate" in same else []
    parts.append(" ".join([*by, *rate]))
    if "batch_size" in same:
        parts.append(_("batch {size}").format(size=same["batch_size"]))
    if "train_samples" in same:
        count = f"{int(same['train_samples']):,}"
        parts.append(_("{count} training samples").format(count=count))
    seeds = int(runs["seed"].nunique())
    controlled = (
        _("{seeds} seeds, each with the same split, batches and draw of the first weights")
        if seeds > 1
        else _("one seed: the same split, batches and draw of the first weights")
    )
    return " · ".join(part for part in [*parts, controlled.format(seeds=seeds)] if part)


def stopped(runs: pd.DataFrame, _: Translate) -> str:
    """At which epochs those of ``runs`` stand that were stopped: ``Stopped at epoch 4 of 20``."""
    left = runs[runs["status"] == Status.CANCELLED.value]
    stands = left["epochs_done"].fillna(0).astype(int)
    told = _("Stopped at epoch {first} of {epochs}")
    if stands.min() < stands.max():
        told = _("Stopped at epochs {first} to {last} of {epochs}")
    numbers = {"first": stands.min(), "last": stands.max(), "epochs": int(left["epochs"].max())}
    if len(left) == len(runs):
        return told.format(**numbers)
    ended = _("{done} of {runs} runs had ended").format(done=len(runs) - len(left), runs=len(runs))
    return f"{told.format(**numbers)} · {ended}"


def differing(runs: pd.DataFrame, _: Translate) -> str:
    """``activation, learning rate``: the fields in which ``runs`` differ."""
    return _list((_(FIELD_TITLES[name]) for name in varying(runs)), _)


def speed(convergence: pd.DataFrame, target: str, _: Translate) -> str:
    """Who reaches the target first and last, by median epochs; who does not.

    Args:
        convergence: rows of ``analysis.convergence.convergence``.
        target: the target in words, ``97 %``.
    """
    known = [row for row in convergence.to_dict("records") if row["n"] > 0]
    there = [row for row in known if math.isfinite(row["epochs"])]
    never = [row["configuration"] for row in known if not math.isfinite(row["epochs"])]
    if not there:
        return _("No configuration reaches {target} in most of its seeds.").format(target=target)
    first, last = min(row["epochs"] for row in there), max(row["epochs"] for row in there)
    one_seed = max(row["n"] for row in known) == 1
    told = _race(one_seed=one_seed, together=first == last, _=_).format(
        names=_list((row["configuration"] for row in there if row["epochs"] == first), _),
        n=max(row["n"] for row in there),
        target=target,
        epochs=f"{first:g}",
        others=_list((row["configuration"] for row in there if row["epochs"] == last), _),
        late=f"{last:g}",
    )
    if never:
        told += " " + _("Not reached in most seeds: {names}.").format(names=_list(never, _))
    return told


def _race(*, one_seed: bool, together: bool, _: Translate) -> str:
    if together:
        return (
            _("With one seed, {target} is reached by {names} in epoch {epochs}.")
            if one_seed
            else _(
                "In the median over {n} seeds, {target} is reached by {names} in epoch {epochs}."
            )
        )
    if one_seed:
        return _(
            "With one seed, {target} is reached first by {names} (epoch {epochs}), last by "
            "{others} (epoch {late})."
        )
    return _(
        "In the median over {n} seeds, {target} is reached first by {names} (epoch {epochs}), "
        "last by {others} (epoch {late})."
    )


def gaps(differences: pd.DataFrame, baseline: str, metric: Metric, _: Translate) -> str:
    """Which configurations differ from the ``baseline`` by more than their interval.

    Empty where no seed finished both in the ``baseline`` and in another configuration.

    Args:
        differences: rows of ``analysis.comparison.paired_differences``.
    """
    others = [row for row in differences.to_dict("records") if row["configuration"] != baseline]
    measured = [row for row in others if row["n"] > 1]
    single = [row for row in others if row["n"] == 1]
    if not measured and not single:
        return ""
    sign = 1 if metric.higher_is_better else -1
    better = [row for row in measured if row["clear"] and sign * row["difference"] > 0]
    worse = [row for row in measured if row["clear"] and sign * row["difference"] < 0]
    same = [row for row in measured if not row["clear"]]
    said = [
        sentence.format(
            names=_names(group, _),
            baseline=baseline,
            metric=_(metric.title),
            range=_range([abs(row["difference"]) for row in group], metric, _),
        )
        for group, sentence in (
            (better, _("Better than {baseline} in {metric}: {names} (by {range}).")),
            (worse, _("Worse than {baseline} in {metric}: {names} (by {range}).")),
        )
        if group
    ]
    if same:
        unclear = _(
            "{names}: at the end no difference from {baseline} that {seeds} seeds can show."
        )
        seeds = max(row["n"] for row in same)
        said.append(unclear.format(names=_names(same, _), baseline=baseline, seeds=seeds))
    if single:
        said.append(
            _("{names}: one seed to compare shows no interval; train more seeds.").format(
                names=_names(single, _)
            )
            if measured
            else _("One seed shows no interval; train more seeds to tell chance from difference.")
        )
    if none := [row for row in others if row["n"] == 0]:
        told = _("{names}: no seed that finished here and in {baseline}.")
        said.append(told.format(names=_names(none, _), baseline=baseline))
    return " ".join(said)


def diverged(runs: pd.DataFrame, _: Translate) -> str:
    """Which configurations diverged, how many of their seeds and when; empty if none did."""
    lost = runs["status"].to_numpy(dtype=object) == Status.DIVERGED.value
    if not lost.any():
        return ""
    names, codes = members(runs)
    updates = runs["diverged_at"].to_numpy(dtype=float, na_value=math.nan)
    parts = []
    for code in dict.fromkeys(codes[lost].tolist()):
        own = codes == code
        count, total = int((own & lost).sum()), int(own.sum())
        known = own & lost & np.isfinite(updates)
        part = _("{name} ({count} of {total} seeds)")
        if known.any():
            part = _("{name} ({count} of {total} seeds, first at update {update})")
        first = int(updates[known].min(initial=math.inf)) if known.any() else 0
        parts.append(part.format(name=names[code], count=count, total=total, update=first))
    return _(
        "Diverged, the loss no longer finite: {list}. After that a curve is the mean of the seeds "
        "left, and ends where none is left."
    ).format(list=_list(parts, _))


def _network(dataset: str, hidden: str) -> str:
    task = DATASETS[dataset.partition("(")[0]].task
    outputs = task.classes if task.kind == "classification" else 1
    middle = [] if hidden == "none" else [short_network(hidden)]
    return "-".join([str(features(dataset)), *middle, str(outputs)])


def _plain(text: str, catalog: Mapping[str, Entry]) -> str:
    """A choice without its brackets where they hold the defaults."""
    head = text.partition("(")[0]
    return head if text == str(default_choice(catalog[head])) else text


def _range(sizes: Sequence[float], metric: Metric, _: Translate) -> str:
    texts = [metric.difference(value).lstrip("+") for value in (min(sizes), max(sizes))]
    span = texts[0] if texts[0] == texts[1] else f"{texts[0]}–{texts[1]}"
    return _("{number} points").format(number=span) if metric.share else span


def _names(rows: Iterable[Mapping[Any, Any]], _: Translate) -> str:
    return _list((row["configuration"] for row in rows), _)


def _list(names: Iterable[str], _: Translate) -> str:
    return _(", ").join(names)
