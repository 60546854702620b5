"""The arithmetic of benchmarks, held against counting by hand."""

import math

import pytest

from benchmarks.arithmetic import agree, scaled, spread, update_flops
from benchmarks.record import Bar, Figure, number


def test_operations_of_an_update_are_those_of_its_products_one_by_one() -> None:
    products = [
        *[(4, 3, 5), (4, 5, 2)],  # forward: (batch, inputs) by (inputs, outputs)
        *[(3, 4, 5), (5, 4, 2)],  # by weights: (inputs, batch) by (batch, outputs)
        (4, 2, 5),  # by inputs, of the second layer alone
    ]
    assert update_flops((3, 5, 2), 4) == sum(2 * m * k * n for m, k, n in products)


def test_operations_of_mnist_are_those_that_the_issue_counts() -> None:
    forward = 2 * 128 * (784 * 128 + 128 * 128 + 128 * 10)
    assert update_flops((784, 128, 128, 10), 128) == 3 * forward - 2 * 128 * 784 * 128


def test_start_up_and_the_first_runs_warming_are_counted_once() -> None:
    # 5 s of imports, a first run with 3 s of warming, then 2 s a run.
    assert scaled(5 + (3 + 2) + 2 + 2, [5, 2, 2], of=10) == 5 + 3 + 10 * 2


def test_what_is_measured_whole_is_not_scaled() -> None:
    assert scaled(9.0, [4.0, 3.0], of=2) == 9.0
    assert scaled(30.0, [25.0], of=1) == 30.0


def test_a_single_run_stands_for_the_others() -> None:
    assert scaled(7.0, [2.0], of=3) == 11.0


def test_a_spread_is_the_mean_and_the_sample_standard_deviation() -> None:
    found = spread([0.9, 0.8, 1.0])
    assert (found.mean, found.deviation, found.n) == (pytest.approx(0.9), pytest.approx(0.1), 3)
    assert spread([0.5]).deviation == 0


def test_accuracies_agree_within_chance_and_tolerance_alone() -> None:
    ours = [0.97, 0.975, 0.972, 0.969]
    assert agree(ours, [0.971, 0.974, 0.973, 0.968], tolerance=0.004)
    assert not agree(ours, [value - 0.02 for value in ours], tolerance=0.004)
    assert not agree(ours, [value + 0.02 for value in ours], tolerance=0.004)


def test_one_wide_pair_is_chance_a_broken_peer_is_not() -> None:
    assert agree([0.9, 0.7, 0.9, 0.9], [0.9, 0.9, 0.9, 0.9], tolerance=0.0)
    assert not agree([0.97] * 3, [0.1] * 3, tolerance=0.02)
    assert not agree([0.97] * 3, [math.nan] * 3, tolerance=0.02)


def test_a_figure_is_judged_by_its_median() -> None:
    figure = Figure("speed", "×", (9.0, 1.0, 8.0), Bar(8, at_least=True))
    assert (figure.median, figure.reached) == (8.0, True)
    assert Figure("wait", "s", (1.0, 9.0, 2.0), Bar(1.5)).reached is False
    assert Figure("wait", "s", (1.0,)).reached is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234.5, "1,234"),
        (100.0, "100"),
        (42.25, "42.2"),
        (3.0, "3"),
        (0.5, "0.5"),
        (0.004, "0.004"),
    ],
)
def test_numbers_are_told_in_three_digits(value: float, text: str) -> None:
    assert number(value) == text
