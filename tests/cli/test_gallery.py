"""``gallery``: what is listed, and that a bundle built twice is the same but for seconds."""

from pathlib import Path

import pandas as pd
import pytest

from core.cli import main
from core.cli.gallery import train_bundle
from core.experiment import Experiment
from core.gallery.entries import ENTRIES
from core.sharing import bundle

TINY = Experiment(dataset="moons", activation=["relu", "tanh"], seed=[0, 1], epochs=2, hidden=[4])


def test_list_names_every_entry(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gallery", "list"]) == 0
    told = capsys.readouterr().out
    for name, entry in ENTRIES.items():
        assert name in told
        assert entry.question in told


def test_a_bundle_built_twice_is_the_same_but_for_seconds(tmp_path: Path) -> None:
    for root in ("one", "two"):
        (tmp_path / root).mkdir()
        train_bundle("tiny", TINY, tmp_path / root)
    one, two = bundle.read("tiny", tmp_path / "one"), bundle.read("tiny", tmp_path / "two")
    pd.testing.assert_frame_equal(
        one.runs.drop(columns="train_seconds"),
        two.runs.drop(columns="train_seconds"),
        check_exact=True,
    )
    pd.testing.assert_frame_equal(
        one.epochs.drop(columns="seconds"), two.epochs.drop(columns="seconds"), check_exact=True
    )
    pd.testing.assert_frame_equal(one.layers, two.layers)
    assert one.experiment == two.experiment
    files = [tmp_path / root / "tiny" / "weights.npz" for root in ("one", "two")]
    assert files[0].read_bytes() == files[1].read_bytes()
    # Of the first seed, at every epoch: these inputs can be drawn.
    kept = bundle.weight_epochs("tiny", tmp_path / "one")
    assert set(kept) == {config.run_id for config in TINY.grid() if config.seed == 0}
    assert set(kept.values()) == {(0, 1, 2)}
    # Histograms of the layers, without which no ridgeline is drawn.
    assert one.layers.groupby("epoch")["histogram"].count().min() == 4
