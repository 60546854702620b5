"""Statistics of hidden layers side by side: the mean over seeds, by configuration and layer.

Layer frames in, one long frame out. Knows no colours and no verdicts.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.analysis.configurations import labelled
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
