"""Student's t for whole degrees of freedom, exactly, without SciPy's second of import.

Knows nothing of frames.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


def coverage(t: float, freedom: int) -> float:
    """P(|T| <= t) for ``freedom`` degrees of freedom (Abramowitz & Stegun 1964, 26.7.3-4)."""
    return _coverage_of_angle(math.atan(t / math.sqrt(freedom)), freedom)


@lru_cache(maxsize=1024)
def quantile(level: float, freedom: int) -> float:
    """The t with P(|T| <= t) = ``level``, 0 < level < 1: 2.776 for 0.95 and 4.

    Raises:
        ValueError: ``freedom`` below 1, or ``level`` not inside (0, 1).
    """
    if freedom < 1 or not 0 < level < 1:
        raise ValueError(f"no quantile of level {level} with {freedom} degrees of freedom")
    # The angle atan(t/sqrt(freedom)) is bounded, so bisection needs no first guess.
    low, high = 0.0, math.pi / 2
    for _ in range(100):
        middle = (low + high) / 2
        if _coverage_of_angle(middle, freedom) < level:
            low = middle
        else:
            high = middle
    return math.tan((low + high) / 2) * math.sqrt(freedom)


def quantiles(level: float, freedoms: NDArray[np.int64]) -> NDArray[np.float64]:
    """``quantile`` of each of ``freedoms``; NaN where there are none (below 1)."""
    known, place = np.unique(freedoms, return_inverse=True)
    return np.array([quantile(level, int(k)) if k > 0 else math.nan for k in known])[place]


def _coverage_of_angle(angle: float, freedom: int) -> float:
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2 == 1
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for step in range(3 if odd else 2, freedom - 1, 2):
        term *= cosine * cosine * (step - 1) / step
        total += term
    if odd:
        return 2 / math.pi * (angle + sine * total)
    return sine * total
