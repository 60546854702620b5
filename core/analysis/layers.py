"""Statistics of hidden layers side by side: the mean over seeds, by configuration and layer.

Layer frames in, one long frame out. Knows no colours and no verdicts.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.analysis.comparison import intervals
from core.analysis.configurations import members, places


def layer_strip(
    layers: pd.DataFrame, runs: pd.DataFrame, statistics: Sequence[str], epoch: int | None = None
) -> pd.DataFrame:
    """``statistics`` of every layer at ``epoch`` (None: each run's last).

    Columns: configuration, layer, statistic, value (mean over seeds), n (seeds).
    """
    names, codes = members(runs)
    place = places(layers["run_id"], runs["run_id"])
    moment = layers["epoch"].to_numpy()
    if epoch is None:
        last = np.full(len(runs) + 1, -1)
        # What is of no run here (-1) writes to the place behind them all.
        np.maximum.at(last, place, moment)
        kept = (place >= 0) & (moment == last[place])
    else:
        kept = (place >= 0) & (moment == epoch)
    layer = layers["layer"].to_numpy()[kept]
    deep = int(layer.max(initial=0)) + 1
    cell = codes[place[kept]] * deep + layer
    columns = (layers[name].to_numpy(dtype=float)[kept] for name in statistics)
    found = [intervals(values, cell, len(names) * deep) for values in columns]
    n, mean = (np.stack([one[part] for one in found]) for part in (0, 1))
    which, seen = np.nonzero(n)
    return pd.DataFrame(
        {
            "configuration": names[seen // deep],
            "layer": seen % deep,
            "statistic": np.array(statistics, dtype=object)[which],
            "value": mean[which, seen],
            "n": n[which, seen],
        }
    )


def across(
    layers: pd.DataFrame, runs: pd.DataFrame, statistic: str, epoch: int, *, log: bool
) -> pd.DataFrame:
    """``statistic`` by configuration and layer at ``epoch``: mean over seeds with interval.

    Columns: configuration, layer, value, low, high (95 %), n. With ``log`` the geometric mean,
    whose interval is Student's t of the logarithms; values that have none are left out.
    """
    return _averaged(layers, layers["epoch"] == epoch, runs, statistic, "layer", log=log)


def over_epochs(
    layers: pd.DataFrame, runs: pd.DataFrame, statistic: str, layer: int, *, log: bool
) -> pd.DataFrame:
    """``statistic`` of one ``layer`` by configuration and epoch, as ``across``."""
    return _averaged(layers, layers["layer"] == layer, runs, statistic, "epoch", log=log)


def _averaged(
    layers: pd.DataFrame,
    chosen: pd.Series,
    runs: pd.DataFrame,
    statistic: str,
    axis: str,
    *,
    log: bool,
) -> pd.DataFrame:
    """``statistic`` of the ``chosen`` rows (flags) by configuration and ``axis``."""
    names, codes = members(runs)
    place = places(layers["run_id"], runs["run_id"])
    values = layers[statistic].to_numpy(dtype=float)
    if log:
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.log(values)
    kept = chosen.to_numpy() & (place >= 0) & np.isfinite(values)
    code = codes[place[kept]]
    steps, step = np.unique(layers[axis].to_numpy()[kept], return_inverse=True)
    cells = code * len(steps) + step
    n, *ends = intervals(values[kept], cells, len(names) * len(steps))
    seen = np.flatnonzero(n)
    mean, low, high = (np.exp(part[seen]) if log else part[seen] for part in ends)
    columns = {"configuration": names[seen // max(len(steps), 1)]}
    columns |= {axis: steps[seen % max(len(steps), 1)]}
    return pd.DataFrame(columns | {"value": mean, "low": low, "high": high, "n": n[seen]})
