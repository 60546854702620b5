"""Every cache of the web process, each bounded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

_MNIST = Path(__file__).with_name("mnist.svg")

if TYPE_CHECKING:
    from core.jobs import TrainerProcess
    from core.sharing.bundle import Bundle
    from core.store import Store


@st.cache_resource(max_entries=8, show_spinner=False)
def gallery(name: str) -> Bundle:
    """The shipped results ``name``; its frames are shared, and never changed.

    Raises:
        BundleUnavailable: there are none, or they cannot be read.
    """
    from core.sharing import bundle

    return bundle.read(name)


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
