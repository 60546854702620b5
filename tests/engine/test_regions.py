"""Where activations are saturated or flat: intervals of z against f' itself."""

import numpy as np
import pytest

from core.catalog import ACTIVATIONS, parse
from core.engine.regions import FLAT, of_learned_slopes, of_variants, regions
from core.report import SATURATION

FORMULA = "formula(sin(x) + relu(x - 0.5))"
KNOWN = (*ACTIVATIONS, "leaky_relu(0.03)", "elu(3)")
Array = np.ndarray


def many() -> Array:
    """Pre-activations of all sizes."""
    rng = np.random.default_rng(0)
    wide = [rng.normal(size=20_000) * scale for scale in (1, 10, 1e3)]
    return np.concatenate([*wide, np.linspace(-8, 8, 3_201)]).astype(np.float32)


@pytest.mark.parametrize("activation", KNOWN)
def test_regions_by_intervals_of_z_are_those_of_the_slope(activation: str) -> None:
    # The engine asks where z lies; the definition asks for f'(z).
    chosen, z = parse(activation, ACTIVATIONS, "activation"), many()
    record = ACTIVATIONS[chosen.name]
    size = abs(record.slope(z, *chosen.arguments))
    bounds = np.float32(SATURATION) * np.float32(record.steepest(*chosen.arguments)), FLAT
    found = of_variants(z.reshape(1, 1, -1, 1), (activation,))
    for inside, bound in zip(found, bounds, strict=True):
        # Where f' meets the bound, rounding decides for a few numbers next to one another.
        assert np.count_nonzero(inside.reshape(-1) != (size <= bound)) <= 2


@pytest.mark.parametrize("activation", KNOWN)
def test_intervals_begin_with_their_first_number_and_end_before_their_last(
    activation: str,
) -> None:
    chosen = parse(activation, ACTIVATIONS, "activation")
    record = ACTIVATIONS[chosen.name]
    steepest = np.float32(record.steepest(*chosen.arguments))
    bounds = np.float32(SATURATION) * steepest, np.nextafter(FLAT, np.float32(0))
    for which, bound in enumerate(bounds):
        intervals = record.flat(float(bound), *chosen.arguments)
        ends = np.array([end for interval in intervals for end in interval], np.float32)
        z = np.concatenate([ends, np.nextafter(ends, -np.inf), np.nextafter(ends, np.inf)])
        z = z[np.isfinite(z)].astype(np.float32)
        expected = [
            any(np.float32(low) <= each < np.float32(high) for low, high in intervals) for each in z
        ]
        found = of_variants(z.reshape(1, 1, -1, 1), (activation,))[which]
        assert found.reshape(-1).tolist() == expected


def test_each_variant_has_the_regions_that_it_has_alone() -> None:
    names = (*KNOWN, FORMULA, "relu", FORMULA, "gelu")
    rng = np.random.default_rng(1)
    z = (rng.normal(size=(3, len(names), 50, 2)) * 20).astype(np.float32)
    together = of_variants(z, names)
    for place, name in enumerate(names):
        own = slice(place, place + 1)
        for whole, alone in zip(together, of_variants(z[:, own], (name,)), strict=True):
            assert (whole[:, own] == alone).all()


def test_infinity_lies_at_the_end_of_an_interval_and_nan_in_none() -> None:
    z = np.array([-np.inf, np.inf, np.nan], np.float32).reshape(1, 1, 3, 1)
    expected = {
        "relu": [True, False, False],
        "tanh": [True, True, False],
        "linear": [False, False, False],
        "step": [True, True, False],
    }
    for name, ends in expected.items():
        for found in of_variants(z, (name,)):
            assert found.reshape(-1).tolist() == ends, name


def test_a_formula_is_asked_for_its_own_slope() -> None:
    chosen = parse(FORMULA, ACTIVATIONS, "activation")
    record, z = ACTIVATIONS[chosen.name], np.linspace(-9, 9, 999, dtype=np.float32)
    expected = regions(
        record.slope(z, *chosen.arguments), float(record.steepest(*chosen.arguments))
    )
    found = of_variants(z.reshape(1, 1, -1, 1), (FORMULA,))
    assert any(expected[0]) and not all(expected[0])
    for inside, own in zip(found, expected, strict=True):
        assert (inside.reshape(-1) == own).all()


def test_learned_slopes_are_saturated_beside_the_steeper_side() -> None:
    # Left slopes of 0.01, 0.2 and -100: beside 100, 1 is less than 5 %.
    alpha = np.array([0.01, 0.2, -100, 0], np.float32).reshape(1, 4, 1, 1)
    z = np.broadcast_to(np.array([-1, 1], np.float32)[:, None], (1, 4, 2, 1))
    saturated, flat = of_learned_slopes(z, alpha)
    assert saturated[0, :, :, 0].tolist() == [
        [True, False],
        [False, False],
        [False, True],
        [True, False],
    ]
    assert flat[0, :, :, 0].tolist() == [[False, False]] * 3 + [[True, False]]
