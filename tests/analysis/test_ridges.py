"""Densities from histograms: their mass is kept, exact zeros are taken out, seeds weigh alike."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from core.analysis.ridges import ridges

Make = Callable[..., pd.DataFrame]


def _frames(
    frame: pd.DataFrame, samples: list[np.ndarray], bins: int = 64
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The stored form of each run's activations in layer 1."""
    parts, layers = [], []
    for run_id, values in zip(frame["run_id"], samples, strict=True):
        counts, edges = np.histogram(values, bins, (values.min(), values.max()))
        parts.append(
            pd.DataFrame({"run_id": run_id, "epoch": 1, "layer": 1, "bin": range(bins),
                          "low": edges[:-1], "high": edges[1:], "count": counts})
        )  # fmt: skip
        zeros = float((values == 0).mean())
        layers.append({"run_id": run_id, "epoch": 1, "layer": 1, "zero_fraction": zeros})
    return pd.concat(parts, ignore_index=True), pd.DataFrame(layers)


def _mass(table: pd.DataFrame) -> float:
    return float(table["density"].sum() * np.diff(table["x"])[0])


def test_the_density_is_that_of_the_samples(runs: Make) -> None:
    frame = runs([({"seed": seed}, 0.9) for seed in (0, 1)])
    rng = np.random.default_rng(0)
    table = ridges(*_frames(frame, [rng.standard_normal(200_000) for _ in range(2)]), frame)
    normal = np.exp(-(table["x"] ** 2) / 2) / np.sqrt(2 * np.pi)
    assert table["density"].to_numpy() == pytest.approx(normal.to_numpy(), abs=0.02)
    assert _mass(table) == pytest.approx(0.985, abs=0.01)
    assert (table["n"] == 2).all()


def test_exact_zeros_are_a_share_and_no_spike(runs: Make) -> None:
    frame = runs([({}, 0.9)])
    values = np.maximum(np.random.default_rng(1).standard_normal(200_000), 0)
    table = ridges(*_frames(frame, [values]), frame)
    assert table["zeros"].iloc[0] == pytest.approx(0.5, abs=0.01)
    assert _mass(table) == pytest.approx(0.5, abs=0.02)
    half = np.sqrt(2 / np.pi) / 2
    assert table["density"].max() == pytest.approx(half, rel=0.1)


def test_configurations_share_the_grid_of_a_layer_and_seeds_weigh_alike(runs: Make) -> None:
    frame = runs(
        [({"activation": "tanh", "seed": s}, 0.9) for s in (0, 1)] + [({"activation": "relu"}, 0.9)]
    )
    few, many = np.linspace(-1, 0, 6_400), np.linspace(0, 1, 640_000)
    table = ridges(*_frames(frame, [few, many, np.linspace(-3, 3, 1000)]), frame)
    tanh = table[table["configuration"] == "tanh"]
    relu = table[table["configuration"] == "relu"]
    assert tanh["x"].tolist() == relu["x"].tolist()
    inside = tanh[tanh["x"].abs().between(0.1, 0.9)]
    assert inside["density"].to_numpy() == pytest.approx(0.5, abs=0.02)


def test_constant_and_broken_layers_are_no_error(runs: Make) -> None:
    frame = runs([({"seed": 0}, 0.9), ({"seed": 1}, 0.9)])
    histograms, layers = _frames(frame, [np.full(100, 0.5), np.linspace(0, 1, 100)])
    broken = histograms["run_id"] == frame["run_id"][1]
    histograms.loc[broken, ["low", "high"]] = np.nan
    table = ridges(histograms, layers, frame)
    assert (table["n"] == 1).all()
    assert np.isfinite(table["density"]).all()
    assert _mass(table) == pytest.approx(1)


def test_one_that_explodes_does_not_squeeze_the_others(runs: Make) -> None:
    frame = runs([({"activation": name}, 0.9) for name in ("relu", "tanh", "selu")])
    values = np.random.default_rng(2).standard_normal(10_000)
    table = ridges(*_frames(frame, [values, values, 1e6 * values]), frame)
    assert table["x"].max() < 60


def test_no_histograms_give_no_ridges(runs: Make) -> None:
    frame = runs([({}, 0.9)])
    histograms, layers = _frames(frame, [np.linspace(0, 1, 9)])
    assert ridges(histograms.iloc[:0], layers.iloc[:0], frame).empty
