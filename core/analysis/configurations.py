"""What differs between runs and what is the same: configurations, and short labels for them.

A configuration is everything of a run but its seed. Frames in, frames out; no charts.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.catalog.formula import label
from core.report import CONFIG_COLUMNS

# Filled in from the other fields: named in a label only where those do not tell it already.
_FOLLOWING = ("train_samples", "test_samples", "noise", "outliers", "output")
_SETTINGS = tuple(name for name in CONFIG_COLUMNS if name != "seed")

_SHORT = {
    "learning_rate": "lr",
    "batch_size": "batch",
    "train_samples": "n",
    "test_samples": "test n",
    "clip_norm": "clip",
    "bias_initializer": "bias",
}
# Fields whose values say by themselves what they are: relu, adam, mnist, 128-128.
_PLAIN = ("dataset", "hidden", "activation", "output", "loss", "schedule", "optimizer")


def varying(runs: pd.DataFrame) -> tuple[str, ...]:
    """The fields in which ``runs`` differ, without the seed and without fields that follow."""
    return _varying(_texts(runs))


def _varying(texts: pd.DataFrame) -> tuple[str, ...]:
    leading = [n for n in _SETTINGS if n not in _FOLLOWING and texts[n].nunique() > 1]
    for name in _FOLLOWING:
        if texts[name].nunique() > 1 and not _follows(texts, name, leading):
            leading.append(name)
    return tuple(name for name in _SETTINGS if name in leading)


def shared(runs: pd.DataFrame) -> dict[str, str]:
    """The value, as text, of each field that all of ``runs`` have in common."""
    texts = _texts(runs)
    return {name: str(texts[name].iloc[0]) for name in _SETTINGS if texts[name].nunique() == 1}


def labelled(runs: pd.DataFrame, but: Sequence[str] = ()) -> pd.DataFrame:
    """``runs`` with a column ``configuration``: a label of the differing fields only.

    Args:
        but: fields that the labels leave out: runs that differ in these alone have one label.
    """
    texts = _texts(runs)
    fields = [name for name in _varying(texts) if name not in but]
    return runs.assign(configuration=_labels(texts, fields))


def configurations(runs: pd.DataFrame) -> pd.DataFrame:
    """One row a configuration, in order of appearance.

    Columns: configuration, the fields that vary (as text), activation, runs (how many).
    """
    texts = _texts(runs)
    fields = _varying(texts)
    table = texts[list(dict.fromkeys((*fields, "activation")))].assign(
        configuration=_labels(texts, fields)
    )
    counts = table["configuration"].value_counts()
    table = table.drop_duplicates("configuration").reset_index(drop=True)
    return table.assign(runs=table["configuration"].map(counts).astype(int))


def places(run_ids: pd.Series, known: pd.Series) -> NDArray[np.intp]:
    """The place in ``known`` of each of ``run_ids`` (-1: none); rows of a run lie together.

    Only where the run changes is a text looked up: a hundred times less than every row.
    """
    values = run_ids.array
    if not len(values):
        return np.empty(0, dtype=np.intp)
    fresh = np.ones(len(values), dtype=bool)
    fresh[1:] = np.asarray(values[1:] != values[:-1], dtype=bool)
    starts = np.flatnonzero(fresh)
    found = pd.Index(known).get_indexer(pd.Index(values[starts]))
    return np.repeat(found, np.diff(starts, append=len(values)))


def field_text(value: Any) -> str:
    """A field's value as people write it: 128-128, 0.001, relu; nothing for an absent one."""
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def short_network(hidden: str) -> str:
    """The widths of hidden layers, more than four alike as 8×16: sixteen layers of 8 units."""
    widths = hidden.split("-")
    alike = len(widths) > 4 and len(set(widths)) == 1
    return f"{widths[0]}×{len(widths)}" if alike else hidden


def _texts(runs: pd.DataFrame) -> pd.DataFrame:
    columns = {}
    for name in _SETTINGS:
        # Ten thousand runs have few values of a field: each is written once.
        codes, values = pd.factorize(runs[name], use_na_sentinel=False)
        texts = np.array([field_text(value) for value in values], dtype=object)
        columns[name] = texts[codes] if len(texts) else texts
    return pd.DataFrame(columns, index=runs.index, dtype=object)


def _follows(texts: pd.DataFrame, name: str, leading: Sequence[str]) -> bool:
    """Whether the ``leading`` fields tell ``name``."""
    if not leading:
        return False
    return bool((texts.groupby(list(leading), sort=False)[name].nunique() <= 1).all())


def _labels(texts: pd.DataFrame, fields: Sequence[str]) -> pd.Series:
    if not fields:
        fields = ("activation",)
    parts = [_short_forms(texts[name], name) for name in fields]
    label = parts[0]
    for part in parts[1:]:
        label = label + " · " + part
    return label


def _short_forms(values: pd.Series, name: str) -> pd.Series:
    """Brackets are dropped where only one choice of that name is about: leaky_relu."""
    if name == "hidden":
        return values.map(short_network)
    if name in _PLAIN:
        heads = {text: _head(text) for text in values.unique()}
        alone = [text for text, head in heads.items() if list(heads.values()).count(head) == 1]
        return values.map(lambda text: heads[text] if text in alone else text)
    prefix = _SHORT.get(name, "" if name.endswith("initializer") else name)
    return values.map(lambda text: f"{prefix} {text or '–'}".strip())


def _head(text: str) -> str:
    """A choice without its brackets; of a formula, what is in them."""
    short = label(text)
    return text.partition("(")[0] if short == text else short
