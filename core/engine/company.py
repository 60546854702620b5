"""Who may go on as whom: a key of all that two trainings must share but for their length.

A block that is trained longer, or that was stopped, goes on from where one of the same
company stands, and its history is the one it would have had from the start, to the last
bit. So blocks differ in company if they are compiled differently, which their length can
decide, if a schedule looks at the end, or if the engine or its libraries have changed.
This module knows no TensorFlow.
"""

import hashlib
import json
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from core.catalog import SCHEDULES
from core.catalog.choice import parse
from core.engine.cost import prefers_xla, prefers_xla_reports
from core.engine.plan import VARIANT_FIELDS, Block
from core.experiment import FORMAT, RunConfig
from core.language import N_

_ROOT = Path(__file__).resolve().parents[2]
# What decides the numbers of a training: its sources, and the packages that compute.
_SOURCES = ("core/catalog", "core/engine", "data")
_PACKAGES = ("keras", "numpy", "tensorflow", "tensorflow-cpu")
# What a member has of its own in a block.
_OWN = (*VARIANT_FIELDS, "seed")


def company(block: Block) -> str:
    """64 hexadecimal digits: SHA-256 of all that decides the history of ``block`` but its end."""
    content = {
        "format": FORMAT,
        "engine": _engine(),
        "compiled": (prefers_xla(block), prefers_xla_reports(block)),
        "shape": (block.seeds, block.variants),
        "alike": _alike(block.shape),
        "members": [[getattr(config, name) for name in _OWN] for config in block.configs],
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def needs_end(config: RunConfig) -> bool:
    """Whether the schedule of ``config`` depends on its number of epochs."""
    return SCHEDULES[parse(config.schedule, SCHEDULES, N_("schedule")).name].needs_end


def _alike(config: RunConfig) -> dict[str, object]:
    end = () if needs_end(config) else ("epochs",)
    return config.model_dump(mode="json", exclude={*_OWN, *end})


@cache
def _engine() -> str:
    """A digest of the sources and versions in which training is the same."""
    digest = hashlib.sha256()
    for room in _SOURCES:
        for path in sorted((_ROOT / room).rglob("*.py")):
            digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    for package in _PACKAGES:
        try:
            digest.update(f"{package} {version(package)}\0".encode())
        except PackageNotFoundError:
            continue
    return digest.hexdigest()
