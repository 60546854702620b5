"""Samples evaluated in steps: the sums of all, and live units looked for no longer than needed."""

from functools import partial

import numpy as np
import pytest
import tensorflow as tf

from core.engine.evaluation import Summing, summed
from core.engine.inputs import inputs
from core.engine.plan import blocks
from core.engine.shared import in_one_thread
from core.engine.stack import Stack
from core.experiment import Experiment

_SAMPLES = 110
# One step, steps that fit, steps whose last begins sooner, and one for each sample.
_ROWS = [_SAMPLES, 22, 40, 1]


def _stack(**fields: object) -> tuple[Stack, tf.Tensor, tf.Tensor]:
    plain = {"train_samples": _SAMPLES, "test_samples": _SAMPLES, "seed": [0, 1], "epochs": 1}
    (block,) = blocks(Experiment(**plain | fields).grid())
    found = inputs(block.shape, block.seed_numbers)
    return Stack(block), found.x, found.y


def _asked(
    function: Summing, stack: Stack, x: tf.Tensor, y: tf.Tensor, *, until_all_live: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    totals, lived = function(x, y, tf.constant(until_all_live), *stack.weights())
    return totals.numpy(), lived.numpy()


@pytest.mark.parametrize("rows", _ROWS)
@pytest.mark.parametrize("way", ["plain", "compiled", "no graph"])
@pytest.mark.parametrize("dataset", ["moons", "sine"])
def test_sums_and_live_units_are_those_of_all_samples_however_many_at_once(
    dataset: str, way: str, rows: int
) -> None:
    stack, x, y = _stack(dataset=dataset, activation=["relu", "tanh"], hidden=[[5, 4]])
    fixed = partial(summed, stack, classification=dataset == "moons", live=True)
    expected, live = _asked(partial(fixed, rows=_SAMPLES), stack, x, y)
    function = partial(fixed, rows=rows)
    if way != "no graph":
        traced = tf.function(function, jit_compile=way == "compiled", autograph=False)
        function = traced if way == "compiled" else in_one_thread(traced)
    totals, found = _asked(function, stack, x, y)
    np.testing.assert_allclose(totals, expected, rtol=1e-6, atol=1e-5)
    np.testing.assert_array_equal(found, live)
    assert found.shape == (2, 2, 9)


def test_a_sum_counts_each_sample_once() -> None:
    """Of a constant loss, whose sum tells the number of samples."""
    stack, x, y = _stack(dataset="moons", hidden=[[3]])
    nothing = [tf.zeros_like(weights) for weights in stack.weights()]
    for rows in _ROWS:
        function = partial(summed, stack, classification=True, live=False, rows=rows)
        totals, lived = function(x, y, tf.constant(value=False), *nothing)
        np.testing.assert_allclose(totals[..., 0], _SAMPLES * np.log(2), rtol=1e-6)
        assert lived.shape == (2, 1, 0)


@pytest.mark.parametrize(
    ("activation", "seen"),
    [("tanh", 10), ("relu", _SAMPLES)],
    ids=["all live in the first step", "some never"],
)
def test_live_units_are_looked_for_until_all_live(activation: str, seen: int) -> None:
    stack, x, y = _stack(dataset="moons", activation=activation, hidden=[[3]])
    # Every kernel 0 and every bias negative: a relu never lives, a tanh always does.
    nothing = [
        tf.fill(weights.shape, value)
        for weights, value in zip(stack.weights(), (0.0, -1.0), strict=True)
    ]
    function = partial(summed, stack, classification=True, live=True, rows=10)
    for until_all_live, counted in ((True, seen), (False, _SAMPLES)):
        totals, lived = function(x, y, tf.constant(until_all_live), *nothing)
        np.testing.assert_allclose(totals[..., 0], counted * np.log(2), rtol=1e-6)
        assert lived.numpy().all() == (activation == "tanh")
