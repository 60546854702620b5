"""Splits, shares and standardising, as properties of any data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from data.split import Doubles, Stream, scaled, shares, standard, stratified, stream

COUNTS = st.lists(st.integers(0, 50), min_size=1, max_size=6).filter(lambda c: sum(c) > 1)


@given(COUNTS, st.data())
def test_shares_are_whole_complete_and_within_one_of_the_exact_quota(
    counts: list[int], data: st.DataObject
) -> None:
    total = data.draw(st.integers(0, sum(counts)))
    given_out = shares(counts, total)
    quota = np.array(counts) * total / sum(counts)
    assert given_out.sum() == total
    assert (given_out <= counts).all()
    assert (np.abs(given_out - quota) < 1 + 1e-9).all()


@given(COUNTS, st.data(), st.integers(0, 2**32 - 1))
def test_a_split_is_disjoint_complete_and_in_proportion(
    counts: list[int], data: st.DataObject, seed: int
) -> None:
    classes = np.repeat(np.arange(len(counts)), counts)
    test = data.draw(st.integers(0, len(classes)))
    train = data.draw(st.integers(0, len(classes) - test))
    rows, test_rows = stratified(classes, train, test, stream(seed, Stream.SPLIT))
    assert len(rows) == train
    assert len(test_rows) == test
    together = np.concatenate([rows, test_rows])
    assert len(np.unique(together)) == train + test
    expected = np.array(counts) * train / len(classes)
    took = np.bincount(classes[rows], minlength=len(counts))
    assert (np.abs(took - expected) < 2).all()


@given(st.integers(0, 1000), st.integers(1, 150))
def test_the_test_rows_do_not_depend_on_the_size_of_the_training_set(seed: int, train: int) -> None:
    classes = np.arange(200) % 3
    _, small = stratified(classes, train, 40, stream(seed, Stream.SPLIT))
    _, large = stratified(classes, 160, 40, stream(seed, Stream.SPLIT))
    assert np.array_equal(small, large)


def test_streams_of_one_seed_and_of_neighbouring_seeds_are_unrelated() -> None:
    draws = [stream(seed, purpose).random(2000) for seed in (0, 1) for purpose in Stream]
    correlation = np.corrcoef(draws)
    assert np.abs(correlation - np.eye(len(draws))).max() < 0.1


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@given(st.integers(0, 1000))
def test_standardised_columns_have_mean_0_and_deviation_1(kind: type, seed: int) -> None:
    generator = np.random.default_rng(seed)
    values: NDArray[np.floating] = (
        generator.normal(size=(50, 3)) * [1e-3, 1, 1e3] + [5, 0, -1e4]
    ).astype(kind)
    result = scaled(values, *standard(values))
    assert result.dtype == np.float32
    assert result.mean(axis=0) == pytest.approx([0, 0, 0], abs=2e-3)
    assert result.std(axis=0) == pytest.approx([1, 1, 1], abs=2e-3)


@given(arrays(np.float64, (3,), elements=st.floats(-1e6, 1e6)), st.integers(1, 30))
def test_constant_columns_become_0_and_not_nan(row: Doubles, count: int) -> None:
    values = np.tile(row, (count, 1))
    result = scaled(values, *standard(values))
    assert np.abs(result).max() < 1e-6
