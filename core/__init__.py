"""Kassei's core: experiments, training and comparison, without a page.

``Experiment`` and ``train`` are the way in from Python; they are loaded when asked for, so
that importing a part of the core costs that part alone.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.experiment import Experiment
    from core.jobs import Results, train

__all__ = ["Experiment", "Results", "train"]

_HOMES = {"Experiment": "core.experiment", "Results": "core.jobs", "train": "core.jobs"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'core' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
