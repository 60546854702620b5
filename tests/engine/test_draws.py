"""What a seed decides, it decides whatever else is chosen."""

import numpy as np
import pytest

from core.catalog import BIAS_INITIALIZERS, KERNEL_INITIALIZERS
from core.engine.draws import (
    batch_order,
    initial_weights,
    probe_rows,
    uniforms,
    weights_of_seeds,
)

SIZES = (30, 20, 10, 2)
SCALED = [name for name in KERNEL_INITIALIZERS if name not in ("orthogonal", "zeros")]


@pytest.mark.parametrize("name", SCALED)
def test_initializers_of_one_seed_share_their_luck(name: str) -> None:
    drawn = initial_weights(5, SIZES, name, "zeros")
    for layer, (kernel, _) in enumerate(drawn):
        u = uniforms(5, layer, kernel.shape)
        # An increasing function of the draw keeps its order, and sends 1/2 to 0.
        assert np.all(np.diff(kernel.reshape(-1)[np.argsort(u, axis=None)]) >= 0)
        assert np.array_equal(kernel > 0, u > 0.5)


def test_layers_seeds_and_biases_have_draws_of_their_own() -> None:
    draws = [
        uniforms(0, 0, (4, 4)),
        uniforms(0, 1, (4, 4)),
        uniforms(1, 0, (4, 4)),
        uniforms(0, 0, (4, 4), bias=True),
    ]
    assert len({draw.tobytes() for draw in draws}) == len(draws)
    assert all(np.all((draw > 0) & (draw < 1)) for draw in draws)


@pytest.mark.parametrize("kernel", KERNEL_INITIALIZERS)
@pytest.mark.parametrize("bias", BIAS_INITIALIZERS)
def test_seeds_that_are_drawn_together_draw_what_each_draws_alone(kernel: str, bias: str) -> None:
    seeds = (0, 7, 8)
    together = weights_of_seeds(seeds, SIZES, kernel, bias)
    for place, seed in enumerate(seeds):
        alone = initial_weights(seed, SIZES, kernel, bias)
        for (kernels, biases), (own_kernel, own_bias) in zip(together, alone, strict=True):
            assert kernels[place].tobytes() == own_kernel.tobytes()
            assert biases[place].tobytes() == own_bias.tobytes()


def test_a_deeper_network_begins_with_the_weights_of_the_shallower() -> None:
    shallow = initial_weights(3, (8, 6, 5, 2), "normal(0.1)", "normal(0.1)")
    deep = initial_weights(3, (8, 6, 5, 7, 2), "normal(0.1)", "normal(0.1)")
    for (kernel, bias), (same_kernel, same_bias) in zip(shallow[:2], deep[:2], strict=True):
        assert np.array_equal(kernel, same_kernel)
        assert np.array_equal(bias, same_bias)


def test_an_epoch_visits_each_sample_at_most_once_in_full_batches() -> None:
    order = batch_order(0, 1, samples=103, batch_size=10)
    assert order.shape == (10, 10)
    assert len(np.unique(order)) == order.size
    assert order.min() >= 0
    assert order.max() < 103


def test_epochs_and_seeds_have_orders_of_their_own_and_keep_them() -> None:
    assert np.array_equal(batch_order(4, 2, 50, 5), batch_order(4, 2, 50, 5))
    assert not np.array_equal(batch_order(4, 2, 50, 5), batch_order(4, 3, 50, 5))
    assert not np.array_equal(batch_order(4, 2, 50, 5), batch_order(5, 2, 50, 5))
    # A larger batch reads the same samples in the same order.
    assert np.array_equal(batch_order(4, 2, 50, 5).ravel(), batch_order(4, 2, 50, 25).ravel())


@pytest.mark.parametrize(("samples", "count"), [(60_000, 512), (512, 512), (40, 40)])
def test_the_probe_is_at_most_512_different_rows_that_the_seed_decides(
    samples: int, count: int
) -> None:
    rows = probe_rows(9, samples)
    assert len(rows) == len(set(rows.tolist())) == count
    assert rows.max() < samples
    assert np.array_equal(rows, probe_rows(9, samples))
    assert samples == count or not np.array_equal(rows, probe_rows(10, samples))
