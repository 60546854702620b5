"""The variables of the environment: where the store and the scheduler are, who may do what."""

import os
from contextlib import suppress
from pathlib import Path

import psutil

from core.store import Store

_GROUPS = Path("/sys/fs/cgroup")
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


def usable_memory() -> int:
    """Bytes of memory that this process may have: the machine's, or less in a container.

    A container's limit is in its control group (cgroups(7), version 2, then 1).
    ``distributed.system.MEMORY_LIMIT`` is the same number, and would bring all of Dask into the
    process that serves pages.
    """
    least = psutil.virtual_memory().total
    for file in ("memory.max", "memory/memory.limit_in_bytes"):
        with suppress(OSError, ValueError):
            least = min(least, int((_GROUPS / file).read_text()))
    return least


def open_store() -> Store:
    """The store that the environment names.

    Raises:
        StoreUnavailable: it cannot be opened.
    """
    return Store.open(store_url())
