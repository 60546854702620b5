"""What differs between runs and what is the same: configurations, and short labels for them.

A configuration is everything of a run but its seed. Frames in, frames out; no charts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.catalog.formula import label
from core.report import CONFIG_COLUMNS

# Filled in from the other fields: named in a label only where those do not tell it already.
_FOLLOWING = ("train_samples", "test_samples", "noise", "outliers", "output")
_SETTINGS = tuple(name for name in CONFIG_COLUMNS if name != "seed")

_FEW = 1_000

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


@dataclass(frozen=True, slots=True, eq=False)
class _Field:
    """What runs say of one field: ``texts[codes[i]]`` is run i's; no two texts are alike."""

    codes: NDArray[np.intp]
    texts: list[str]


def varying(runs: pd.DataFrame) -> tuple[str, ...]:
    """The fields in which ``runs`` differ, without the seed and without fields that follow."""
    return _varying(_fields(runs))


def _varying(fields: Mapping[str, _Field]) -> tuple[str, ...]:
    differing = [name for name in _SETTINGS if len(fields[name].texts) > 1]
    leading = [name for name in differing if name not in _FOLLOWING]
    for name in differing:
        if name in _FOLLOWING and not _follows(fields, name, leading):
            leading.append(name)
    return tuple(name for name in _SETTINGS if name in leading)


def shared(runs: pd.DataFrame) -> dict[str, str]:
    """The value, as text, of each field that all of ``runs`` have in common."""
    fields = _fields(runs)
    return {name: fields[name].texts[0] for name in _SETTINGS if len(fields[name].texts) == 1}


def labelled(runs: pd.DataFrame) -> pd.DataFrame:
    """``runs`` with a column ``configuration``: a label of the differing fields only.

    Runs that have labels keep them: a page labels its runs once, and passes them on. Of a part
    of them, or where settings were changed, ask ``relabelled``.
    """
    return runs if "configuration" in runs else relabelled(runs)


def relabelled(runs: pd.DataFrame, but: Sequence[str] = ()) -> pd.DataFrame:
    """``runs`` with a column ``configuration`` that says what differs among them.

    Args:
        but: fields that the labels leave out: runs that differ in these alone have one label.
    """
    fields = _fields(runs)
    named = _labels(fields, [name for name in _varying(fields) if name not in but])
    return runs.assign(configuration=pd.Series(_column(named), runs.index, dtype="str"))


def members(runs: pd.DataFrame) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """(names, codes): the labels of ``runs`` by appearance, and which of them each run has."""
    codes, names = _factorized(labelled(runs)["configuration"])
    return np.array(names, dtype=object), codes


def numbered(labels: pd.Series, names: Sequence[str] | NDArray[np.object_]) -> NDArray[np.intp]:
    """Which of ``names`` each of ``labels`` is; -1 for none."""
    place = {name: index for index, name in enumerate(names)}
    return np.array([place.get(label, -1) for label in labels.tolist()], dtype=np.intp)


def combinations(runs: pd.DataFrame, names: Sequence[str]) -> NDArray[np.intp]:
    """The number of each run's combination of the fields ``names``, by first appearance."""
    return _together([_field(runs[name]) for name in names])[0]


def configurations(runs: pd.DataFrame) -> pd.DataFrame:
    """One row a configuration, in order of appearance.

    Columns: configuration, the fields that vary (as text), activation, runs (how many).
    """
    fields = _fields(runs)
    told = _varying(fields)
    named = _labels(fields, told)
    first = np.unique(named.codes, return_index=True)[1]
    table = {
        name: _column(_Field(fields[name].codes[first], fields[name].texts))
        for name in dict.fromkeys((*told, "activation"))
    }
    labels = pd.Series(np.array(named.texts, dtype=object), dtype="str")
    return pd.DataFrame(table, dtype=object).assign(
        configuration=labels, runs=np.bincount(named.codes, minlength=len(named.texts))
    )


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
    place = {run_id: index for index, run_id in enumerate(known.tolist())}
    found = [place.get(run_id, -1) for run_id in values[starts].tolist()]
    return np.repeat(np.array(found, dtype=np.intp), np.diff(starts, append=len(values)))


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


def _fields(runs: pd.DataFrame) -> dict[str, _Field]:
    return {name: _field(runs[name]) for name in _SETTINGS}


def _field(column: pd.Series) -> _Field:
    # Ten thousand runs have few values of a field: each is written once.
    codes, values = _factorized(column)
    return _told(codes, [field_text(value) for value in values])


def _factorized(column: pd.Series) -> tuple[NDArray[np.intp], Sequence[Any]]:
    """The values of ``column``, and which of them each row has."""
    if len(column) > _FEW:
        codes, values = pd.factorize(column, use_na_sentinel=False)
        return codes, list(values)
    # Pandas takes a tenth of a millisecond to begin, and a page asks for hundreds of columns.
    places: dict[Any, int] = {}
    found = [places.setdefault(value, len(places)) for value in column.tolist()]
    return np.array(found, dtype=np.intp), list(places)


def _told(codes: NDArray[np.intp], texts: Sequence[str]) -> _Field:
    """A field whose ``texts`` may be alike."""
    place = {text: index for index, text in enumerate(dict.fromkeys(texts))}
    if len(place) < len(texts):
        codes = np.array([place[text] for text in texts], dtype=np.intp)[codes]
    return _Field(codes, list(place))


def _column(field: _Field) -> NDArray[np.object_]:
    return np.array(field.texts, dtype=object)[field.codes]


def _together(fields: Sequence[_Field]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For each run the number of its combination, by appearance; each one's first run."""
    codes = fields[0].codes
    for field in fields[1:]:
        codes = np.unique(codes * len(field.texts) + field.codes, return_inverse=True)[1]
    _, first, found = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[found], first[order]


def _follows(fields: Mapping[str, _Field], name: str, leading: Sequence[str]) -> bool:
    """Whether the ``leading`` fields tell ``name``."""
    if not leading:
        return False
    those = [fields[one] for one in leading]
    return len(_together(those)[1]) == len(_together([*those, fields[name]])[1])


def _labels(fields: Mapping[str, _Field], told: Sequence[str]) -> _Field:
    """The label of each run, by appearance."""
    told = told or ("activation",)
    forms = [_short_forms(fields[name].texts, name) for name in told]
    codes, first = _together([fields[name] for name in told])
    texts = [
        " · ".join(form[fields[name].codes[run]] for form, name in zip(forms, told, strict=True))
        for run in first
    ]
    return _told(codes, texts)


def _short_forms(texts: Sequence[str], name: str) -> list[str]:
    """Brackets are dropped where only one choice of that name is about: leaky_relu."""
    if name == "hidden":
        return [short_network(text) for text in texts]
    if name in _PLAIN:
        heads = [_head(text) for text in texts]
        alone = Counter(heads)
        return [head if alone[head] == 1 else text for head, text in zip(heads, texts, strict=True)]
    prefix = _SHORT.get(name, "" if name.endswith("initializer") else name)
    return [f"{prefix} {text or '–'}".strip() for text in texts]


def _head(text: str) -> str:
    """A choice without its brackets; of a formula, what is in them."""
    short = label(text)
    return text.partition("(")[0] if short == text else short
