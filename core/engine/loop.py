"""A run of layers of one width as a loop, forwards and backwards.

A graph of dozens of layers takes long to trace and to compile; the body of a loop is traced
and compiled once. Backwards it holds but the way of delta from layer to layer: the gradients
of all kernels are one product after it. (TensorFlow's own gradient of a loop keeps every step
of every activation in a list, and took half as long again.)
"""

from collections.abc import Callable

import tensorflow as tf

from core.engine.spans import Span

# From z, and the learned slopes of prelu, to f(z).
Activate = Callable[..., tf.Tensor]
_Tensors = tuple[tf.Tensor, ...]


def loop(run: Span, activate: Activate, a: tf.Tensor) -> _Tensors:
    """The last activations after ``a`` (seeds, variants, samples, units), and z and f(z) of all.

    Z and f(z), (layers, seeds, variants, samples, units), are to be looked at: a gradient flows
    through the last activations alone.
    """

    @tf.custom_gradient
    def layers(a: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, *slopes: tf.Tensor) -> object:
        def forward(before: _Tensors, own: _Tensors) -> _Tensors:
            z = tf.matmul(before[1], own[0]) + own[1]
            return z, activate(z, *own[2:])

        z, post = tf.scan(forward, (kernel, bias, *slopes), (a, a))

        def gradients(upstream: tf.Tensor, *_: tf.Tensor) -> _Tensors:
            before, delta, *steeper = _backwards(activate, z, kernel, slopes, upstream)
            inputs = tf.concat([a[None], post[:-1]], axis=0)
            of_kernels = tf.matmul(inputs, delta, transpose_a=True)
            # A bias is one for all samples, or one for each.
            shared = bias.shape[-2] == 1
            of_biases = tf.reduce_sum(delta, axis=-2, keepdims=True) if shared else delta
            return before, of_kernels, of_biases, *steeper

        return (post[-1], z, post), gradients

    found: _Tensors = layers(a, run.kernel, run.bias, *([] if run.slope is None else [run.slope]))
    return found


def _backwards(
    activate: Activate, z: tf.Tensor, kernel: tf.Tensor, slopes: _Tensors, upstream: tf.Tensor
) -> _Tensors:
    """From the gradient of the last activations those of the first, of each z, and of slopes."""

    def layer(after: _Tensors, own: _Tensors) -> _Tensors:
        z, kernel, *slopes = own
        with tf.GradientTape() as tape:
            tape.watch([z, *slopes])
            activations = activate(z, *slopes)
        delta, *steeper = tape.gradient(
            activations, [z, *slopes], after[0], tf.UnconnectedGradients.ZERO
        )
        return tf.matmul(delta, kernel, transpose_b=True), delta, *steeper

    start = (upstream, upstream, *(tf.zeros_like(slope[0]) for slope in slopes))
    before, *rest = tf.scan(layer, (z, kernel, *slopes), start, reverse=True)
    return before[0], *rest
