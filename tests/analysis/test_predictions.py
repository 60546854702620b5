"""Surfaces, confusions and disagreements against what is known of simple networks."""

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from core.analysis import predictions
from core.analysis.forward import Network
from data import load


def _linear(kernel: list[list[float]], bias: list[float], output: str = "linear") -> Network:
    arrays = (np.array(kernel, np.float32),), (np.array(bias, np.float32),)
    return Network("relu", output, *arrays, slopes=())


def test_a_surface_lies_as_a_map_does_in_the_inputs_own_units() -> None:
    data = load("plane", seed=0)
    shown = predictions.window(data)
    inputs = predictions.mesh(shown, data, 40)
    # The network answers its first standardised input; then the second.
    across = predictions.surface(_linear([[1], [0]], [0]), inputs, data)
    x = (across / 1 - data.target_offset) / data.target_scale * data.scale[0] + data.offset[0]
    assert across.shape == (40, 40)
    assert np.all(np.diff(across, axis=1) > 0)
    assert np.allclose(np.diff(across, axis=0), 0, atol=1e-6)
    half = (shown.right - shown.left) / 80
    assert x[0, 0] == pytest.approx(shown.left + half, abs=1e-5)
    assert x[0, -1] == pytest.approx(shown.right - half, abs=1e-5)
    upward = predictions.surface(_linear([[0], [1]], [0]), inputs, data)
    assert np.all(np.diff(upward, axis=0) < 0)


def test_leaning_is_the_probability_of_softmax_and_stays_within_0_and_1() -> None:
    z = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(predictions.leaning(p), p[:, 1], atol=1e-6)
    far = predictions.leaning(np.array([[5, -3], [-9, 4], [np.nan, 1]], np.float32))
    assert far[:2].tolist() == [0, 1]


def test_every_hidden_unit_has_its_surface() -> None:
    data = load("moons", seed=0)
    inputs = predictions.mesh(predictions.window(data), data, 10)
    draw = np.random.default_rng(0)
    sizes = [(2, 3), (3, 4), (4, 2)]
    network = Network(
        "tanh",
        "softmax",
        tuple(draw.normal(size=size).astype(np.float32) for size in sizes),
        tuple(np.zeros(size[1], np.float32) for size in sizes),
        (),
    )
    layers = predictions.units(network, inputs)
    assert [layer.shape for layer in layers] == [(3, 10, 10), (4, 10, 10)]
    np.testing.assert_allclose(layers[0][1].ravel(), network.hidden(inputs)[0][:, 1])


def test_confusion_counts_every_sample_once_and_adds_seeds() -> None:
    labels, answers = np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0])
    table = predictions.confusion(
        {"a": [(answers, labels), (labels, labels)], "b": [(labels, labels)]}, ["x", "y", "z"]
    )
    a = table[table["configuration"] == "a"].set_index(["true", "answer"])
    assert a["count"].sum() == 8
    assert a.loc[("x", "y"), "count"] == 1
    assert a.loc[("x", "x"), "share"] == 0.75
    assert a.loc[("z", "x"), "share"] == 0.5
    assert set(a["n"]) == {2}
    b = table[table["configuration"] == "b"]
    assert (b[b["right"]]["share"] == 1).all()


def test_disagreement_is_the_exact_test_of_mcnemar() -> None:
    labels = np.zeros(100, int)
    first, second = np.zeros(100, int), np.zeros(100, int)
    first[:4], second[4:20], first[90:], second[90:] = 1, 1, 1, 2
    found = predictions.disagreement(first, second, labels)
    assert found.only_first.tolist() == list(range(4, 20))
    assert found.only_second.tolist() == [0, 1, 2, 3]
    assert found.both_wrong == 10
    assert found.p_value == pytest.approx(2 * binom.cdf(4, 20, 0.5))
    assert predictions.disagreement(labels, labels, labels).p_value == 1


@pytest.mark.parametrize(("fewer", "more"), [(0, 1), (5, 5), (100, 220), (4900, 5100)])
def test_its_chance_is_that_of_a_fair_coin_however_many_differ(fewer: int, more: int) -> None:
    labels = np.zeros(fewer + more, int)
    first = np.arange(fewer + more) < more
    found = predictions.disagreement(first.astype(int), (~first).astype(int), labels)
    wanted = binomtest(fewer, fewer + more, 0.5).pvalue
    assert found.p_value == pytest.approx(wanted, rel=1e-9)


def test_residuals_are_target_minus_answer_in_the_targets_own_units() -> None:
    data = load("diabetes", seed=0)
    frame = predictions.fit(_linear([[0.0]] * 10, [0.0]), data, 50)
    assert len(frame) == 100
    assert np.allclose(frame["answer"], data.target_offset)
    assert np.allclose(frame["residual"], frame["target"] - data.target_offset)
    assert frame["target"].between(25, 346).all()


def test_outliers_are_marked_where_the_data_set_made_them() -> None:
    data = load("sine", seed=0, outliers=0.2)
    frame = predictions.fit(_linear([[0.0]], [0.0]), data, 10_000)
    marked = frame[frame["outlier"]]
    assert set(marked["part"]) == {"train"}
    assert len(marked) == 0.2 * len(data.x_train)
    assert marked["residual"].min() > 1
    spots = predictions.points(load("hill", seed=0, outliers=0.1), 300)
    assert spots["outlier"].sum() > 0
    assert spots[spots["part"] == "test"]["outlier"].sum() == 0


def test_the_fitted_curve_spans_the_data() -> None:
    data = load("sine", seed=0)
    drawn = predictions.curve(_linear([[1.0]], [0.0]), data)
    assert drawn["x"].is_monotonic_increasing
    assert drawn["x"].iloc[0] == pytest.approx(
        min(data.x_train.min(), data.x_test.min()) * data.scale[0] + data.offset[0], rel=1e-5
    )
