"""Labels never cover one another and stay in the plot."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charts.ends import last_points
from core.charts.placing import apart

PLACES = st.lists(st.floats(-50, 450), min_size=1, max_size=30)


@given(PLACES)
def test_neighbours_keep_their_distance_and_their_order_inside_the_plot(
    wanted: list[float],
) -> None:
    places = apart(wanted, 15, 0, 400)
    gap = min(15, 400 / max(len(wanted) - 1, 1))
    ordered = [place for _, place in sorted(zip(wanted, places, strict=True))]
    for above, below in itertools.pairwise(sorted(places)):
        assert below - above >= gap - 1e-6
    assert ordered == sorted(ordered) or len(set(wanted)) < len(wanted)
    assert min(places) >= -1e-6
    assert max(places) <= 400 + 1e-6


def test_labels_with_room_stay_where_they_want_to_be() -> None:
    assert apart([300, 10, 150], 15, 0, 400) == pytest.approx([300, 10, 150])


def test_labels_that_meet_spread_evenly_around_their_mean() -> None:
    assert apart([100, 100, 100], 15, 0, 400) == pytest.approx([85, 100, 115])


def test_a_line_ends_where_it_came_furthest_whatever_the_order_of_its_points() -> None:
    labels = ["relu", "tanh", "relu", "tanh", "relu"]
    found = last_points(labels, np.array([3, 1, 1, 2, 2]))
    assert found.tolist() == [3, 0]
    assert last_points([], np.array([])).tolist() == []
