"""The real MNIST: published facts, verification, sharing; and where the file is looked for."""

import io
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.errors import DataUnavailable
from data import load, mnist, mnist_file
from data.mnist_file import DAMAGED, INCOMPLETE, MISSING, NOT_A_ZIP, OTHER_CONTENT, WRONG_SHAPE
from data.sizing import settings

# Y. LeCun et al.; as counted in many places, e.g. the MNIST page of TensorFlow Datasets.
TRAIN_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


@pytest.fixture(autouse=True)
def real(mnist_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KASSEI_MNIST", str(mnist_path))


def test_mnist_is_the_published_set() -> None:
    d = load("mnist", seed=0)
    assert d.x_train.shape == (60_000, 784)
    assert d.x_test.shape == (10_000, 784)
    assert d.x_train.dtype == d.x_test.dtype == np.float32
    assert d.y_train.dtype == d.y_test.dtype == np.int32
    assert np.bincount(d.y_train).tolist() == TRAIN_COUNTS
    assert np.bincount(d.y_test).tolist() == TEST_COUNTS
    assert d.y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert d.y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert (d.x_train.min(), d.x_train.max()) == (0, 1)
    # The constants of countless tutorials.
    assert d.x_train.mean(dtype=np.float64) == pytest.approx(0.1307, abs=5e-5)
    assert d.x_train.std(dtype=np.float64) == pytest.approx(0.3081, abs=5e-5)


def test_pixels_are_the_correctly_rounded_255ths() -> None:
    every = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    assert mnist.pixels(every)[0].tolist() == [float(np.float32(k / 255)) for k in range(256)]


def test_complete_mnist_is_the_same_read_only_arrays_for_every_seed() -> None:
    one, two = load("mnist", seed=0), load("mnist", seed=7)
    assert one.x_train is two.x_train
    assert one.y_train is two.y_train
    assert one.x_test is two.x_test
    assert not one.x_train.flags.writeable
    assert not one.y_train.flags.writeable


def test_a_part_of_mnist_is_chosen_by_the_seed_and_grows_by_adding() -> None:
    whole = load("mnist", seed=0)
    small = load("mnist", seed=3, train_samples=500, test_samples=100)
    large = load("mnist", seed=3, train_samples=1000)
    other = load("mnist", seed=4, train_samples=500)
    assert np.array_equal(small.x_train, large.x_train[:500])
    assert not np.array_equal(small.x_train, other.x_train)
    assert large.x_test is whole.x_test
    assert len(np.unique(small.y_train)) == 10
    assert len(np.unique(small.x_train, axis=0)) == 500
    assert small.x_test.shape == (100, 784)


def test_reading_verified_mnist_takes_well_below_a_second(mnist_path: Path) -> None:
    mnist._parsed.cache_clear()
    # Time of this process, not of the clock: other work on the machine is not the claim.
    begun = time.process_time()
    mnist.arrays()
    assert time.process_time() - begun < 1.5
    begun = time.process_time()
    mnist.arrays()
    assert time.process_time() - begun < 0.05


def spoiled(path: Path, tmp_path: Path, way: str) -> Path:
    content = bytearray(path.read_bytes())
    new = tmp_path / "mnist.npz"
    if way == "absent":
        return new
    if way == "cut":
        new.write_bytes(content[:3_000_000])
    elif way == "one bit":
        content[3_000_000] ^= 4
        new.write_bytes(content)
    elif way == "text":
        new.write_text("not an archive")
    elif way == "empty":
        new.write_bytes(b"")
    elif way == "folder":
        new.mkdir()
    else:
        stored = dict(np.load(path))
        if way == "no y_test":
            del stored["y_test"]
        elif way == "shape":
            stored["x_train"] = stored["x_train"][:-1]
        elif way == "type":
            stored["y_train"] = stored["y_train"].astype(np.int8)
        elif way == "larger":
            stored["y_train"] = stored["y_train"].astype(np.int64)
        elif way == "label":
            stored["y_train"][59_999] = 9
        elif way == "objects":
            stored["y_train"] = np.array([{"run": "me"}], dtype=object)
        np.savez(new, **stored, allow_pickle=True)
    return new


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        ("absent", MISSING),
        ("cut", NOT_A_ZIP),
        ("one bit", DAMAGED),
        ("text", NOT_A_ZIP),
        ("empty", NOT_A_ZIP),
        ("folder", "Is a directory"),
        ("no y_test", INCOMPLETE),
        ("shape", WRONG_SHAPE),
        ("type", WRONG_SHAPE),
        ("larger", WRONG_SHAPE),
        ("label", OTHER_CONTENT),
        ("objects", DAMAGED),
    ],
)
def test_a_bad_file_is_a_sentence(
    way: str,
    reason: str,
    mnist_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = spoiled(mnist_path, tmp_path, way)
    monkeypatch.setenv("KASSEI_MNIST", str(path))
    with pytest.raises(DataUnavailable) as caught:
        load("mnist", seed=0)
    sentence = str(caught.value)
    for part in (str(path), reason, "KASSEI_MNIST", "digits"):
        assert part in sentence


def test_a_small_file_that_unpacks_to_gigabytes_is_refused_unopened(tmp_path: Path) -> None:
    bomb = tmp_path / "mnist.npz"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x_train.npy", bytes(60_000_000))
    with pytest.raises(mnist_file.Unreadable, match=WRONG_SHAPE):
        mnist_file.read(bomb, ["x_train"])


def test_a_header_that_claims_terabytes_is_refused(tmp_path: Path) -> None:
    header = io.BytesIO()
    claim = {"descr": "|u1", "fortran_order": False, "shape": (60_000, 28_000, 28_000)}
    np.lib.format.write_array_header_1_0(header, claim)
    with zipfile.ZipFile(tmp_path / "mnist.npz", "w") as archive:
        archive.writestr("x_train.npy", header.getvalue())
    with pytest.raises(mnist_file.Unreadable):
        mnist_file.read(tmp_path / "mnist.npz", ["x_train"])


def test_a_file_that_is_replaced_is_verified_anew(
    mnist_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mnist.npz"
    mine.write_bytes(mnist_path.read_bytes())
    monkeypatch.setenv("KASSEI_MNIST", str(mine))
    load("mnist", seed=0)
    mine.write_bytes(mine.read_bytes()[:-1000])
    with pytest.raises(DataUnavailable):
        load("mnist", seed=0)


def test_an_array_stored_by_columns_is_verified_by_its_values(
    mnist_path: Path, tmp_path: Path
) -> None:
    stored = np.load(mnist_path)
    by_columns = np.asfortranarray(stored["x_test"])
    np.savez(tmp_path / "mnist.npz", x_test=by_columns, y_test=stored["y_test"])
    read = mnist_file.read(tmp_path / "mnist.npz", ["x_test", "y_test"])
    assert np.array_equal(read["x_test"], stored["x_test"])


def test_the_cache_is_where_the_system_keeps_such_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    monkeypatch.setenv("HOME", "/home/reader")
    monkeypatch.setenv("LOCALAPPDATA", "/local")
    told = {}
    for platform in ("linux", "darwin", "win32"):
        monkeypatch.setattr(sys, "platform", platform)
        told[platform] = mnist.cache_folder()
    assert told == {
        "linux": Path("/somewhere/kassei"),
        "darwin": Path("/somewhere/kassei"),
        "win32": Path("/local/kassei"),
    }
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(sys, "platform", "linux")
    assert mnist.cache_folder() == Path("/home/reader/.cache/kassei")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert mnist.cache_folder() == Path("/home/reader/Library/Caches/kassei")


def test_an_empty_kassei_mnist_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KASSEI_MNIST", " ")
    assert mnist.named_file() is None


@pytest.mark.parametrize("test_samples", [None, 500])
def test_the_test_images_alone_are_those_of_the_whole_and_leave_it_unread(
    test_samples: int | None,
) -> None:
    mnist._parsed.cache_clear()
    chosen = settings("mnist", test_samples=test_samples)
    images, labels = mnist.test_arrays(chosen, 3)
    assert mnist._parsed.cache_info().currsize == 0
    whole = load("mnist", seed=3, test_samples=test_samples)
    np.testing.assert_array_equal(mnist.pixels(images), whole.x_test)
    np.testing.assert_array_equal(labels, whole.y_test)
