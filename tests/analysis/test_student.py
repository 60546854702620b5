"""Student's t against SciPy and against values printed in tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.analysis.student import coverage, quantile


@given(st.integers(1, 300), st.floats(0.01, 0.999))
def test_quantiles_equal_scipys(freedom: int, level: float) -> None:
    expected = stats.t.ppf((1 + level) / 2, freedom)
    assert quantile(level, freedom) == pytest.approx(expected, rel=1e-9)


@given(st.integers(1, 300), st.floats(0, 50))
def test_coverage_equals_scipys(freedom: int, t: float) -> None:
    assert coverage(t, freedom) == pytest.approx(1 - 2 * stats.t.sf(t, freedom), abs=1e-9)


@pytest.mark.parametrize(("freedom", "printed"), [(1, 12.706), (2, 4.303), (4, 2.776), (9, 2.262)])
def test_quantiles_equal_the_printed_table(freedom: int, printed: float) -> None:
    assert round(quantile(0.95, freedom), 3) == printed


@pytest.mark.parametrize(("level", "freedom"), [(0.95, 0), (0, 3), (1, 3), (1.2, 3)])
def test_what_has_no_quantile_is_refused(level: float, freedom: int) -> None:
    with pytest.raises(ValueError, match="no quantile"):
        quantile(level, freedom)
