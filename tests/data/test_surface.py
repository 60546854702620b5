"""Synthetic regression: exact targets, noise, and outliers in training only."""

import numpy as np
import pytest

from data import DATASETS, load
from data.surface import OUTLIER_HIGH, OUTLIER_LOW

EXACT = {
    "plane": lambda x: (x[:, 0] + x[:, 1]) / 2,
    "hill": lambda x: np.exp(-(x[:, 0] ** 2)) * np.exp(-(x[:, 1] ** 2)),
    "sine": lambda x: np.cos(x[:, 0] - np.pi / 2),
}
REACH = {"plane": 1, "hill": 2, "sine": 2 * np.pi}
NAMES = list(EXACT)


@pytest.mark.parametrize("name", NAMES)
def test_targets_without_noise_are_the_function_in_its_own_units(name: str) -> None:
    d = load(name, seed=0, noise=0)
    for x, y in ((d.x_train, d.y_train), (d.x_test, d.y_test)):
        inputs = x.astype(np.float64) * d.scale + d.offset
        assert y == pytest.approx(EXACT[name](inputs), abs=5e-6)
        assert y.dtype == np.float32
        assert 0.98 * REACH[name] < np.abs(inputs).max() <= REACH[name] * (1 + 1e-6)
    assert (d.target_offset, d.target_scale) == (0, 1)
    assert not d.outlier.any()


@pytest.mark.parametrize("name", NAMES)
def test_noise_is_normal_in_training_and_test(name: str) -> None:
    still = load(name, seed=0, noise=0, train_samples=5000, test_samples=5000)
    moved = load(name, seed=0, noise=0.4, train_samples=5000, test_samples=5000)
    assert np.array_equal(still.x_train, moved.x_train)
    for a, b in ((still.y_train, moved.y_train), (still.y_test, moved.y_test)):
        assert (b - a).std() == pytest.approx(0.4, abs=0.02)
        assert (b - a).mean() == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize("name", NAMES)
def test_outliers_raise_that_share_of_the_training_targets_only(name: str) -> None:
    clean = load(name, seed=0)
    dirty = load(name, seed=0, outliers=0.1)
    raised = dirty.y_train - clean.y_train
    assert dirty.outlier.sum() == 100
    assert np.array_equal(raised > 1, dirty.outlier)
    assert (raised[~dirty.outlier] == 0).all()
    wrong = raised[dirty.outlier]
    assert OUTLIER_LOW - 1e-5 <= wrong.min() <= wrong.max() <= OUTLIER_HIGH + 1e-5
    assert np.array_equal(dirty.y_test, clean.y_test)
    assert np.array_equal(dirty.x_train, clean.x_train)


def test_more_outliers_keep_those_of_fewer() -> None:
    few, many = load("sine", seed=2, outliers=0.1), load("sine", seed=2, outliers=0.3)
    assert (many.outlier | ~few.outlier).all()
    assert np.array_equal(many.y_train[few.outlier], few.y_train[few.outlier])
    assert load("sine", seed=2, outliers=1).outlier.all()


def test_which_training_targets_are_outliers_depends_on_the_seed() -> None:
    one, two = load("hill", seed=0, outliers=0.1), load("hill", seed=1, outliers=0.1)
    assert not np.array_equal(one.outlier, two.outlier)


def test_a_line_has_one_input_and_a_surface_two() -> None:
    assert {name: DATASETS[name].shape for name in NAMES} == {
        "plane": (2,),
        "hill": (2,),
        "sine": (1,),
    }
