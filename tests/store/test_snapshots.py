"""Weights come back bit for bit, and reading them can run no code."""

import io
import pickle
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from core.errors import UnknownRun
from core.report import Snapshot
from core.store import Store
from core.store.snapshots import from_bytes, to_bytes

ARRAYS = hnp.arrays(
    st.sampled_from([np.float32, np.float64, np.int32]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(weights=st.lists(ARRAYS, max_size=12))
def test_weights_come_back_bit_for_bit_in_their_order(
    store: Store, run_ids: list[str], weights: list[NDArray[Any]]
) -> None:
    store.write([Snapshot(run_ids[0], 5, tuple(weights))])
    found = store.weights(run_ids[0])
    assert [(a.dtype, a.shape, a.tobytes()) for a in found] == [
        (a.dtype, a.shape, a.tobytes()) for a in weights
    ]


@settings(max_examples=50)
@given(weights=st.lists(ARRAYS, max_size=12))
def test_the_bytes_are_those_that_safetensors_writes(weights: list[NDArray[Any]]) -> None:
    named = {f"{place:04d}": array for place, array in enumerate(weights)}
    assert to_bytes(weights) == safetensors.numpy.save(named)
    # Twice: what is kept of the first answers the second.
    assert to_bytes([array.astype(array.dtype.newbyteorder(">")) for array in weights]) == (
        safetensors.numpy.save(named)
    )


def test_the_last_snapshot_is_given_unless_an_epoch_is_asked_for(
    store: Store, run_ids: list[str]
) -> None:
    store.write(Snapshot(run_ids[0], epoch, (np.full(2, epoch),)) for epoch in (7, 0, 3))
    assert store.snapshot_epochs(run_ids[0]) == (0, 3, 7)
    assert store.weights(run_ids[0])[0].tolist() == [7, 7]
    assert store.weights(run_ids[0], 3)[0].tolist() == [3, 3]
    with pytest.raises(UnknownRun, match=r"after the epochs 0, 3, 7, not after 4"):
        store.weights(run_ids[0], 4)
    with pytest.raises(UnknownRun, match=f"No weights of the run {run_ids[1]} were kept"):
        store.weights(run_ids[1])
    with pytest.raises(UnknownRun, match="holds no run"):
        store.weights("f" * 16)


def test_a_snapshot_written_again_replaces_the_first(store: Store, run_ids: list[str]) -> None:
    for value in (1, 2):
        store.write([Snapshot(run_ids[0], 0, (np.full(2, value),))])
    assert store.weights(run_ids[0])[0].tolist() == [2, 2]


def test_objects_are_neither_written_nor_read(store: Store, run_ids: list[str]) -> None:
    with pytest.raises(ValueError, match="Python objects"):
        store.write([Snapshot(run_ids[0], 0, (np.array([{}], dtype=object),))])
    assert store.snapshot_epochs(run_ids[0]) == ()
    bad = io.BytesIO()
    np.savez(bad, np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        from_bytes(bad.getvalue())
    with pytest.raises(ValueError, match="no weights"):
        from_bytes(pickle.dumps({}))


def test_weights_that_were_kept_as_npz_are_still_read() -> None:
    old = io.BytesIO()
    np.savez(old, **{f"{place:04d}": np.full((place, 2), place) for place in range(12)})
    assert [a.shape for a in from_bytes(old.getvalue())] == [(place, 2) for place in range(12)]


def test_more_than_ten_arrays_keep_their_order() -> None:
    many = tuple(np.array(i) for i in range(131))
    assert [int(a) for a in from_bytes(to_bytes(many))] == list(range(131))
