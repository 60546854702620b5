"""What activations cost in the engine: nanoseconds an element, as measured and shipped.

``python -m benchmarks.activation_cost`` measures them, for the web process has no engine. A
ratio to ReLU is taken within one round, on one machine in one mood: it is what travels to
other machines, nanoseconds are those of the one that is named.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.errors import BundleUnavailable
from core.language import N_

FILE = Path(__file__).resolve().parents[2] / "data" / "activation_costs.json"
BASELINE = "relu"
# Ways in which the engine runs a pass, and parts of a pass, in the order of the page.
GRAPHS: Mapping[str, str] = {"compiled": N_("compiled by XLA"), "plain": N_("plain graph")}
PARTS: Mapping[str, str] = {
    "forward": N_("f: on the way forward"),
    "both": N_("f and f′: forward and back"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """What was measured, and where.

    Attributes:
        frame: a row for each activation, graph and part: nanoseconds an element, ``ns``, and the
            ratio to ReLU's, ``times``: medians over ``n`` rounds; ``…_low`` and ``…_high`` hold
            the middle half of the rounds.
        cells: the rows by activation, graph and part.
        machine: processor, versions, date and commit, by name.
        shape: of the tensor that was measured: (networks, batch, units).
        threads: of the processor.
        busy: the share (0-1) of the machine that others used meanwhile.
    """

    frame: pd.DataFrame
    cells: Mapping[tuple[str, str, str], Mapping[Any, Any]]
    machine: Mapping[str, Any]
    shape: tuple[int, ...]
    threads: int
    busy: float


def read_costs(file: Path = FILE) -> Costs:
    """The shipped measurement.

    Raises:
        BundleUnavailable: it is missing or cannot be read.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        frame = _frame(content["nanoseconds"])
        rows = frame.to_dict("records")
        return Costs(
            frame=frame,
            cells={(row["activation"], row["graph"], row["part"]): row for row in rows},
            machine=content["machine"],
            shape=tuple(content["shape"]),
            threads=content["threads"],
            busy=content["busy"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleUnavailable(
            N_("The measured costs of activations cannot be read: {reason}."), reason=str(error)
        ) from error


def cheapest_first(costs: Costs) -> list[str]:
    """The activations by the cost of f and f' together, compiled."""
    own = {
        name: row["times"]
        for (name, graph, part), row in costs.cells.items()
        if (graph, part) == ("compiled", "both")
    }
    return sorted(own, key=own.__getitem__)


def _frame(found: Mapping[str, Any]) -> pd.DataFrame:
    rows = []
    for name, graphs in found.items():
        for graph in GRAPHS:
            for part in PARTS:
                took = np.asarray(graphs[graph][part], float)
                relu = np.asarray(found[BASELINE][graph][part], float)
                row: dict[str, Any] = {"activation": name, "graph": graph, "part": part}
                for column, values in (("ns", took), ("times", took / relu)):
                    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
                    row |= {column: middle, f"{column}_low": low, f"{column}_high": high}
                rows.append({**row, "n": took.size})
    return pd.DataFrame(rows)
