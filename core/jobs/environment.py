"""The variables of the environment: where the store and the scheduler are, who may do what."""

import os
from pathlib import Path

from core.store import Store

STORE, SCHEDULER, PUBLIC = "KASSEI_STORE", "KASSEI_SCHEDULER", "KASSEI_PUBLIC"


def store_url() -> str:
    """SQLAlchemy URL of the store: KASSEI_STORE, else an SQLite file under ``.kassei/``."""
    said = os.environ.get(STORE, "").strip()
    return said or f"sqlite:///{(Path.cwd() / '.kassei' / 'kassei.sqlite').as_posix()}"


def scheduler_address() -> str | None:
    """Address of the Dask scheduler to train on: KASSEI_SCHEDULER; None is a local trainer."""
    return os.environ.get(SCHEDULER, "").strip() or None


def is_public() -> bool:
    """Whether this is a public deployment (KASSEI_PUBLIC=1): bounds, and others' runs stay."""
    return os.environ.get(PUBLIC, "").strip().lower() in ("1", "true", "yes")


def open_store() -> Store:
    """The store that the environment names.

    Raises:
        StoreUnavailable: it cannot be opened.
    """
    return Store.open(store_url())
