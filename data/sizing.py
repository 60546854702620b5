"""What a data set can be asked for: sizes, noise and outliers, validated, defaults filled in.

This module loads no data, so that an experiment can be validated anywhere, at once.
"""

import math
from collections.abc import Callable

from core.catalog.choice import number_text, parse
from core.errors import InvalidExperiment
from core.language import N_
from data.registry import DATASETS
from data.source import Settings, Source

MAX_SYNTHETIC = 1_000_000
MAX_NOISE = 100.0

# 400 MB of float32: two copies of it are made on the way.
MAX_NUMBERS = 100_000_000


def settings(
    name: str,
    *,
    train_samples: int | None = None,
    test_samples: int | None = None,
    noise: float | None = None,
    outliers: float | None = None,
) -> Settings:
    """The data set ``name`` (``moons``, ``noise(100)``) with all that is not said filled in.

    A size that is not said is the usual one, or as many samples as the other size leaves.

    Raises:
        InvalidExperiment: an unknown name, or a value that this data set does not allow.
    """
    choice = parse(name, DATASETS, N_("data set"))
    source = DATASETS[choice.name]
    features = int(choice.arguments[0]) if choice.arguments else source.features
    train, test = _sizes(source, str(choice), features, train_samples, test_samples)
    return Settings(
        source=source,
        choice=choice,
        train_samples=train,
        test_samples=test,
        noise=_level("noise", noise, MAX_NOISE, source, source.noise, _takes_noise),
        outliers=_level(
            "outliers", outliers, 1.0, source, 0.0 if source.outliers else None, _takes_outliers
        ),
    )


def most_samples(source: Source, features: int) -> int:
    """How many samples there can be in all."""
    if source.available is not None:
        return source.available
    return min(MAX_SYNTHETIC, MAX_NUMBERS // features)


def _sizes(
    source: Source, shown: str, features: int, train: int | None, test: int | None
) -> tuple[int, int]:
    if source.separate:
        most_train, most_test, most = source.train_samples, source.test_samples, None
    else:
        most = most_samples(source, features)
        most_train = most_test = most - 1
    train = _whole("train_samples", train, most_train, shown)
    test = _whole("test_samples", test, most_test, shown)
    if most is None:
        return train or source.train_samples, test or source.test_samples
    chosen_train = train or min(source.train_samples, most - (test or source.test_samples))
    # A training set that takes more than usual leaves the test what is left of the rows.
    chosen_test = test or min(source.test_samples, most - chosen_train)
    if chosen_train + chosen_test > most:
        raise InvalidExperiment(
            N_(
                "{dataset} has {most} samples for training and test together; train_samples"
                " {train} and test_samples {test} ask for more."
            ),
            dataset=shown,
            most=most,
            train=chosen_train,
            test=chosen_test,
        )
    return chosen_train, chosen_test


def _whole(field: str, given: int | None, most: int, shown: str) -> int | None:
    if given is None:
        return None
    if not _is_number(given) or not 1 <= given <= most or given % 1:
        raise InvalidExperiment(
            N_("{field} must be a whole number from 1 to {most} for {dataset}, not {value}."),
            field=field,
            most=most,
            dataset=shown,
            value=repr(given)[:40],
        )
    return int(given)


def _level(
    field: str,
    given: float | None,
    most: float,
    source: Source,
    default: float | None,
    takes: Callable[[Source], bool],
) -> float | None:
    """The level that is asked for, the default, or None where the data set takes none."""
    if given is None:
        return default
    if not _is_number(given) or not 0 <= given <= most:
        raise InvalidExperiment(
            N_("{field} must be a number from {low} to {high}, not {value}."),
            field=field,
            low=0,
            high=number_text(most),
            value=repr(given)[:40],
        )
    if takes(source):
        return float(given)
    # None of it is what such a set has anyway, so that one form or sweep can serve all sets.
    if given == 0:
        return None
    raise InvalidExperiment(
        N_("{dataset} takes no {field}; valid are 0 or one of the data sets {valid}."),
        dataset=source.name,
        field=field,
        valid=", ".join(name for name, other in DATASETS.items() if takes(other)),
    )


def _takes_noise(source: Source) -> bool:
    return source.noise is not None


def _takes_outliers(source: Source) -> bool:
    return source.outliers


def _is_number(given: object) -> bool:
    # numpy's numbers are numbers too; a bool is an int to Python, but no amount of anything.
    return (
        not isinstance(given, bool)
        and hasattr(given, "__float__")
        and hasattr(given, "__mod__")
        and not isinstance(given, str)
        and math.isfinite(given)
    )
