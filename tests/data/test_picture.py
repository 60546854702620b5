"""Pictures: small, true to their data, and never a reason to download."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from core.errors import InvalidExperiment
from data import DATASETS, load
from data.picture import POINTS, picture


def test_every_data_set_has_a_small_picture(
    mnist_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KASSEI_MNIST", str(mnist_path))
    forms = {}
    for name, source in DATASETS.items():
        p = picture(name)
        assert p is not None
        forms[name] = p.form
        drawn = p.images if p.form == "images" else p.points
        assert len(drawn) == len(p.values) <= POINTS
        assert np.isfinite(drawn).all()
        assert p.classes == source.task.classes
        if p.classes:
            assert set(p.values) <= set(range(p.classes))
    assert {name for name, form in forms.items() if form == "images"} == {"mnist", "digits"}
    assert {name for name, form in forms.items() if form == "line"} == {"sine"}


def test_images_are_one_of_each_class_from_the_set_between_0_and_1(
    mnist_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KASSEI_MNIST", str(mnist_path))
    large, small = picture("mnist"), picture("digits")
    assert large is not None
    assert small is not None
    theirs = load_digits()
    test_images = np.load(mnist_path)["x_test"].reshape(-1, 784)
    for label in range(10):
        own = theirs.images[theirs.target == label] / 16
        assert (own == small.images[label]).all(axis=(1, 2)).any()
        assert (test_images == (large.images[label] * 255).round().ravel()).all(axis=1).any()
    assert large.images.shape == (10, 28, 28)
    assert large.values.tolist() == small.values.tolist() == list(range(10))
    assert large.images.max() <= 1
    assert large.images.min() == 0


def test_mnist_without_a_good_file_has_no_picture_and_asks_nobody(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert picture("mnist") is None
    assert not cache.exists()
    broken = cache.parent.parent / "broken.npz"
    broken.parent.mkdir(parents=True, exist_ok=True)
    broken.write_bytes(b"no archive")
    monkeypatch.setenv("KASSEI_MNIST", str(broken))
    assert picture("mnist") is None


def test_points_of_the_plane_are_in_their_own_units() -> None:
    p = picture("xor", seed=3)
    assert p is not None
    assert 0.9 < np.abs(p.points).max() < 1.4
    waves = picture("sine")
    assert waves is not None
    assert np.abs(waves.points[:, 1] - np.sin(waves.points[:, 0])).max() < 0.5


def test_tables_are_shown_by_their_principal_components() -> None:
    p = picture("breast_cancer", seed=1)
    assert p is not None
    shown = load("breast_cancer", seed=1).x_train[:POINTS]
    theirs = PCA(2, svd_solver="full").fit_transform(shown.astype(np.float64))
    assert np.abs(p.points) == pytest.approx(np.abs(theirs), abs=1e-3)


def test_a_single_feature_has_a_picture_too() -> None:
    p = picture("noise(1)")
    assert p is not None
    assert p.points.shape == (POINTS, 2)


def test_a_picture_of_an_unknown_set_is_refused() -> None:
    with pytest.raises(InvalidExperiment):
        picture("imagenet")
