"""Links: an experiment and a view as the parameters of an address, and back.

An experiment's fields stand in the words of its file (``core.document``), those alone that
say something else than the defaults; the parts of a view are in ``core.sharing.view``. What
is unknown or broken gives a sentence each, and the rest is kept. Nothing is ever executed.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from core.catalog.choice import shown
from core.document import listed, networks, written_list
from core.errors import InvalidExperiment, KasseiError
from core.experiment import Experiment, RunConfig
from core.fields import FIELDS
from core.language import N_
from core.report import CONFIG_COLUMNS
from core.sharing.view import MAX_PICKED, VIEW, Part, written

# Written with every experiment; links without one were written by hand, and are of this one.
# In version 1 units alone (hidden=16,8) were several networks of one layer.
VERSION, _SINGLES = 2, "1"
# Reading a link must not cost more than drawing its page.
MAX_RUNS = 2_000
MAX_CHARACTERS = 20_000
_MOST_NOTES = 8
# Points of the grid at which a default is compared; more settings are written out instead.
_MOST_POINTS = 64
# What other sites add to an address to follow its readers.
_FOREIGN = ("utm_", "fbclid", "gclid", "msclkid", "mc_", "_gl", "embed")


@dataclass(frozen=True, slots=True)
class Link:
    """What an address says: an experiment, if any, the view, and what could not be read."""

    experiment: Experiment | None = None
    view: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[KasseiError, ...] = ()


def decode(parameters: Mapping[str, str]) -> Link:
    """The link of an address's ``parameters``; never raises."""
    notes: list[KasseiError] = []
    if sum(len(name) + len(text) for name, text in parameters.items()) > MAX_CHARACTERS:
        return Link(notes=(_too_long(),))
    version = parameters.get("v", str(VERSION))
    if version not in (_SINGLES, str(VERSION)):
        notes.append(
            KasseiError(
                N_("The link is of version {version}, this is version {known}: parts may differ."),
                version=shown(version),
                known=VERSION,
            )
        )
    view = {
        name: part
        for name, text in parameters.items()
        if name in VIEW and (part := _part(VIEW[name], text, notes)) is not None
    }
    for name in parameters:
        foreign = name.startswith(_FOREIGN)
        if not foreign and name not in VIEW and name not in FIELDS and name not in ("v", "name"):
            notes.append(
                KasseiError(N_("The link has {field}, which is not known here."), field=shown(name))
            )
    return Link(_experiment(parameters, notes), MappingProxyType(view), _few(notes))


def encode(experiment: Experiment | None = None, **view: Any) -> dict[str, str]:
    """The parameters of an address; ``decode`` reads the same runs and the same view back."""
    parameters: dict[str, str] = {}
    if experiment is not None:
        if experiment.name:
            parameters["name"] = experiment.name
        said = _telling(experiment.values) or {"dataset": (experiment.grid()[0].dataset,)}
        parameters |= {name: written_list(name, values) for name, values in said.items()}
        parameters["v"] = str(VERSION)
    for name in VIEW:
        if view.get(name) is not None:
            parameters[name] = written(view[name])
    return parameters


def address(parameters: Mapping[str, str]) -> str:
    """``parameters`` as they stand behind the ``?`` of an address, as readable as it allows."""
    return urlencode(parameters, safe=",()*")


def travelling(parameters: Mapping[str, str]) -> dict[str, str]:
    """Those of ``parameters`` that a link to another page takes along, as they are."""
    return {
        name: text
        for name, text in parameters.items()
        if name in FIELDS or name in ("v", "name") or (name in VIEW and VIEW[name].travels)
    }


def enclosing(runs: pd.DataFrame) -> Experiment | None:
    """The smallest experiment whose runs include all of ``runs``; None where none is small.

    Args:
        runs: rows with the columns of a run's config.
    """
    values: dict[str, Any] = {name: _distinct(name, runs[name]) for name in CONFIG_COLUMNS}
    if not len(runs) or math.prod(map(len, values.values())) > MAX_RUNS:
        return None
    try:
        experiment = Experiment(**values)
    except InvalidExperiment:
        return None
    held = {config.run_id for config in experiment.grid()}
    return experiment if set(runs["run_id"]) <= held else None


def picked(runs: pd.DataFrame) -> dict[str, str]:
    """The parameters that show exactly ``runs``, on another server too where it can be said.

    A set of runs that is no product of lists is the smallest product, and the ids of its runs.
    """
    experiment = enclosing(runs)
    if experiment is not None and len(experiment.grid()) == len(runs):
        return encode(experiment)
    return encode(experiment, runs=tuple(runs["run_id"])[:MAX_PICKED])


def _experiment(parameters: Mapping[str, str], notes: list[KasseiError]) -> Experiment | None:
    said: dict[str, Any] = {}
    for name in FIELDS:
        if name not in parameters:
            continue
        parts = _listed(name, parameters[name], parameters.get("v"), notes)
        values = [v for v in _values(name, parts, notes) if v is not _NOTHING]
        if values:
            said[name] = values
    if not said:
        return None
    runs = math.prod(map(len, said.values()))
    if runs > MAX_RUNS:
        notes.append(
            InvalidExperiment(
                N_("The lists make {runs} runs; at most {most} are possible."),
                runs=f"{runs:,}",
                most=f"{MAX_RUNS:,}",
            )
        )
        return None
    kept: dict[str, Any] = {}
    if "name" in parameters and _tried(notes, lambda t: Experiment(name=t), parameters["name"]):
        kept["name"] = parameters["name"]
    try:
        return Experiment(**kept, **said)
    except InvalidExperiment:
        # Each field joins those before it, or is left out with its reason.
        for name, values in said.items():
            together = {**kept, name: values}
            if _tried(notes, lambda fields: Experiment(**fields), together):
                kept = together
    return Experiment(**kept)


_NOTHING = object()


def _listed(name: str, text: str, version: str | None, notes: list[KasseiError]) -> list[Any]:
    """The values that ``text`` says of one field, each as its reader takes it."""
    parts: list[Any] | None = _tried(notes, lambda given: listed(name, given, MAX_RUNS), text)
    if parts is None:
        return []
    if not parts:
        notes.append(
            InvalidExperiment(N_("{field} is an empty list; give at least one value."), field=name)
        )
    if name == "hidden" and parts:
        return networks(parts, singles=version == _SINGLES)
    return parts


def _values(name: str, parts: Sequence[Any], notes: list[KasseiError]) -> Iterator[Any]:
    """The values of one field that can be read."""
    for part in parts:
        try:
            yield FIELDS[name].read(part)
        except InvalidExperiment as error:
            notes.append(error)


def _part(part: Part, text: str, notes: list[KasseiError]) -> Any:
    """The value of one part of the view; None where nothing of it can be read."""
    if part.most is None:
        return _tried(notes, part.read, text)
    given = dict.fromkeys(item for item in text.split(",") if item)
    read = [value for item in given if (value := _tried(notes, part.read, item)) is not None]
    if len(read) > part.most:
        notes.append(
            InvalidExperiment(
                N_("The link picks {count} runs; the first {most} are shown."),
                count=len(read),
                most=part.most,
            )
        )
    return tuple(dict.fromkeys(read[: part.most])) or None


def _tried(notes: list[KasseiError], read: Callable[[Any], Any], given: Any) -> Any:
    """What ``read`` makes of ``given``; None, and a note, where it cannot."""
    try:
        return read(given)
    except InvalidExperiment as error:
        notes.append(error)
        return None


# A page writes the same link again at every touch of a control.
@lru_cache(maxsize=32)
def _telling(values: tuple[tuple[str, tuple[Any, ...]], ...]) -> Mapping[str, tuple[Any, ...]]:
    """The fields of an experiment, as ``values``, without those that say what is so unless said."""
    said = dict(values)
    free = {name: values[:1] for name, values in said.items()}
    # What a default may follow from.
    leading = ("dataset", "train_samples", "noise", "outliers", "loss")
    points = free | {name: said[name] for name in leading if name in said}
    if math.prod(map(len, points.values())) > _MOST_POINTS:
        return said
    for name in tuple(said):
        fewer = {key: values for key, values in points.items() if key != name}
        if len(said[name]) == 1 and _ids(fewer) == _ids(points):
            said, points = {key: said[key] for key in said if key != name}, fewer
    return said


def _ids(points: Mapping[str, tuple[Any, ...]]) -> tuple[str, ...] | None:
    """The run at each point; None where one cannot be trained."""
    try:
        return tuple(
            RunConfig(**dict(zip(points, point, strict=True))).run_id
            for point in itertools.product(*points.values())
        )
    except InvalidExperiment:
        return None


def _distinct(name: str, column: pd.Series) -> list[Any]:
    values: list[Any] = [None if pd.isna(value) else value for value in column.unique()]
    if name == "hidden":
        return [[] if text == "none" else [int(u) for u in text.split("-")] for text in values]
    return [value.item() if hasattr(value, "item") else value for value in values]


def _few(notes: list[KasseiError]) -> tuple[KasseiError, ...]:
    if len(notes) <= _MOST_NOTES:
        return tuple(notes)
    more = KasseiError(N_("… and {count} more."), count=len(notes) - _MOST_NOTES)
    return (*notes[:_MOST_NOTES], more)


def _too_long() -> KasseiError:
    return KasseiError(
        N_("The link is longer than {most} characters, and was not read."),
        most=f"{MAX_CHARACTERS:,}",
    )
