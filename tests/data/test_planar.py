"""The geometry of the plane's data sets, held against closed forms and scikit-learn."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import make_circles, make_moons

from data import DATASETS, load
from data.planar import PLANAR, SPIRAL_TURNS

NAMES = [source.name for source in PLANAR]


def exact(name: str, seed: int = 0, noise: float = 0.0) -> tuple[NDArray[Any], NDArray[Any]]:
    """Training points in their own units, and labels."""
    d = load(name, seed=seed, noise=noise)
    return d.x_train.astype(np.float64) * d.scale + d.offset, d.y_train


def test_the_plane_has_the_seven_sets() -> None:
    assert NAMES == ["moons", "circles", "gauss", "xor", "spiral", "checkerboard", "blobs"]


@pytest.mark.parametrize("name", NAMES)
def test_classes_are_balanced_in_every_first_part(name: str) -> None:
    d = load(name, seed=1, train_samples=203, test_samples=57)
    k = DATASETS[name].task.classes
    for labels in (d.y_train, d.y_test, d.y_train[: 2 * k]):
        assert np.ptp(np.bincount(labels, minlength=k)) <= 1


def test_moons_are_scikit_learns_half_circles() -> None:
    x, y = exact("moons")
    outer, inner = x[y == 0], x[y == 1]
    assert np.hypot(*outer.T) == pytest.approx(1, abs=1e-6)
    assert np.hypot(inner[:, 0] - 1, inner[:, 1] - 0.5) == pytest.approx(1, abs=1e-6)
    theirs, labels = make_moons(2000, noise=None, random_state=0)
    for label in (0, 1):
        mine, other = x[y == label], theirs[labels == label]
        assert mine.min(axis=0) == pytest.approx(other.min(axis=0), abs=0.03)
        assert mine.max(axis=0) == pytest.approx(other.max(axis=0), abs=0.03)


def test_circles_have_scikit_learns_radii_at_factor_one_half() -> None:
    x, y = exact("circles")
    assert np.hypot(*x.T) == pytest.approx(np.where(y == 0, 1, 0.5), abs=1e-6)
    theirs, labels = make_circles(100, noise=None, factor=0.5, random_state=0)
    assert np.hypot(*theirs.T) == pytest.approx(np.where(labels == 0, 1, 0.5))


def test_spiral_has_its_angle_proportional_to_its_radius_and_arms_opposite() -> None:
    x, y = exact("spiral")
    radius = np.hypot(*x.T)
    turned = np.arctan2(x[:, 1], x[:, 0]) - 2 * np.pi * SPIRAL_TURNS * radius
    assert np.cos(turned[radius > 0.01]) == pytest.approx(
        np.where(y == 0, 1, -1)[radius > 0.01], abs=1e-4
    )
    assert 0.98 < radius.max() < 1 + 1e-6


def test_xor_is_the_difference_of_signs_with_an_empty_margin() -> None:
    x, y = exact("xor")
    assert np.array_equal(y == 1, np.sign(x[:, 0]) != np.sign(x[:, 1]))
    assert 0.05 - 1e-6 <= np.abs(x).min() <= np.abs(x).max() <= 1 + 1e-6
    assert len(np.unique(np.sign(x), axis=0)) == 4


def test_checkerboard_is_coloured_by_its_squares_all_sixteen() -> None:
    x, y = exact("checkerboard")
    inside = np.abs(x - np.round(x)).min(axis=1) > 1e-5
    squares = np.floor(x[inside])
    assert np.array_equal(squares.sum(axis=1) % 2, y[inside])
    assert len(np.unique(squares, axis=0)) == 16
    assert squares.min() == -2
    assert squares.max() == 1


@pytest.mark.parametrize(
    ("name", "centres"),
    [
        ("gauss", [(-1, -1), (1, 1)]),
        ("blobs", [(2 * np.cos(a), 2 * np.sin(a)) for a in 2 * np.pi * np.arange(5) / 5]),
    ],
)
def test_clouds_are_normal_around_their_centres(
    name: str, centres: list[tuple[float, float]]
) -> None:
    d = load(name, seed=0, train_samples=20_000, noise=0.5)
    x = d.x_train * d.scale + d.offset
    for label, centre in enumerate(centres):
        cloud = x[d.y_train == label]
        assert cloud.mean(axis=0) == pytest.approx(centre, abs=0.04)
        assert np.cov(cloud.T) == pytest.approx(0.25 * np.eye(2), abs=0.02)


@pytest.mark.parametrize("name", NAMES)
def test_noise_moves_points_by_its_standard_deviation_and_keeps_labels(name: str) -> None:
    still, labels = exact(name)
    moved, same = exact(name, noise=0.3)
    assert np.array_equal(labels, same)
    assert (moved - still).std() == pytest.approx(0.3, abs=0.02)
    assert (moved - still).mean() == pytest.approx(0, abs=0.03)
    twice, _ = exact(name, noise=0.6)
    assert twice - still == pytest.approx(2 * (moved - still), abs=1e-4)
