"""What the gallery's sentences claim holds in the shipped runs, by intervals over seeds.

One function an entry: each sentence of ``right``, ``wrong``, ``why`` and ``look`` that speaks
of results is held against them. "Clear" is a 95 % interval, paired by seed, on one side of zero.
"""

from functools import cache

import pandas as pd
import pytest

from core.analysis.comparison import headline, paired_differences, summarise
from core.analysis.configurations import labelled
from core.analysis.convergence import convergence, curves, epochs_to_target
from core.gallery.entries import ENTRIES
from core.sharing import bundle


@cache
def _bundle(name: str) -> bundle.Bundle:
    return bundle.read(name)


def _results(name: str) -> pd.DataFrame:
    """mean, low, high, finished, diverged by configuration."""
    runs = _bundle(name).runs
    return summarise(runs, headline(runs)).set_index("configuration")


def _gap(name: str, one: str, other: str) -> pd.Series:
    """difference, low, high of ``one`` minus ``other``, paired by seed."""
    runs = _bundle(name).runs
    return paired_differences(runs, other, headline(runs)).set_index("configuration").loc[one]


def _pace(name: str, target: float) -> pd.Series:
    """Median epochs to ``target`` by configuration; inf where not reached."""
    data = _bundle(name)
    reached = epochs_to_target(data.epochs, data.runs, target, headline(data.runs))
    return convergence(reached, data.runs).set_index("configuration")["epochs"]


def _layers(name: str, column: str, epoch: int) -> pd.DataFrame:
    """``column`` of every seed: rows (configuration, seed), columns layers."""
    data = _bundle(name)
    joined = data.layers[data.layers["epoch"] == epoch].merge(
        labelled(data.runs)[["run_id", "configuration", "seed"]], on="run_id"
    )
    return joined.pivot_table(index=["configuration", "seed"], columns="layer", values=column)


def _curve(name: str, configuration: str) -> pd.Series:
    data = _bundle(name)
    frame = curves(data.epochs, data.runs, headline(data.runs))
    return frame[frame["configuration"] == configuration].set_index("epoch")["mean"]


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_has_five_seeds_and_names_a_baseline_that_it_holds(name: str) -> None:
    runs = _bundle(name).runs
    assert runs["seed"].nunique() >= 5
    assert ENTRIES[name].baseline in set(labelled(runs)["configuration"])
    assert _bundle(name).experiment.name == ENTRIES[name].question
    if runs["dataset"].iloc[0] == "mnist":
        assert set(runs["train_samples"]) == {60_000}


def test_mnist_activations() -> None:
    name = "mnist-activations"
    pace = _pace(name, 0.97)
    # "reach 97 % in few epochs"; "needs the most epochs and ends below ReLU"
    assert pace.drop("sigmoid").max() <= 5
    assert pace["sigmoid"] > pace.drop("sigmoid").max()
    assert _gap(name, "sigmoid", "relu")["high"] < 0
    # "less of the signal comes back through it"
    signal = _layers(name, "delta_rms", 0)[1].unstack("seed")
    assert (signal.loc["sigmoid"] < signal.drop("sigmoid").min()).all()


def test_two_spirals() -> None:
    name = "two-spirals"
    results, pace = _results(name), _pace(name, 0.95)
    # "untangle the arms within 60 epochs; tanh takes longer"
    assert results.loc[["relu", "silu"], "low"].min() > 0.95
    assert pace["tanh"] > pace[["relu", "silu"]].max()
    # "do little better than a guess": an interval within 10 points of one half
    assert results.loc["linear", "low"] > 0.5
    assert results.loc["linear", "high"] < 0.65
    # "leave the first layers almost without a signal"
    signal = _layers(name, "delta_rms", 0)[1].unstack("seed")
    assert (signal.loc["sigmoid"] < 0.1 * signal.loc["relu"]).all()
    # "the flat stretch of tanh and sigmoid": after 10 epochs they are where linear is
    for slow in ("tanh", "sigmoid"):
        assert abs(_curve(name, slow)[10] - _curve(name, "linear")[10]) < 0.05


def test_vanishing_depth() -> None:
    name = "vanishing-depth"
    results = _results(name)
    # "learn, too, if some two points less well than two"
    gap = _gap(name, "32×10 · relu", "32-32 · relu")
    assert gap["low"] < -0.02 < gap["high"] < 0
    assert results.loc["32×10 · relu", "low"] > 0.9
    # "five layers learn late, and ten hardly learn at all": 10 digits, a guess is 10 %
    assert _curve(name, "32×5 · sigmoid")[5] < 0.3
    assert _gap(name, "32×5 · sigmoid", "32×5 · relu")["high"] < 0
    assert results.loc["32×10 · sigmoid", "high"] < 0.25
    # "less than a thousandth of it arrives at the first of ten layers"
    signal = _layers(name, "delta_rms", 0)
    deep = signal.loc["32×10 · sigmoid"]
    assert (deep[1] < deep[10] / 1000).all()


def test_dying_relu() -> None:
    name = "dying-relu"
    # "At small learning rates, ReLU and Leaky ReLU learn alike"
    for rate in ("0.001", "0.01"):
        gap = _gap(name, f"leaky_relu · lr {rate}", f"relu · lr {rate}")
        assert gap["low"] < 0 < gap["high"]
    # "most ReLU units of the second and third layer are dead", and no Leaky ReLU unit
    dead = _layers(name, "dead_fraction", 20)
    assert (dead.loc["relu · lr 0.1", [2, 3]] > 0.5).all(axis=None)
    assert (dead.loc["leaky_relu · lr 0.1"] == 0).all(axis=None)
    # "Compare the share of zeros of ReLU by learning rate": it rises
    zeros = _layers(name, "zero_fraction", 20)[3].groupby("configuration").mean()
    ordered = [zeros[f"relu · lr {rate}"] for rate in ("0.001", "0.01", "0.1")]
    assert ordered == sorted(ordered)


def test_learning_rates() -> None:
    name = "learning-rates"
    results, pace = _results(name), _pace(name, 0.95)
    # "after a few epochs; 0.01 needs several times as many"
    assert pace["lr 0.1"] <= 5
    assert 3 * pace["lr 0.1"] <= pace["lr 0.01"] <= 30
    # "hardly moves": a guess is right in 10 % of the digits
    assert results.loc["lr 0.0001", "high"] < 0.25
    # "at 1 every run diverges or falls back"; "at 10 all diverge"
    ends = labelled(_bundle(name).runs).query("configuration == 'lr 1'")
    fell = ends["best_test_accuracy"] - ends["test_accuracy"] > 0.2
    assert ((ends["status"] == "diverged") | fell).all()
    assert results.loc["lr 10", "diverged"] == results.loc["lr 10", "runs"]
    # "it starts almost as well as 0.1, and falls"
    assert abs(_curve(name, "lr 1")[1] - _curve(name, "lr 0.1")[1]) < 0.05
    assert _curve(name, "lr 1").iloc[-1] < _curve(name, "lr 1").max() - 0.3


def test_outliers() -> None:
    name = "outliers"
    results = _results(name)
    assert set(_bundle(name).runs["outliers"]) == {0.15}
    others = [label for label in results.index if label != "mse"]
    assert len(others) == 3
    # "find the sine"; "worse than they do, not clearly better than a constant would" (R² of 0)
    assert results.loc[others, "low"].min() > 0.7
    assert all(_gap(name, label, "mse")["low"] > 0 for label in others)
    assert results.loc["mse", "low"] < 0
    assert results.loc["mse", "high"] < 0.2


def test_classification_losses() -> None:
    name = "classification-losses"
    results = _results(name)
    # "Hinge ends a little above cross-entropy"; "level with it": no difference that the seeds can
    # show; "all five are at 96 % or more"
    gap = _gap(name, "hinge", "cross_entropy")
    assert 0 < gap["low"] < gap["high"] < 0.005
    for label in ("focal", "mse"):
        gap = _gap(name, label, "cross_entropy")
        assert gap["low"] < 0 < gap["high"]
    assert len(results) == 5
    assert results["low"].min() > 0.96
    # "needs the most epochs to 97 % and ends below cross-entropy"
    pace = _pace(name, 0.97)
    assert pace["mae"] > pace.drop("mae").max()
    assert _gap(name, "mae", "cross_entropy")["high"] < 0


def test_initial_weights() -> None:
    name = "initial-weights"
    results = _results(name)
    good = ["he_normal", "glorot_uniform", "normal(0.1)"]
    assert results.loc[good, "low"].min() > 0.9
    # "nothing is learned": 10 % is a guess; "learns badly"
    assert results.loc[["zeros", "normal(0.01)"], "high"].max() < 0.15
    assert all(_gap(name, "normal(1)", label)["high"] < 0 for label in good)
    # "by the same factor: far below 1 the signal is gone …, far above 1 it explodes. He's … 1"
    spread = _layers(name, "std", 0).groupby("configuration").mean()
    assert spread.loc["normal(0.01)", 5] < 1e-4 * spread.loc["normal(0.01)", 1]
    assert spread.loc["normal(1)", 5] > 100 * spread.loc["normal(1)", 1]
    assert 0.5 < spread.loc["he_normal", 5] / spread.loc["he_normal", 1] < 2


def test_zero_centred() -> None:
    name = "zero-centred"
    results = _results(name)
    means = _layers(name, "mean", 30)
    # "a mean near 0"; "a mean near 0.5, and it is the last by far"; "the means of ReLU are not 0"
    assert means.loc["tanh"].abs().max(axis=None) < 0.05
    assert (means.loc["sigmoid"] - 0.5).abs().max(axis=None) < 0.1
    assert means.loc["relu"].min(axis=None) > 0.2
    assert results["high"]["sigmoid"] < results["low"].drop("sigmoid").min()
    assert _pace(name, 0.95)["tanh"] <= 5
    # "tanh and ELU are there first"
    pace = _pace(name, 0.95)
    assert pace[["tanh", "elu"]].max() < pace[["relu", "sigmoid"]].min()
    # "ends level with tanh": no clear difference, and within two points
    gap = _gap(name, "relu", "tanh")
    assert -0.02 < gap["low"] < 0 < gap["high"] < 0.02
