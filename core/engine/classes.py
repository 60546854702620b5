"""Softmax, cross-entropy and answers over a few classes, class by class.

TensorFlow's own go along the last axis, sample by sample: for two classes they take five times
as long as the same arithmetic over whole arrays, one for each class, and longer than the layers
before them.
"""

from functools import reduce

import tensorflow as tf

# From five classes on TensorFlow's own take less, with their gradient.
FEW = 4


def softmax_and_cross_entropy(z: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Probabilities p = softmax(z), (..., k), and the losses -sum t ln p, (...).

    ``targets`` t have the shape of z and a sum of 1. Losses are taken from z, as in
    ``tf.nn.softmax_cross_entropy_with_logits``: ln p_i = z_i - m - ln sum exp(z_j - m), m = max z.
    Their gradient by z is p - t; none flows through the probabilities.
    """

    @tf.custom_gradient
    def both(z: tf.Tensor) -> object:
        own, wanted = tf.unstack(z, axis=-1), tf.unstack(targets, axis=-1)
        greatest = reduce(tf.maximum, own)
        shifted = [each - greatest for each in own]
        powers = [tf.exp(each) for each in shifted]
        total = reduce(tf.add, powers)
        shares, log = [power / total for power in powers], tf.math.log(total)
        losses = [(log - each) * t for each, t in zip(shifted, wanted, strict=True)]

        def gradient(_: tf.Tensor, upstream: tf.Tensor) -> tf.Tensor:
            return tf.stack(
                [(p - t) * upstream for p, t in zip(shares, wanted, strict=True)], axis=-1
            )

        return (tf.stack(shares, axis=-1), reduce(tf.add, losses)), gradient

    found: tuple[tf.Tensor, tf.Tensor] = both(z)
    return found


def answers(outputs: tf.Tensor) -> tf.Tensor:
    """The class of each sample's greatest output, the first of equals: (..., k) to (...).

    Of outputs that are numbers.
    """
    if outputs.shape[-1] > FEW:
        return tf.argmax(outputs, axis=-1)
    first, *others = tf.unstack(outputs, axis=-1)
    greatest, answer = first, tf.zeros_like(first, tf.int64)
    for place, output in enumerate(others, 1):
        answer = tf.where(output > greatest, tf.constant(place, tf.int64), answer)
        greatest = tf.maximum(greatest, output)
    return answer
