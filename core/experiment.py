"""RunConfig and Experiment: validated, frozen, hashed records of what to train.

A RunConfig says everything about one run, every default filled in: the same config is
the same run, found by its ``run_id``. An Experiment is a name and lists of values, and
its grid is their product. This module knows neither files nor training.
"""

import hashlib
import itertools
import json
import math
from functools import cached_property, lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from core.catalog import ACTIVATIONS
from core.catalog.choice import number_text, parse
from core.completion import refuse_unknown, resolved
from core.errors import InvalidExperiment
from core.fields import FIELDS
from core.language import N_
from data import DATASETS, Source

MAX_RUNS = 100_000
MAX_PARAMETERS = 50_000_000
MAX_NAME = 200
_KEPT_RUNS = 1_000
_Values = tuple[tuple[str, tuple[Any, ...]], ...]

# Part of every run_id: raise it when a change of the engine changes what a config means.
FORMAT = 1


class _Record(BaseModel):
    """A frozen record whose errors are InvalidExperiment sentences."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    def __init__(self, /, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise _sentence(error) from None


def _sentence(error: ValidationError) -> InvalidExperiment:
    """Our own sentence out of pydantic's wrapping."""
    for detail in error.errors():
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, InvalidExperiment):
            return cause
    return InvalidExperiment(
        N_("{value} is not valid: {reason}."),
        value=".".join(str(part) for part in error.errors()[0]["loc"]),
        reason=error.errors()[0]["msg"],
    )


class RunConfig(_Record):
    """One run, completely: data, network, loss, optimization and seed.

    Choices are canonical texts with their parameters (``leaky_relu(0.01)``); ``noise``,
    ``outliers`` and ``clip_norm`` are None where they do not apply.
    """

    dataset: str
    train_samples: int
    test_samples: int
    noise: float | None
    outliers: float | None
    hidden: tuple[int, ...]
    activation: str
    output: str
    loss: str
    learning_rate: float
    schedule: str
    optimizer: str
    batch_size: int
    epochs: int
    kernel_initializer: str
    bias_initializer: str
    l1: float
    l2: float
    clip_norm: float | None
    seed: int

    @model_validator(mode="before")
    @classmethod
    def _resolve(cls, given: dict[str, Any]) -> dict[str, Any]:
        return resolved(given)

    @model_validator(mode="after")
    def _fits(self) -> "RunConfig":
        if self.batch_size > self.train_samples:
            raise InvalidExperiment(
                N_("batch_size {batch} is larger than the training set of {samples} samples."),
                batch=self.batch_size,
                samples=self.train_samples,
            )
        if self.parameters > MAX_PARAMETERS:
            raise InvalidExperiment(
                N_("The network {sizes} has {count} parameters; at most {most} are possible."),
                sizes="-".join(map(str, self.sizes)),
                count=f"{self.parameters:,}",
                most=f"{MAX_PARAMETERS:,}",
            )
        return self

    @property
    def source(self) -> Source:
        """The catalog record of the data set."""
        return DATASETS[self.dataset.partition("(")[0]]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Widths from the input to the output: (784, 128, 128, 10)."""
        task = self.source.task
        outputs = task.classes if task.kind == "classification" else 1
        return (features(self.dataset), *self.hidden, outputs)

    @property
    def learns_slopes(self) -> bool:
        """Whether the activation has a slope to learn for each hidden unit."""
        return ACTIVATIONS[self.activation.partition("(")[0]].learned

    @property
    def parameters(self) -> int:
        """How many numbers are learned: weights, biases and the slopes of prelu."""
        dense = sum((a + 1) * b for a, b in itertools.pairwise(self.sizes))
        return dense + (sum(self.hidden) if self.learns_slopes else 0)

    @property
    def shares_samples(self) -> bool:
        """Whether every seed has the same samples: two fixed pools, each taken whole."""
        whole = (self.source.train_samples, self.source.test_samples)
        return self.source.separate and whole == (self.train_samples, self.test_samples)

    @property
    def updates_per_epoch(self) -> int:
        """Full batches in an epoch; a last batch that is not full is dropped."""
        return self.train_samples // self.batch_size

    @cached_property
    def run_id(self) -> str:
        """16 hexadecimal digits of the SHA-256 of the config: the same config, the same run."""
        return self.id_under("stacked")

    def id_under(self, engine: str) -> str:
        """The run_id of this config trained by ``engine``: the reference's runs are their own."""
        content = {"format": FORMAT, **self.model_dump(mode="json")}
        if engine != "stacked":
            content["engine"] = engine
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@lru_cache(maxsize=64)
def features(dataset: str) -> int:
    """Inputs of one sample of ``dataset``, whose brackets may say how many: noise(100)."""
    chosen = parse(dataset, DATASETS, N_("data set"))
    return int(chosen.arguments[0]) if chosen.arguments else DATASETS[chosen.name].features


class Experiment(_Record):
    """A name and, for each field that is said, the tuple of its values.

    Example:
        >>> e = Experiment(dataset="moons", activation=["relu", "tanh"], seed=[0, 1, 2])
        >>> len(e.grid())
        6
    """

    name: str
    values: _Values

    def __init__(self, /, name: str = "", **fields: Any) -> None:
        # One line: terminals would obey other characters, and a store could not keep some.
        name = " ".join(name.split()) if isinstance(name, str) else name
        if not isinstance(name, str) or len(name) > MAX_NAME or not name.isprintable():
            raise InvalidExperiment(
                N_("name must be a text of at most {most} characters."), most=MAX_NAME
            )
        refuse_unknown(fields)
        said = {key: value for key, value in fields.items() if value is not None}
        read = [(key, _values(key, said[key])) for key in FIELDS if key in said]
        # A field that is only "none" is one that is not said.
        super().__init__(name=name, values=tuple(pair for pair in read if pair[1] != (None,)))
        # Every run is validated now, so that an Experiment that exists can be trained.
        self.grid()

    @property
    def fields(self) -> dict[str, tuple[Any, ...]]:
        """The values of each field that is said."""
        return dict(self.values)

    def document(self) -> dict[str, Any]:
        """The experiment as in a file: a list where a field has several values."""
        plain: dict[str, Any] = {"name": self.name} if self.name else {}
        for name, values in self.values:
            listed = [list(v) if isinstance(v, tuple) else v for v in values]
            plain[name] = listed if len(listed) > 1 else listed[0]
        return plain

    def grid(self) -> tuple[RunConfig, ...]:
        """Every run: the product of all lists, the last field fastest."""
        return self._grid

    @cached_property
    def _grid(self) -> tuple[RunConfig, ...]:
        runs = math.prod(len(values) for _, values in self.values)
        if runs > MAX_RUNS:
            raise InvalidExperiment(
                N_("The lists make {runs} runs; at most {most} are possible."),
                runs=f"{runs:,}",
                most=f"{MAX_RUNS:,}",
            )
        return _kept_runs(self.values) if runs <= _KEPT_RUNS else _runs(self.values)


def _runs(values: _Values) -> tuple[RunConfig, ...]:
    """The product of the values of each field."""
    names = [name for name, _ in values]
    points = itertools.product(*(each for _, each in values))
    configs = (RunConfig(**dict(zip(names, point, strict=True))) for point in points)
    # Different texts can mean the same run (loss left out, or said): each run is once.
    return tuple({config.run_id: config for config in configs}.values())


# A page reads the same link, the same form and the same store again at every touch of a control.
_kept_runs = lru_cache(maxsize=8)(_runs)


def _values(name: str, given: object) -> tuple[Any, ...]:
    """The canonical values of one field, each once, in the order given."""
    # NumPy's arrays and numbers become Python's.
    given = given.tolist() if hasattr(given, "tolist") else given
    listed = list(given) if isinstance(given, list | tuple | range) else [given]
    if name == "hidden" and not any(isinstance(part, list | tuple | str) for part in listed):
        # A plain list of numbers is one network; a list of lists is several.
        listed = [listed]
    if not listed:
        raise InvalidExperiment(
            N_("{field} is an empty list; give at least one value."), field=name
        )
    if len(listed) > MAX_RUNS:
        raise InvalidExperiment(
            N_("{field} has {count} values; at most {most} are possible."),
            field=name,
            count=f"{len(listed):,}",
            most=f"{MAX_RUNS:,}",
        )
    return tuple(dict.fromkeys(FIELDS[name].read(value) for value in listed))


def describe(value: Any) -> str:
    """A field's value as people write it: 128-128, 0.001, relu."""
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    return number_text(value) if isinstance(value, float) else str(value)
