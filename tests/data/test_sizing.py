"""What can be asked of a data set: defaults, and sentences for what cannot."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidExperiment
from data import DATASETS, settings
from data.sizing import MAX_NUMBERS, MAX_SYNTHETIC

NAMES = [*DATASETS, "noise(7)", "noise(10000)"]


def refused(name: Any, **asked: Any) -> str:
    with pytest.raises(InvalidExperiment) as caught:
        settings(name, **asked)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize("name", NAMES)
def test_unsaid_is_the_usual(name: str) -> None:
    s = settings(name)
    source = DATASETS[name.partition("(")[0]]
    assert (s.train_samples, s.test_samples) == (source.train_samples, source.test_samples)
    assert s.noise == source.noise
    assert s.outliers == (0 if source.outliers else None)


@given(
    st.sampled_from(NAMES),
    st.none() | st.integers(1, 2 * MAX_SYNTHETIC),
    st.none() | st.integers(1, 2 * MAX_SYNTHETIC),
)
def test_sizes_are_kept_filled_in_or_refused_and_always_fit(
    name: str, train: int | None, test: int | None
) -> None:
    try:
        s = settings(name, train_samples=train, test_samples=test)
    except InvalidExperiment:
        assert train is not None or test is not None
        return
    assert s.train_samples == (train or s.train_samples) >= 1
    assert s.test_samples == (test or s.test_samples) >= 1
    if s.source.separate:
        assert (s.train_samples, s.test_samples) <= (60_000, 10_000)
    else:
        total = s.train_samples + s.test_samples
        assert total <= (s.source.available or MAX_SYNTHETIC)
        assert total * s.features <= max(MAX_NUMBERS, 0)
    # What was filled in is a fixed point: the same settings said in full are the same run.
    again = settings(
        str(s.choice),
        train_samples=s.train_samples,
        test_samples=s.test_samples,
        noise=s.noise,
        outliers=s.outliers,
    )
    assert again == s


def test_a_size_leaves_the_other_what_is_left() -> None:
    assert settings("wine", train_samples=170).test_samples == 8
    assert settings("wine", test_samples=100).train_samples == 78
    assert settings("moons", train_samples=MAX_SYNTHETIC - 5).test_samples == 5
    assert settings("mnist", train_samples=5).test_samples == 10_000


@pytest.mark.parametrize("field", ["train_samples", "test_samples"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [0, -1, 10**9, 1.5, math.nan, math.inf, True, "12", 1j, [3]])
def test_a_size_that_is_none_is_refused(name: str, field: str, value: Any) -> None:
    sentence = refused(name, **{field: value})
    assert sentence.startswith(f"{field} must be a whole number from 1 to ")


@pytest.mark.parametrize(
    ("name", "most_train"), [("mnist", 60_000), ("wine", 177), ("moons", 999_999)]
)
def test_the_sentence_names_the_most_samples(name: str, most_train: int) -> None:
    sentence = refused(name, train_samples=most_train + 1)
    assert f"from 1 to {most_train} for {name}, not {most_train + 1}" in sentence
    assert settings(name, train_samples=most_train).train_samples == most_train


def test_more_than_the_set_holds_in_all_is_refused() -> None:
    assert refused("wine", train_samples=100, test_samples=79) == (
        "wine has 178 samples for training and test together; train_samples 100 and"
        " test_samples 79 ask for more."
    )


@pytest.mark.parametrize("name", ["imagenet", "", "moons(3)", "noise(0)", "noise(x)", None, 7])
def test_an_unknown_name_or_bracket_is_refused(name: Any) -> None:
    refused(name)


def test_an_unknown_name_is_told_the_valid_ones() -> None:
    sentence = refused("imagenet")
    assert "imagenet" in sentence
    assert all(name in sentence for name in DATASETS)


@pytest.mark.parametrize("field", ["noise", "outliers"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -0.1, 101, "1", True, 1j])
def test_a_level_that_is_none_is_refused(field: str, value: Any) -> None:
    assert field in refused("sine", **{field: value})


def test_outliers_are_a_share() -> None:
    assert "from 0 to 1, not 1.1" in refused("sine", outliers=1.1)
    assert settings("sine", outliers=1).outliers == 1


@pytest.mark.parametrize("name", ["mnist", "digits", "diabetes", "noise"])
def test_noise_is_refused_where_there_is_none_and_the_others_are_named(name: str) -> None:
    sentence = refused(name, noise=0.1)
    assert sentence.startswith(f"{name} takes no noise")
    assert "moons" in sentence
    assert "sine" in sentence
    assert settings(name, noise=0).noise is None


@pytest.mark.parametrize("name", ["mnist", "moons", "diabetes"])
def test_outliers_are_refused_where_there_are_none(name: str) -> None:
    assert refused(name, outliers=0.1).endswith("plane, hill, sine.")
    assert settings(name, outliers=0).outliers is None


def test_numbers_of_numpy_are_numbers() -> None:
    s = settings("sine", train_samples=np.int64(5), noise=np.float32(0.5))  # type: ignore[arg-type]
    assert (s.train_samples, s.noise) == (5, 0.5)
    assert type(s.train_samples) is int
    assert type(s.noise) is float
