"""The vocabulary of reports."""

from core.report import ACTIVE, ENDED, GIVEN_UP, TRAINED, Status


def test_every_status_is_active_trained_or_given_up() -> None:
    assert sorted([*ACTIVE, *TRAINED, *GIVEN_UP]) == sorted(Status)
    assert set(ENDED) == set(Status) - set(ACTIVE)
