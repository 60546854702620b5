"""Statistics of hidden layers side by side: the mean over seeds, by configuration and layer.

Layer frames in, one long frame out. Knows no colours and no verdicts.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.analysis.comparison import intervals
from core.analysis.configurations import labelled, places
from core.analysis.convergence import in_order


def layer_strip(
    layers: pd.DataFrame, runs: pd.DataFrame, statistics: Sequence[str], epoch: int | None = None
) -> pd.DataFrame:
    """``statistics`` of every layer at ``epoch`` (None: each run's last).

    Columns: configuration, layer, statistic, value (mean over seeds), n (seeds).
    """
    joined = layers.merge(labelled(runs)[["run_id", "configuration"]], on="run_id")
    if epoch is None:
        joined = joined[joined["epoch"] == joined.groupby("run_id")["epoch"].transform("max")]
    else:
        joined = joined[joined["epoch"] == epoch]
    long = joined.melt(
        ["configuration", "layer"], list(statistics), var_name="statistic", value_name="value"
    )
    long = long.assign(value=long["value"].astype(float))
    long = long[np.isfinite(long["value"])]
    table = (
        long.groupby(["statistic", "configuration", "layer"], sort=False)["value"]
        .agg(value="mean", n="size")
        .reset_index()
    )
    return in_order(table, runs)


def across(
    layers: pd.DataFrame, runs: pd.DataFrame, statistic: str, epoch: int, *, log: bool
) -> pd.DataFrame:
    """``statistic`` by configuration and layer at ``epoch``: mean over seeds with interval.

    Columns: configuration, layer, value, low, high (95 %), n. With ``log`` the geometric mean,
    whose interval is Student's t of the logarithms; values that have none are left out.
    """
    return _averaged(layers[layers["epoch"] == epoch], runs, statistic, "layer", log=log)


def over_epochs(
    layers: pd.DataFrame, runs: pd.DataFrame, statistic: str, layer: int, *, log: bool
) -> pd.DataFrame:
    """``statistic`` of one ``layer`` by configuration and epoch, as ``across``."""
    return _averaged(layers[layers["layer"] == layer], runs, statistic, "epoch", log=log)


def _averaged(
    layers: pd.DataFrame, runs: pd.DataFrame, statistic: str, axis: str, *, log: bool
) -> pd.DataFrame:
    named = labelled(runs)
    names = named["configuration"].unique()
    place = places(layers["run_id"], named["run_id"])
    values = layers[statistic].to_numpy(dtype=float)
    if log:
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.log(values)
    kept = (place >= 0) & np.isfinite(values)
    code = pd.Index(names).get_indexer(pd.Index(named["configuration"]))[place[kept]]
    steps, step = np.unique(layers[axis].to_numpy()[kept], return_inverse=True)
    cells = code * len(steps) + step
    n, *ends = intervals(values[kept], cells, len(names) * len(steps))
    seen = np.flatnonzero(n)
    mean, low, high = (np.exp(part[seen]) if log else part[seen] for part in ends)
    columns = {"configuration": np.asarray(names, dtype=object)[seen // max(len(steps), 1)]}
    columns |= {axis: steps[seen % max(len(steps), 1)]}
    return pd.DataFrame(columns | {"value": mean, "low": low, "high": high, "n": n[seen]})
