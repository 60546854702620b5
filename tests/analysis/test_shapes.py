"""Shapes, depth and pulls against closed forms, quadrature and scipy."""

import math
from itertools import pairwise
from math import sqrt

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from core.analysis.depth import DEPTH, signals
from core.analysis.pulls import (
    MEASURED,
    against_probability,
    against_residual,
    fits,
    of_classes,
    of_errors,
    softmax_parts,
)
from core.analysis.shapes import curves, shape
from core.catalog import ACTIVATIONS, LOSSES, Activation
from core.catalog.formula import activation


def test_extrema_of_the_slope_are_the_known_ones() -> None:
    assert shape(ACTIVATIONS["sigmoid"]).steepest == pytest.approx(0.25)
    assert shape(ACTIVATIONS["sigmoid"]).steepest_at == pytest.approx(0)
    gelu = shape(ACTIVATIONS["gelu"])
    assert gelu.steepest == pytest.approx(1.128904, abs=1e-6)
    assert gelu.steepest_at == pytest.approx(sqrt(2), abs=2e-3)
    assert gelu.flattest == pytest.approx(-0.128904, abs=1e-6)


def test_the_least_slope_is_one_of_a_side_not_of_a_kink_alone() -> None:
    # TensorFlow's gradient of PReLU is 0 at 0 itself, where no pre-activation ever is.
    prelu = shape(ACTIVATIONS["prelu"])
    assert prelu.flattest == 0.25
    assert prelu.flattest_at == pytest.approx(0, abs=0.005)
    assert shape(ACTIVATIONS["leaky_relu"]).flattest == 0.01
    assert shape(ACTIVATIONS["relu"]).flattest == 0
    # A formula that turns quickly keeps its extrema.
    assert shape(activation("sin(40*x)/40")).flattest == pytest.approx(-1, abs=1e-3)


@pytest.mark.parametrize(
    ("record", "greatest", "least"),
    [
        (ACTIVATIONS["elu"], (1, 0), (0, -math.inf)),
        (ACTIVATIONS["softplus"], (1, math.inf), (0, -math.inf)),
        # 1 / (1 + |z|)^2 falls so slowly that it is 0.008 at 10 still.
        (ACTIVATIONS["softsign"], (1, 0), (0, -math.inf)),
        (activation("x**3"), (math.inf, -math.inf), (0, 0)),
        (activation("exp(x)"), (math.inf, math.inf), (0, -math.inf)),
        (activation("x / 2 + tanh(x)"), (1.5, 0), (0.5, -math.inf)),
    ],
    ids=lambda case: getattr(case, "title", None),
)
def test_what_the_slope_only_tends_to_is_the_limit(
    record: Activation, greatest: tuple[float, float], least: tuple[float, float]
) -> None:
    found = shape(record)
    assert (found.steepest, found.steepest_at) == pytest.approx(greatest, abs=5e-3)
    assert (found.flattest, found.flattest_at) == pytest.approx(least, abs=5e-3)


def test_means_and_saturation_for_normal_inputs_are_the_closed_forms() -> None:
    assert shape(ACTIVATIONS["relu"]).mean == pytest.approx(1 / sqrt(2 * np.pi), abs=1e-6)
    assert shape(ACTIVATIONS["tanh"]).mean == pytest.approx(0, abs=1e-12)
    assert shape(ACTIVATIONS["relu"]).saturated == pytest.approx(0.5, abs=2e-3)
    # tanh' = 1 - tanh^2 <= 0.05 beyond artanh(sqrt(0.95)) = 2.18.
    assert shape(ACTIVATIONS["tanh"]).saturated == pytest.approx(0.0292, abs=5e-4)


def test_curves_have_every_record_and_gaps_where_there_is_no_number() -> None:
    frame = curves([ACTIVATIONS["relu"], activation("log(x)")], 4)
    assert list(frame["activation"].unique()) == ["relu", "log(x)"]
    assert frame[(frame["activation"] == "log(x)") & (frame["z"] < 0)]["value"].isna().all()


def test_linear_layers_of_orthogonal_weights_change_nothing() -> None:
    frame = signals([ACTIVATIONS["linear"]], "orthogonal")
    assert len(frame) == DEPTH + 1
    np.testing.assert_allclose(frame["gradient"], 1, rtol=1e-4)
    # The root mean square stays to the last; the mean takes a little of it at random.
    rms = np.hypot(frame["mean"], frame["spread"])
    np.testing.assert_allclose(rms, rms[0], rtol=1e-4)
    assert (frame["bound"] == 1).all()


def test_a_relu_layer_of_he_weights_halves_what_glorot_does_twice_over() -> None:
    # E f'(z)^2 = 1/2: glorot keeps 1/2 of the squared gradient a layer, he all of it.
    he = signals([ACTIVATIONS["relu"]], "he_normal")["gradient"]
    glorot = signals([ACTIVATIONS["relu"]], "glorot_normal")["gradient"]
    np.testing.assert_allclose(glorot / he, 0.5 ** (np.arange(DEPTH + 1) / 2), rtol=1e-3)
    assert 0.1 < he.iloc[-1] < 10


def test_sigmoids_gradient_is_above_the_articles_bound_only_by_the_weights() -> None:
    frame = signals([ACTIVATIONS["sigmoid"]], "orthogonal")
    # Orthogonal weights keep lengths, so the bound holds.
    assert (frame["gradient"] <= frame["bound"] * (1 + 1e-4)).all()
    assert frame["bound"].iloc[10] == pytest.approx(0.25**10)
    step = signals([ACTIVATIONS["step"]], "he_normal")
    assert (step["gradient"].iloc[1:] == 0).all()


def test_the_same_numbers_come_every_time() -> None:
    one, other = (signals([ACTIVATIONS["mish"]], "he_normal") for _ in range(2))
    assert one.equals(other)


def test_every_loss_is_drawn_once() -> None:
    assert sorted([*of_errors(), *of_classes()]) == sorted(LOSSES)
    assert set(against_residual()["loss"]) == set(of_errors())
    assert set(against_probability()["loss"]) == set(of_classes())


def test_gradients_are_the_slopes_of_what_is_drawn() -> None:
    for frame in (against_residual(), against_probability()):
        for _, own in frame.groupby("loss"):
            steps = np.gradient(own["value"], own["at"])
            inner = slice(5, -5)
            gaps = np.abs(steps - own["gradient"])[inner]
            # At a kink the two sides differ; between them a step is a mean of both.
            assert np.median(gaps) < 0.02
            assert np.quantile(gaps, 0.9) < 0.2


@pytest.mark.parametrize("outlier", [-20.0, 0.0, 8.0])
def test_fits_are_what_scipy_finds_and_mse_is_the_mean(outlier: float) -> None:
    t = np.array([*MEASURED, outlier])
    found = fits(outlier).set_index("loss")["fit"]
    assert found["mse"] == pytest.approx(t.mean(), abs=1e-9)
    assert found["mae"] == pytest.approx(np.median(t), abs=1e-6)

    def loss(y: float) -> float:
        return float(LOSSES["log_cosh"].value(t[:, None], np.full((t.size, 1), y)).sum())

    best = minimize_scalar(loss, bounds=(-20, 20), method="bounded", options={"xatol": 1e-9})
    assert found["log_cosh"] == pytest.approx(best.x, abs=1e-5)


def test_the_pull_of_an_outlier_grows_under_mse_alone() -> None:
    pulls = [fits(at).set_index("loss")["pull"] for at in (2.0, 8.0, 20.0)]
    for near, far in pairwise(pulls):
        assert far["mse"] > near["mse"] + 0.05
        assert far["mae"] == pytest.approx(near["mae"])


def test_the_gradient_of_cross_entropy_by_the_scores_is_p_minus_t() -> None:
    frame = softmax_parts([2.0, 0.5, -1.0], 1)
    parts = {part: own["value"].to_numpy() for part, own in frame.groupby("part")}
    np.testing.assert_allclose(parts["gradient"], parts["p"] - parts["t"], atol=1e-12)
    assert parts["p"].sum() == pytest.approx(1)
    assert parts["gradient"].sum() == pytest.approx(0, abs=1e-12)
