"""The normal distribution function: SciPy's, also where it is not asked."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.special import ndtr

from core.catalog.normal import _FEW, distribution


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 2e-7), (np.float64, 1e-15)])
@pytest.mark.parametrize("count", [9, _FEW, _FEW + 1])
def test_it_is_scipys_for_few_numbers_and_for_many(
    dtype: type, tolerance: float, count: int
) -> None:
    z = np.linspace(-37, 37, count, dtype=dtype)
    found = distribution(z)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, ndtr(z.astype(np.float64)), rtol=0, atol=tolerance)


def test_few_numbers_are_exact_in_the_far_tail_too() -> None:
    """Relative to numbers down to 1e-300, where 1 - Phi(-z) would be 0."""
    z = np.linspace(-37, 0, 500)
    np.testing.assert_allclose(distribution(z), ndtr(z), rtol=1e-12)


def test_its_ends_and_what_is_no_number() -> None:
    z = np.array([-np.inf, 0.0, np.inf, np.nan])
    np.testing.assert_array_equal(distribution(z), [0.0, 0.5, 1.0, np.nan])
    assert distribution(np.array(0.0)).shape == ()


def test_the_flat_regions_of_gelu_are_found_without_scipys_special_functions() -> None:
    """Their import takes 0.3 s and 26 MB of every process that trains or draws it."""
    program = (
        "import sys; from core.catalog import ACTIVATIONS; gelu = ACTIVATIONS['gelu'];"
        "gelu.live_interval(); gelu.flat(0.01); assert 'scipy.special' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
