"""Rows go in statements of few lengths: SQLite's driver keeps a statement for each it has met."""

from hypothesis import given
from hypothesis import strategies as st

from core.store.statements import _shares_of_few_lengths


@given(st.integers(1, 3000))
def test_any_number_of_rows_goes_in_statements_of_nine_lengths(count: int) -> None:
    rows = [(number,) for number in range(count)]
    shares = list(_shares_of_few_lengths(rows))
    assert [row for share in shares for row in share] == rows
    assert {len(share) for share in shares} <= {1, 2, 4, 8, 16, 32, 64, 128, 256}
    assert len(shares) <= count // 256 + 8
