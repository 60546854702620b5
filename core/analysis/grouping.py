"""Runs put together by one setting: each group's mean is over seeds and all other settings.

A grouped frame is a frame of runs like any other, whose configurations differ in one field:
what compares configurations compares groups. Pairs are runs alike in all but that field.
"""

import pandas as pd

from core.analysis.configurations import combinations, relabelled, varying
from core.report import CONFIG_COLUMNS

# Of the hidden layers: how many, and the units of the widest.
DEPTH, WIDTH = "depth", "width"


def groupable(runs: pd.DataFrame) -> tuple[str, ...]:
    """The settings by which ``runs`` can be put together to fewer groups; none for one setting."""
    fields = varying(runs)
    shapes = [
        name
        for name in (DEPTH, WIDTH)
        if "hidden" in fields and 1 < _shape(runs, name).nunique() < runs["hidden"].nunique()
    ]
    return (*(fields if len(fields) > 1 else ()), *shapes)


def grouped(runs: pd.DataFrame, by: str) -> pd.DataFrame:
    """``runs`` as if they differed in ``by`` alone.

    Every other setting is that of the first run; ``seed`` numbers what made the runs differ
    besides, so that runs of one number are pairs.
    """
    kept = "hidden" if by in (DEPTH, WIDTH) else by
    rest = [name for name in CONFIG_COLUMNS if name != kept]
    # Networks of one depth and several widths pair with nothing but themselves.
    keys = [*rest, "hidden"] if by in (DEPTH, WIDTH) else rest
    blanked = runs.assign(**{name: runs[name].iloc[0] for name in rest})
    blanked["seed"] = combinations(runs, keys)
    shown = blanked.assign(hidden=_shape(runs, by)) if by in (DEPTH, WIDTH) else blanked
    return relabelled(shown)


def _shape(runs: pd.DataFrame, name: str) -> pd.Series:
    def shape(hidden: str) -> str:
        units = [] if hidden == "none" else [int(width) for width in hidden.split("-")]
        return str(len(units) if name == DEPTH else max(units, default=0))

    return runs["hidden"].map(shape).map(lambda text: f"{name} {text}")
