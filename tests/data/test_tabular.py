"""The sets that scikit-learn ships, held against its own loaders."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import datasets as theirs
from sklearn.preprocessing import StandardScaler

from core.errors import DataUnavailable
from data import DATASETS, load
from data.tabular import TABULAR, table

NAMES = [source.name for source in TABULAR]
ROWS = {"digits": 1797, "breast_cancer": 569, "wine": 178, "diabetes": 442}


def oracle(name: str) -> tuple[NDArray[Any], NDArray[Any]]:
    loader = getattr(theirs, f"load_{name}")
    x, y = loader(return_X_y=True, **({"scaled": False} if name == "diabetes" else {}))
    return x, y


@pytest.mark.parametrize("name", NAMES)
def test_the_table_is_scikit_learns(name: str) -> None:
    x, y = table(name)
    their_x, their_y = oracle(name)
    assert np.array_equal(x, their_x)
    assert np.array_equal(y, their_y)


@pytest.mark.parametrize("name", NAMES)
def test_the_usual_split_is_80_to_20_of_all_rows(name: str) -> None:
    source = DATASETS[name]
    assert source.available == ROWS[name]
    assert source.test_samples == -(-ROWS[name] // 5)
    assert source.train_samples + source.test_samples == ROWS[name]


@pytest.mark.parametrize("name", NAMES)
def test_the_parts_are_all_rows_once_standardised_as_scikit_learn_does(name: str) -> None:
    d = load(name, seed=5)
    x, y = oracle(name)
    own = np.concatenate([d.x_train, d.x_test]) * d.scale + d.offset
    answers = np.concatenate([d.y_train, d.y_test]) * d.target_scale + d.target_offset
    rows = np.column_stack([own, answers]).round(3)
    expected = np.column_stack([x, y]).round(3)
    for column in range(rows.shape[1]):
        assert np.sort(rows[:, column]) == pytest.approx(
            np.sort(expected[:, column]), rel=1e-5, abs=2e-3
        )
    train = d.x_train.astype(np.float64) * d.scale + d.offset
    scaler = StandardScaler().fit(train)
    varied = d.x_train.std(axis=0) > 0
    assert d.x_train[:, varied] == pytest.approx(scaler.transform(train)[:, varied], abs=1e-3)


@pytest.mark.parametrize("name", ["digits", "breast_cancer", "wine"])
def test_each_class_has_its_share_of_both_parts(name: str) -> None:
    d = load(name, seed=1)
    _, y = oracle(name)
    whole = np.bincount(y) / len(y)
    assert np.bincount(d.y_train) / len(d.y_train) == pytest.approx(whole, abs=0.01)
    assert np.bincount(d.y_test) / len(d.y_test) == pytest.approx(whole, abs=0.02)
    k = DATASETS[name].task.classes
    assert set(load(name, seed=1, train_samples=k).y_train) == set(range(k))


def test_constant_pixels_of_digits_stay_0_and_finite() -> None:
    d = load("digits", seed=0, train_samples=50)
    constant = d.x_train.std(axis=0) == 0
    assert constant.sum() >= 3
    assert (d.x_train[:, constant] == 0).all()
    assert np.isfinite(d.x_test).all()


def test_only_the_target_of_diabetes_is_standardised_on_its_training_part() -> None:
    d = load("diabetes", seed=0)
    assert d.y_train.mean() == pytest.approx(0, abs=1e-6)
    assert d.y_train.std() == pytest.approx(1, abs=1e-6)
    assert abs(d.y_test.mean()) > 1e-4
    assert [name for name, s in DATASETS.items() if s.standard_target] == ["diabetes"]


@pytest.mark.parametrize("damage", ["absent", "empty", "cut", "words"])
def test_a_broken_installation_of_scikit_learn_is_a_sentence(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sklearn" / "datasets" / "data"
    folder.mkdir(parents=True)
    (tmp_path / "sklearn" / "__init__.py").touch()
    whole = Path(str(theirs.__file__)).parent / "data" / "wine_data.csv"
    text = {"absent": None, "empty": "", "cut": whole.read_text()[:5000], "words": "a\nb,c\n"}
    if text[damage] is not None:
        (folder / "wine_data.csv").write_text(str(text[damage]))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sklearn")
    table.cache_clear()
    with pytest.raises(DataUnavailable, match="wine is part of scikit-learn"):
        load("wine", seed=0)
