"""The distribution function of a standard normal number, for GELU."""

from math import erfc, sqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

# So many numbers go one by one: SciPy's special functions take 0.3 s and 26 MB to import, and
# neither a curve nor the search for the ends of an interval needs them.
_FEW = 10_000

_erfc = np.frompyfunc(erfc, 1, 1)


def distribution(z: Array) -> Array:
    """Phi(z) = erfc(-z / sqrt(2)) / 2, of the type of ``z``."""
    if z.size > _FEW:
        from scipy.special import ndtr

        return np.asarray(ndtr(z))
    exact = np.asarray(_erfc(z.astype(np.float64) * -sqrt(0.5)), np.float64) / 2
    return exact.astype(z.dtype)
