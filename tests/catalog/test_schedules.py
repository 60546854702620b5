"""Schedules against their closed forms and Keras's own."""

import keras
import numpy as np
import pytest

from core.catalog import SCHEDULES, default_choice


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("updates", [0, 1, 2, 7, 1000])
def test_factors_are_one_float32_from_0_to_1_an_update(name: str, updates: int) -> None:
    record = SCHEDULES[name]
    factors = record.factors(updates, *default_choice(record).arguments)
    assert factors.shape == (updates,) and factors.dtype == np.float32
    assert ((factors >= 0) & (factors <= 1)).all()


def test_constant_is_1() -> None:
    assert (SCHEDULES["constant"].factors(9) == 1).all()


@pytest.mark.parametrize("end", [0.0, 0.1])
def test_cosine_equals_that_of_keras(end: float) -> None:
    theirs = keras.optimizers.schedules.CosineDecay(1.0, decay_steps=50, alpha=end)
    expected = [float(theirs(t)) for t in range(50)]
    np.testing.assert_allclose(SCHEDULES["cosine"].factors(50, end), expected, atol=1e-6)


def test_cosine_starts_at_1_and_is_half_way_down_in_the_middle() -> None:
    factors = SCHEDULES["cosine"].factors(100, 0.0)
    assert factors[0] == 1
    assert factors[50] == pytest.approx(0.5)
    assert (np.diff(factors) < 0).all()


def test_step_divides_training_into_equal_parts() -> None:
    factors = SCHEDULES["step"].factors(9, 0.1, 3.0)
    np.testing.assert_allclose(factors, [1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01], rtol=1e-6)


def test_step_equals_that_of_keras() -> None:
    theirs = keras.optimizers.schedules.ExponentialDecay(
        1.0, decay_steps=12, decay_rate=0.5, staircase=True
    )
    expected = [float(theirs(t)) for t in range(60)]
    np.testing.assert_allclose(SCHEDULES["step"].factors(60, 0.5, 5.0), expected, rtol=1e-6)


@pytest.mark.parametrize("updates", range(1, 60))
def test_every_part_of_step_has_its_share_of_updates(updates: int) -> None:
    sizes = np.unique(SCHEDULES["step"].factors(updates, 0.5, 3.0), return_counts=True)[1]
    assert sizes.max() - sizes.min() <= 1


def test_warm_up_rises_evenly_and_stays() -> None:
    factors = SCHEDULES["warm_up"].factors(20, 0.25)
    np.testing.assert_allclose(factors[:5], [0.2, 0.4, 0.6, 0.8, 1.0], rtol=1e-6)
    assert (factors[5:] == 1).all()


def test_warm_up_of_nothing_is_constant() -> None:
    assert (SCHEDULES["warm_up"].factors(20, 0.0) == 1).all()


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_needs_its_end_unless_a_longer_one_begins_with_it(name: str) -> None:
    record = SCHEDULES[name]
    short, long = (record.factors(n, *default_choice(record).arguments) for n in (50, 100))
    assert record.needs_end is not bool(np.array_equal(short, long[:50]))
