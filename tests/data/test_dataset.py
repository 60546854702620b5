"""What every data set keeps to, whichever it is."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as runs
from hypothesis import strategies as st

import data
from core.errors import InvalidExperiment
from data import DATASETS, load

NAMES = [*DATASETS, "noise(7)"]
SMALL = [name for name in NAMES if name != "mnist"]
SYNTHETIC = [name for name in SMALL if DATASETS[name.partition("(")[0]].available is None]


@pytest.fixture(autouse=True)
def real(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "mnist" in request.node.name:
        monkeypatch.setenv("KASSEI_MNIST", str(request.getfixturevalue("mnist_path")))


def test_there_are_the_sixteen_sets_of_the_design() -> None:
    assert ", ".join(DATASETS) == (
        "mnist, digits, breast_cancer, wine, diabetes, moons, circles, gauss, xor, spiral,"
        " checkerboard, blobs, plane, hill, sine, noise"
    )


@pytest.mark.parametrize("name", NAMES)
def test_arrays_are_as_their_record_says(name: str) -> None:
    d = load(name, seed=0)
    s = d.source
    features = d.settings.features
    assert d.x_train.shape == (s.train_samples, features)
    assert d.x_test.shape == (s.test_samples, features)
    assert d.y_train.shape == d.outlier.shape == (s.train_samples,)
    assert d.y_test.shape == (s.test_samples,)
    assert d.x_train.dtype == d.x_test.dtype == np.float32
    labels = s.task.kind == "classification"
    assert d.y_train.dtype == d.y_test.dtype == (np.int32 if labels else np.float32)
    if labels:
        assert set(d.y_train) == set(range(s.task.classes))
        assert set(d.y_test) <= set(range(s.task.classes))
        assert len(s.class_names) == s.task.classes
    for array in (d.x_train, d.y_train, d.x_test, d.y_test, d.outlier, d.offset, d.scale):
        assert np.isfinite(array).all()
        assert array.flags.c_contiguous
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize("name", NAMES)
def test_every_record_says_what_it_is(name: str) -> None:
    s = DATASETS[name.partition("(")[0]]
    assert s.title
    assert s.description.endswith(".")
    assert s.citation
    assert s.licence
    assert (s.task.classes >= 2) == (s.task.kind == "classification")


@pytest.mark.parametrize("name", SMALL)
def test_inputs_are_standardised_on_the_training_part_only(name: str) -> None:
    d = load(name, seed=2)
    varied = d.x_train.std(axis=0) > 0
    assert d.x_train.mean(axis=0, dtype=np.float64) == pytest.approx(0, abs=1e-5)
    assert d.x_train.std(axis=0)[varied] == pytest.approx(1, abs=1e-5)
    assert np.abs(d.x_test.mean(axis=0)).max() > 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_arrays_and_another_seed_others(name: str) -> None:
    n = {"train_samples": 100, "test_samples": 50}
    one, same, other = (load(name, seed=seed, **n) for seed in (3, 3, 4))
    for part in ("x_train", "y_train", "x_test", "y_test"):
        assert np.array_equal(getattr(one, part), getattr(same, part))
    assert not np.array_equal(one.x_train, other.x_train)
    assert not np.array_equal(one.x_test, other.x_test)


@pytest.mark.parametrize("name", NAMES)
def test_no_sample_is_in_both_parts(name: str) -> None:
    d = load(name, seed=0, train_samples=80, test_samples=40)
    rows = np.concatenate([d.x_train, d.x_test])
    assert len(np.unique(rows, axis=0)) == 120


@runs(max_examples=60)
@given(st.sampled_from(SMALL), st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_any_size_and_seed_gives_finite_arrays_of_that_size(
    name: str, train: int, test: int, seed: int
) -> None:
    d = load(name, seed=seed, train_samples=train, test_samples=test)
    assert (len(d.x_train), len(d.y_train)) == (train, train)
    assert (len(d.x_test), len(d.y_test)) == (test, test)
    assert np.isfinite(d.x_train).all()
    assert np.isfinite(d.x_test).all()
    assert np.isfinite(d.y_train).all()


@pytest.mark.parametrize("name", SYNTHETIC)
def test_fewer_synthetic_samples_are_the_first_of_more_with_the_same_test(name: str) -> None:
    small = load(name, seed=1, train_samples=50)
    large = load(name, seed=1, train_samples=500)
    for part in ("x_train", "x_test"):
        a = getattr(small, part)[:50] * small.scale + small.offset
        b = getattr(large, part)[:50] * large.scale + large.offset
        assert a == pytest.approx(b, abs=1e-5)
    assert np.array_equal(small.y_test, large.y_test)
    assert np.array_equal(small.y_train, large.y_train[:50])


def test_noise_is_normal_and_its_labels_are_independent_of_it() -> None:
    d = load("noise(20)", seed=0, train_samples=20_000)
    counts = np.bincount(d.y_train)
    assert (np.abs(counts - 2000) < 200).all()
    assert (d.x_train**4).mean() == pytest.approx(3, abs=0.05)
    means = np.array([d.x_train[d.y_train == label].mean(axis=0) for label in range(10)])
    assert np.abs(means).max() < 5 / np.sqrt(counts.min())
    correlation = np.corrcoef(d.x_train.T) - np.eye(20)
    assert np.abs(correlation).max() < 0.04


def test_global_random_state_is_neither_used_nor_touched() -> None:
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].tolist()  # type: ignore[index]  # noqa: NPY002
    one = load("moons", seed=0)
    assert np.random.get_state()[1].tolist() == before  # type: ignore[index]  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    assert np.array_equal(load("moons", seed=0).x_train, one.x_train)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, "0", None, True])
def test_a_seed_that_is_none_is_a_sentence(seed: Any) -> None:
    with pytest.raises(InvalidExperiment, match=r"seed must be a whole number from 0"):
        load("moons", seed=seed)


def test_importing_data_and_drawing_from_it_imports_no_library_but_numpy() -> None:
    program = """
import sys
import data
for name in data.DATASETS:
    if name != "mnist":
        data.load(name, seed=0)
heavy = {"scipy", "sklearn", "pandas", "tensorflow", "keras", "streamlit"}
print(sorted(heavy & set(sys.modules)))
"""
    root = Path(data.__file__).resolve().parent.parent
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
