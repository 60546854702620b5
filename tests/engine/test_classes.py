"""Softmax, cross-entropy and answers class by class, beside TensorFlow's own."""

import numpy as np
import pytest
import tensorflow as tf

from core.engine.classes import FEW, answers, softmax_and_cross_entropy

_SHAPE = (2, 3, 50)


def _logits(classes: int, scale: float) -> tf.Tensor:
    draws = np.random.default_rng(classes).normal(size=(*_SHAPE, classes)) * scale
    return tf.constant(draws, tf.float32)


def _targets(classes: int) -> tf.Tensor:
    right = np.random.default_rng(1).integers(0, classes, _SHAPE)
    return tf.one_hot(right, classes)


@pytest.mark.parametrize("classes", range(2, FEW + 1))
@pytest.mark.parametrize("scale", [0.01, 1, 300], ids=["near 0", "usual", "quite sure"])
def test_probabilities_losses_and_gradients_are_those_of_tensorflow(
    classes: int, scale: float
) -> None:
    z, targets = _logits(classes, scale), _targets(classes)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(z)
        shares, losses = softmax_and_cross_entropy(z, targets)
        theirs = tf.nn.softmax_cross_entropy_with_logits(targets, z)
        # Each loss with a weight of its own, so that a gradient belongs to its sample.
        weights = tf.reshape(tf.range(tf.size(losses), dtype=tf.float32), losses.shape)
        total, other = tf.reduce_sum(losses * weights), tf.reduce_sum(theirs * weights)
    np.testing.assert_allclose(shares, tf.nn.softmax(z), rtol=1e-6, atol=1e-30)
    np.testing.assert_allclose(losses, theirs, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(
        tape.gradient(total, z), tape.gradient(other, z), rtol=1e-5, atol=1e-4
    )


@pytest.mark.parametrize(
    "z",
    [[0.0, -np.inf], [-np.inf, 0.0], [np.inf, 0.0], [np.nan, 0.0], [0.0, np.nan]],
    ids=str,
)
def test_a_loss_is_finite_where_that_of_tensorflow_is(z: list[float]) -> None:
    logits, targets = tf.constant([[[z]]]), tf.constant([[[[1.0, 0.0]]]])
    _, loss = softmax_and_cross_entropy(logits, targets)
    theirs = tf.nn.softmax_cross_entropy_with_logits(targets, logits)
    np.testing.assert_array_equal(loss, theirs)


@pytest.mark.parametrize("classes", [2, FEW, FEW + 1, 10])
def test_the_answer_is_the_first_of_the_greatest_outputs(classes: int) -> None:
    outputs = np.random.default_rng(0).integers(0, 3, (*_SHAPE, classes)).astype(np.float32)
    np.testing.assert_array_equal(answers(tf.constant(outputs)), outputs.argmax(axis=-1))
