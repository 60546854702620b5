"""Samples evaluated in steps: the sums of all, and live units looked for no longer than needed."""

import numpy as np
import pytest
import tensorflow as tf

from core.engine.evaluation import in_steps, live_in_steps

_ROWS = 4
_SAMPLES = 11


class Asked:
    """A step over samples that each are the number of the one unit, of three, that they wake."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, x: tf.Tensor, _: tf.Tensor, count: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        self.times += 1
        assert x.shape[1] == _ROWS
        seen = x[:, : int(count), 0].numpy()
        live = (seen[:, None, :, None] == np.arange(3)).any(axis=2)
        return tf.constant(seen.sum(axis=1)[:, None, None], tf.float64), tf.constant(live)


@pytest.mark.parametrize(
    ("wakes", "live", "steps"),
    [
        ([0, 1, 2] + [0] * 8, [True, True, True], 1),
        ([0, 1, 0, 1, 1, 2] + [0] * 5, [True, True, True], 2),
        ([0] * 9 + [1, 2], [True, True, True], 3),
        ([0, 2] * 5 + [0], [True, False, True], 3),
    ],
    ids=["all in the first step", "in the second", "the last sample wakes one", "one sleeps"],
)
def test_live_units_are_those_of_all_samples_though_some_are_not_asked(
    wakes: list[int], live: list[bool], steps: int
) -> None:
    x = tf.constant(np.reshape(wakes, (1, _SAMPLES, 1)), tf.float32)
    asked, whole = Asked(), Asked()
    found = live_in_steps(asked, x, x, (), _ROWS)
    totals, expected = in_steps(whole, x, x, (), _ROWS)
    np.testing.assert_array_equal(found, [[live]])
    np.testing.assert_array_equal(found, expected)
    assert (asked.times, whole.times) == (steps, 3)
    assert totals == sum(wakes)
