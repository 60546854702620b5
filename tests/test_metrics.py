"""Numbers are written as a reader expects them."""

import math

import pytest

from core.language import translator
from core.metrics import METRICS, duration, measured, number

ACCURACY, LOSS = METRICS["test_accuracy"], METRICS["test_loss"]


def test_shares_are_percent_and_their_differences_points_with_a_sign() -> None:
    assert ACCURACY.text(0.97741) == "97.74 %"
    assert ACCURACY.spread(0.0008) == "±0.08"
    assert ACCURACY.difference(-0.0013) == "−0.13"
    assert ACCURACY.difference(0.0006) == "+0.06"
    assert ACCURACY.difference(-0.000001) == "0.00"


def test_losses_have_three_digits() -> None:
    assert (LOSS.text(0.08123), LOSS.difference(-0.2)) == ("0.0812", "−0.200")
    assert LOSS.difference(2e-7) == "+2×10⁻⁷"


def test_what_is_not_known_is_a_dash() -> None:
    assert [ACCURACY.text(math.nan), ACCURACY.difference(math.nan)] == ["–", "–"]
    assert ACCURACY.spread(math.nan) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (1.0, "1.00"), (123.4, "123"), (0.00123, "0.00123"), (0.000214, "2.1×10⁻⁴"),
        (-3e-12, "−3×10⁻¹²"), (1.26e8, "1.3×10⁸"), (9.996, "10.0"), (math.inf, "∞"),
        (-math.inf, "−∞"), (math.nan, "–"), (99950.0, "1×10⁵"),
    ],
)  # fmt: skip
def test_numbers_have_significant_digits_and_powers_of_ten(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.04 s"),
        (0.996, "1.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.6, "1 min 00 s"),
        (130, "2 min 10 s"),
        (3 * 3600 + 300, "3 h 05 min"),
        (math.inf, "–"),
    ],
)
def test_times_are_said_as_people_say_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.04 秒"), (88, "1 分 28 秒"), (3 * 3600 + 300, "3 時間 05 分")]
)
def test_times_are_said_in_the_readers_language(seconds: float, text: str) -> None:
    assert duration(seconds, translator("ja")) == text


def test_a_measured_time_of_milliseconds_is_not_nothing() -> None:
    shown = {0.0: "0 ms", 0.0005: "0.50 ms", 0.0031: "3.1 ms", 0.099: "99 ms", 0.2: "0.20 s"}
    for seconds, text in shown.items():
        assert measured(seconds).replace("\N{NO-BREAK SPACE}", " ") == text
