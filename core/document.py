"""Experiments as text: the YAML file, and the lists of the command line and of links.

Only plain YAML is read (numbers, texts, lists); nothing in a file is ever executed.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import yaml

from core.catalog.choice import shown
from core.errors import InvalidExperiment
from core.experiment import MAX_RUNS, Experiment, RunConfig, describe
from core.fields import FIELDS
from core.language import N_
from core.report import CONFIG_COLUMNS

# A file that names every field needs far less.
MAX_CHARACTERS = 100_000

_RANGE = re.compile(r"(\d{1,10})-(\d{1,10})")


def from_yaml(text: str) -> Experiment:
    """Read an experiment file.

    Raises:
        InvalidExperiment: not YAML, not a mapping of fields, or a field that is not valid.
    """
    if len(text) > MAX_CHARACTERS:
        raise InvalidExperiment(
            N_("The experiment file is longer than {most} characters; no experiment needs that."),
            most=f"{MAX_CHARACTERS:,}",
        )
    content = _content(text)
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise InvalidExperiment(
            N_("An experiment file names fields, each on a line of its own, such as {example}."),
            example="activation: [relu, tanh]",
        )
    if "seed" in content:
        content["seed"] = _seeds(content["seed"])
    name = content.pop("name", None)
    # YAML reads some names as numbers, dates or "yes".
    said = str(name) if isinstance(name, int | float | date) else name
    return Experiment(name="" if said is None else said, **content)


def _seeds(given: Any) -> Any:
    """Ranges written out, as on the command line: ``0-4``, ``[0-2, 7]``."""
    if isinstance(given, str):
        return listed("seed", given)
    if isinstance(given, list):
        parts = (listed("seed", one) if isinstance(one, str) else [one] for one in given)
        return [one for part in parts for one in part]
    return given


def _content(text: str) -> object:
    try:
        return _Plain(text).get_single_data()
    except InvalidExperiment:
        raise
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        if mark is None:
            raise InvalidExperiment(
                N_("The experiment file is not valid YAML: plain text with a field on each line.")
            ) from None
        raise InvalidExperiment(
            N_("The experiment file is not valid YAML near line {line}."), line=mark.line + 1
        ) from None


class _Plain(yaml.SafeLoader):
    """YAML without aliases, tags and keys that are said twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """The next node."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        # Ten lines of aliases can expand to a billion values.
        if isinstance(event, yaml.AliasEvent):
            raise InvalidExperiment(N_("The experiment file has a YAML alias (*); write it out."))
        if getattr(event, "tag", None) is not None:
            raise InvalidExperiment(
                N_("The experiment file has a YAML tag ({tag}); write numbers, texts and lists."),
                tag=shown(event.tag),
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping, whose last word on a key is its only one."""
        counts = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        twice, count = (counts.most_common(1) or [("", 0)])[0]
        if count > 1:
            raise InvalidExperiment(
                N_("{field} is said twice in the experiment file; make it one list."),
                field=shown(twice),
            )
        return super().construct_mapping(node, deep)


def to_yaml(experiment: Experiment) -> str:
    """The experiment file of ``experiment``; ``from_yaml`` reads the same back."""
    lines = []
    for key, value in experiment.document().items():
        text = yaml.safe_dump(
            value, default_flow_style=True, allow_unicode=True, width=10**6, sort_keys=False
        )
        lines.append(f"{key}: {text.removesuffix('...' + chr(10)).strip()}")
    # An experiment that says nothing is one all the same: the defaults.
    return "\n".join(lines or ["{}"]) + "\n"


def from_row(row: Mapping[Any, Any]) -> RunConfig:
    """The config of a row of a table of runs, as exported or as the store gives it.

    Raises:
        InvalidExperiment: a value that cannot be trained.
    """
    said = {name: row[name] for name in CONFIG_COLUMNS}
    # NaN, and pandas' own NA, are the only values that are not themselves.
    given = {
        name: None if value is None or value != value else value for name, value in said.items()
    }
    given["hidden"] = str(given["hidden"]).replace("-", ",")
    return RunConfig(**given)


def listed(field: str, text: str, most: int = MAX_RUNS) -> list[Any]:
    """The values of a comma-separated list: ``relu,leaky_relu(0.1)``, ``0-4``, ``0,3-5``.

    Ranges of whole numbers are for seeds alone, at most ``most`` of them; commas in brackets
    belong to a choice.
    """
    values: list[Any] = []
    for part in map(str.strip, _parts(text)):
        span = _RANGE.fullmatch(part) if field == "seed" else None
        if span:
            first, last = int(span[1]), int(span[2])
            if last - first >= most:
                raise InvalidExperiment(
                    N_("The lists make {runs} runs; at most {most} are possible."),
                    runs=f"{last - first + 1:,}",
                    most=f"{most:,}",
                )
            if last < first:
                raise InvalidExperiment(
                    N_("The range {value} is not valid; write the smaller number first: 0-4."),
                    value=part,
                )
            values.extend(range(first, last + 1))
        elif part:
            values.append(part)
    return values


def written_list(field: str, values: Sequence[Any]) -> str:
    """The comma-separated list of ``values`` of one field; ``listed`` cuts it again.

    Networks are written with dashes (128-128), and several of one layer in brackets, which
    ``networks`` reads; whole rows of seeds as a range (0-4), choices without brackets that hold
    their defaults.
    """
    if field == "hidden" and len(values) > 1 and all(len(value) == 1 for value in values):
        # 16,8 is one network, of two layers.
        return ",".join(f"({_written(field, value)})" for value in values)
    if field == "seed" and len(values) > 2 and list(values) == _row(values[0], len(values)):
        return f"{values[0]}-{values[-1]}"
    return ",".join(_written(field, value) for value in values)


def networks(parts: Sequence[str], *, singles: bool = False) -> list[str]:
    """The networks in the ``parts`` of a list, each as its reader takes it: ``128-128,64``.

    Units alone (``128,128``) are one network, as on the command line, unless they are
    ``singles``: networks of one layer each.
    """
    if not singles and all(part.isdecimal() for part in parts):
        return [",".join(parts)]
    bare = (part[1:-1] if part.startswith("(") and part.endswith(")") else part for part in parts)
    return [part.replace("-", ",") for part in bare]


def _row(first: int, count: int) -> list[int]:
    return list(range(first, first + count))


def _written(field: str, value: Any) -> str:
    if value is None:
        return "none"
    text = describe(value)
    head, bracket, _ = text.partition("(")
    return head if bracket and _means(field, head, value) else text


def _means(field: str, text: str, value: Any) -> bool:
    try:
        return bool(FIELDS[field].read(text) == value)
    except InvalidExperiment:
        return False


def _parts(text: str) -> list[str]:
    """``text`` cut at the commas outside of brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")" and depth > 0)
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts
