"""A drawn digit is centred and sized as the data sets' own digits are."""

import numpy as np
import pytest

from core.analysis.drawing import as_digits, as_mnist
from data import load


def _stroke(high: int, wide: int, top: int, left: int, sheet: int = 280) -> np.ndarray:
    drawing = np.zeros((sheet, sheet), np.float32)
    drawing[top : top + high, left : left + wide] = 1
    return drawing


@pytest.mark.parametrize("place", [(0, 0), (30, 120), (140, 200)])
@pytest.mark.parametrize("size", [(80, 40), (40, 80), (140, 30)])
def test_a_drawing_is_fitted_into_20_pixels_with_its_mass_in_the_middle(
    place: tuple[int, int], size: tuple[int, int]
) -> None:
    image = as_mnist(_stroke(*size, *place))
    assert image is not None
    assert image.shape == (784,)
    sheet = image.reshape(28, 28)
    rows, columns = np.nonzero(sheet > 0.5)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    assert np.ptp(rows) > np.ptp(columns) or size[0] < size[1]
    centre = [(np.indices(sheet.shape)[axis] * sheet).sum() / sheet.sum() for axis in (0, 1)]
    assert np.allclose(centre, 14, atol=0.51)


def test_where_and_how_large_it_is_drawn_makes_no_difference() -> None:
    small = as_mnist(_stroke(60, 30, 10, 10))
    large = as_mnist(_stroke(120, 60, 100, 150))
    np.testing.assert_allclose(small, large, atol=1e-6)


def test_an_mnist_digit_drawn_large_is_the_same_digit() -> None:
    d = load("mnist", seed=0, train_samples=10, test_samples=200)
    large = [np.kron(image.reshape(28, 28), np.ones((8, 8))) for image in d.x_test]
    again = np.array([as_mnist(image) for image in large])
    alike = [np.corrcoef(one, other)[0, 1] for one, other in zip(again, d.x_test, strict=True)]
    assert np.quantile(alike, 0.05) > 0.999


def test_digits_are_counts_of_ink_in_blocks() -> None:
    counts = as_digits(_stroke(200, 200, 20, 20))
    assert counts is not None
    assert counts.shape == (64,)
    assert (counts.reshape(8, 8)[:, 1:7] == 16).all()
    assert counts.sum() == 48 * 16
    line = as_digits(_stroke(200, 25, 20, 20))
    assert line is not None
    assert set(np.flatnonzero(line.reshape(8, 8).sum(axis=0))) == {3, 4}


@pytest.mark.parametrize("nothing", [np.zeros((28, 28)), np.full((9, 9), np.nan), np.ones(5)])
def test_nothing_drawn_is_nothing(nothing: np.ndarray) -> None:
    assert as_mnist(nothing) is None
    assert as_digits(nothing) is None


def test_a_dot_on_the_edge_is_still_a_picture() -> None:
    dot = as_mnist(_stroke(1, 1, 279, 279))
    assert dot is not None
    assert np.isfinite(dot).all()
