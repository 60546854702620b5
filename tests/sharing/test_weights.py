"""Shipped weights come back rounded to half precision, and what is not there is a sentence."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import BundleUnavailable, UnknownRun
from core.sharing import bundle

RUN = "a" * 16


def _kept(seed: int = 0) -> dict[tuple[str, int], tuple[np.ndarray, ...]]:
    draw = np.random.default_rng(seed)
    # Eleven arrays: their order is that of numbers, not of texts.
    return {
        (RUN, epoch): tuple(draw.standard_normal((n + 1, 3)).astype(np.float32) for n in range(11))
        for epoch in (0, 10, 9)
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "one").mkdir()
    bundle.write_weights("one", _kept(), tmp_path)
    return tmp_path


def test_weights_are_read_back_in_their_order_to_three_digits(root: Path) -> None:
    assert bundle.weight_epochs("one", root) == {RUN: (0, 9, 10)}
    for epoch in (0, 9, 10):
        for ours, theirs in zip(
            bundle.read_weights("one", RUN, epoch, root), _kept()[RUN, epoch], strict=True
        ):
            assert ours.dtype == np.float32
            np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-6)
    last = bundle.read_weights("one", RUN, None, root)
    assert np.array_equal(last[0], bundle.read_weights("one", RUN, 10, root)[0])


def test_written_twice_they_are_the_same_to_the_last_bit(root: Path) -> None:
    before = (root / "one" / "weights.npz").read_bytes()
    bundle.write_weights("one", dict(reversed(_kept().items())), root)
    assert (root / "one" / "weights.npz").read_bytes() == before


def test_what_is_not_shipped_is_a_sentence(root: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownRun, match="No weights"):
        bundle.read_weights("one", "b" * 16, None, root)
    with pytest.raises(UnknownRun, match="No weights"):
        bundle.read_weights("one", RUN, 5, root)
    (root / "two").mkdir()
    assert bundle.weight_epochs("two", root) == {}
    assert bundle.weight_epochs("../one", root / "two") == {}
    (root / "one" / "weights.npz").write_bytes(b"PK")
    with pytest.raises(BundleUnavailable, match="cannot be read"):
        bundle.weight_epochs("one", root)
