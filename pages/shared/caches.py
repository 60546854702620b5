"""Every cache of the web process, each bounded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import streamlit as st

_MNIST = Path(__file__).with_name("mnist.svg")

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from core.analysis.costs import Costs
    from core.catalog import Activation
    from core.gallery.claims import Found
    from core.jobs import TrainerProcess
    from core.sharing.bundle import Bundle
    from core.sharing.links import Link
    from core.store import Store


class Source(Protocol):
    """Where runs are read from: the store, or shipped results."""

    def epochs(self, run_ids: Iterable[str]) -> pd.DataFrame:
        """EPOCH_COLUMNS of the runs."""
        ...

    def layers(self, run_ids: Iterable[str], epoch: int | None = None) -> pd.DataFrame:
        """LAYER_COLUMNS of the runs, after one epoch or all."""
        ...

    def histograms(self, run_ids: Iterable[str], epoch: int | None = None) -> pd.DataFrame:
        """A row a bin."""
        ...

    def snapshot_epochs(self, run_id: str) -> tuple[int, ...]:
        """The epochs whose weights were kept."""
        ...

    def weights(self, run_id: str, epoch: int | None = None) -> tuple[NDArray[np.generic], ...]:
        """The weights after ``epoch`` (None: the last kept)."""
        ...


@st.cache_resource(max_entries=64, show_spinner=False)
def link(_parameters: Mapping[str, str], address: str) -> Link:
    """What an ``address`` says, whose parameters these are."""
    from core.sharing.links import decode

    return decode(_parameters)


@st.cache_resource(max_entries=16, show_spinner=False)
def runs(_store: Store, _run_ids: Sequence[str], state: str) -> pd.DataFrame:
    """Runs of the store with their labels; ``state`` says of which, and how far they are."""
    from core.analysis.configurations import labelled

    return labelled(_store.runs(_run_ids))


@st.cache_resource(max_entries=16, show_spinner=False)
def table(
    _source: Source, name: str, _run_ids: tuple[str, ...], state: str, epoch: int | None
) -> pd.DataFrame:
    """A table of runs; ``state`` says of which, and how far they are."""
    if name == "epochs":
        return _source.epochs(_run_ids)
    if name == "layers":
        return _source.layers(_run_ids, epoch)
    return _source.histograms(_run_ids, epoch)


@st.cache_resource(max_entries=64, show_spinner=False)
def weights(
    _source: Source, state: str, run_id: str, epoch: int | None
) -> tuple[NDArray[np.generic], ...]:
    """A run's weights; ``state`` as in ``table``."""
    return _source.weights(run_id, epoch)


@st.cache_resource(max_entries=256, show_spinner=False)
def answers(
    _compute: Callable[[], tuple[NDArray[np.uint8], NDArray[np.int32]]], state: str
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """What a run names for its test samples, and their labels; ``state`` as in ``table``."""
    return _compute()


@st.cache_resource(max_entries=16, show_spinner=False)
def ridges(_compute: Callable[[], pd.DataFrame], state: str) -> pd.DataFrame:
    """Distributions of activations, some 100 kB; ``state`` says of which runs, epoch and layers."""
    return _compute()


@st.cache_resource(max_entries=256, show_spinner=False)
def background(_draw: Callable[[], str], state: str) -> str:
    """The address of a picture, some 10 kB, of what ``state`` says of which run and epoch."""
    return _draw()


@st.cache_resource(max_entries=8, show_spinner=False)
def units(
    _draw: Callable[[], tuple[Mapping[str, NDArray[Any]], ...]], state: str
) -> tuple[Mapping[str, NDArray[Any]], ...]:
    """Pictures of hidden units by layer, some 400 kB, of what ``state`` says."""
    return _draw()


@st.cache_data(max_entries=4, ttl=10, show_spinner=False)
def run_counts(_store: Store, url: str) -> dict[str, dict[str, int]]:
    """How many runs of the store at ``url`` have each value that can be filtered by."""
    return _store.index.choices()


@st.cache_resource(max_entries=1, show_spinner=False)
def shipped_runs() -> dict[str, frozenset[str]]:
    """The ids of the runs of each bundle of the gallery."""
    from core.errors import KasseiError
    from core.sharing import bundle

    held = {}
    for name in bundle.names():
        try:
            held[name] = bundle.run_ids(name)
        except KasseiError:
            # A specification whose results are not built, or cannot be read.
            continue
    return held


@st.cache_resource(max_entries=8, show_spinner=False)
def gallery(name: str) -> Bundle:
    """The shipped results ``name``, runs with their labels; frames are shared, never changed.

    Raises:
        BundleUnavailable: there are none, or they cannot be read.
    """
    from core.analysis.configurations import labelled
    from core.sharing import bundle

    held = bundle.read(name)
    return replace(held, runs=labelled(held.runs))


@st.cache_resource(max_entries=1, show_spinner=False)
def claims_found() -> dict[str, Found]:
    """What the shipped runs say to each claim, by its name; none whose runs cannot be read."""
    from core.errors import BundleUnavailable
    from core.gallery.claims import CLAIMS, shipped

    read, lost = {}, set()
    for entry in dict.fromkeys(claim.entry for claim in CLAIMS.values()):
        try:
            read[entry] = shipped(entry)
        except BundleUnavailable:
            lost.add(entry)
    return {
        claim.name: claim.found(read[claim.entry])
        for claim in CLAIMS.values()
        if claim.entry not in lost
    }


@st.cache_data(max_entries=64, show_spinner=False)
def thumbnail(name: str) -> str:
    """The address of a small picture of the data set ``name``."""
    from core.charts.still import as_address
    from core.charts.thumbnail import thumbnail as draw
    from data.picture import picture

    numbers = picture(name)
    # MNIST may not be here yet: its picture is shipped.
    return as_address(draw(numbers) if numbers else _MNIST.read_text(encoding="utf-8"))


@st.cache_resource(max_entries=1, show_spinner=False)
def store() -> Store:
    """The one store of this process.

    Raises:
        StoreUnavailable: it cannot be opened.
    """
    from core.jobs import store_url
    from core.store import Store

    return Store.open(store_url())


@st.cache_resource(max_entries=1, show_spinner=False)
def trainer() -> TrainerProcess:
    """The one trainer of this process, started when it is first needed."""
    from core.jobs import TrainerProcess, scheduler_address, store_url

    return TrainerProcess(store_url(), scheduler_address())


@st.cache_data(max_entries=32, show_spinner=False)
def function_curves(names: tuple[str, ...], reach: int) -> pd.DataFrame:
    """The curves of f and f' of activations, by name, or of formulas, by their text."""
    from core.analysis.shapes import curves

    return curves(_records(names), float(reach))


@st.cache_data(max_entries=16, show_spinner=False)
def signals(names: tuple[str, ...], weights: str) -> pd.DataFrame:
    """What 50 layers make of N(0, 1), by activation."""
    from core.analysis.depth import signals as through

    return through(_records(names), weights)


@st.cache_resource(max_entries=1, show_spinner=False)
def activation_costs() -> Costs:
    """What activations cost in the engine, as shipped.

    Raises:
        BundleUnavailable: it is missing or cannot be read.
    """
    from core.analysis.costs import read_costs

    return read_costs()


def _records(names: tuple[str, ...]) -> list[Activation]:
    from core.catalog import ACTIVATIONS
    from core.catalog.formula import activation

    return [ACTIVATIONS[name] if name in ACTIVATIONS else activation(name) for name in names]
