"""What a layer's statistics are made of: one pass over the probe samples, and its gradients."""

from collections.abc import Sequence

import tensorflow as tf

from core.engine.spans import Span
from core.engine.stack import Stack

Weights = tuple[tf.Tensor, tf.Tensor]


def probe(
    stack: Stack, x: tf.Tensor, y: tf.Tensor, weights: Weights, before: Weights
) -> tuple[tuple[list[tf.Tensor], ...], tuple[list[tf.Tensor], ...], list[tf.Tensor]]:
    """Z, f(z) and delta of each hidden layer, three norms of each, and learned slopes.

    See ``core.engine.reporting.Probed``. ``x`` is (seeds, samples, features), ``before`` are the
    weights from which the last change is measured.
    """
    layers = [span.spread(x.shape[1]) for span in stack.layers(*weights)]
    hidden, old = layers[:-1], stack.layers(*before)[:-1]
    kernels = [span.kernel for span in hidden]
    with tf.GradientTape() as tape:
        tape.watch([*kernels, *(span.bias for span in hidden if span.run)])
        pre, post = stack.forward(layers, x)
        losses, _ = stack.losses(pre[-1], y)
        total = tf.reduce_sum(losses)
    # Each sample's loss depends on its own z alone: the gradient of the sum is delta.
    found = tape.gradient(
        total,
        [*_sources(hidden, pre), *kernels],
        unconnected_gradients=tf.UnconnectedGradients.ZERO,
    )
    count = tf.cast(tf.shape(x)[1], tf.float32)
    changes = [span.kernel - former.kernel for span, former in zip(hidden, old, strict=True)]
    gradient = [norm / count for norm in _norms(hidden, found[len(hidden) :])]
    norms = gradient, _norms(hidden, kernels), _norms(hidden, changes)
    delta = [d for span, own in zip(hidden, found, strict=False) for d in span.each(own)]
    return (pre[:-1], post, delta), norms, stack.slopes(layers)


def _sources(hidden: Sequence[Span], pre: Sequence[tf.Tensor]) -> list[tf.Tensor]:
    """For each span the tensor whose gradient is its delta: z, or what a loop adds to make it."""
    found, layer = [], 0
    for span in hidden:
        found.append(span.bias if span.run else pre[layer])
        layer += span.layers
    return found


def _norms(hidden: Sequence[Span], kernels: Sequence[tf.Tensor]) -> list[tf.Tensor]:
    """Frobenius norm of each hidden layer's kernel by member, (seeds, variants)."""
    found = []
    for place, (span, kernel) in enumerate(zip(hidden, kernels, strict=True)):
        axes = (-2, -1) if place else (1, 3)
        found += span.each(tf.sqrt(tf.reduce_sum(tf.square(kernel), axis=axes)))
    return found
