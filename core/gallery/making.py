"""The summary of a bundle: computed by the very functions that draw the full comparison.

Frames in, a ``Summary`` out. Slow to import (pandas), so only ``gallery build`` and
the tests do.
"""

import math
from collections.abc import Sequence

import pandas as pd

from core.analysis import sentences
from core.analysis.comparison import headline
from core.analysis.configurations import configurations
from core.analysis.convergence import curves
from core.analysis.layers import layer_strip
from core.analysis.leaderboard import Leaderboard, headings, leaderboard, plain_cells
from core.charts.curves import axis_domain, curve_title
from core.charts.palette import Style, legible, styles
from core.charts.still import Line, Still
from core.charts.still_tables import Cell, Row, Strip
from core.charts.strip import STATISTICS, coloured
from core.gallery.entry import Entry
from core.gallery.summary import Summary, Words
from core.language import LANGUAGES, translator
from core.metrics import METRICS, Metric
from core.sharing.bundle import Bundle


def summarise(bundle: Bundle, entry: Entry) -> Summary:
    """What the landing page draws of ``bundle``."""
    runs = bundle.runs
    metric = METRICS[headline(runs)]
    frame = curves(bundle.epochs, runs, metric.column)
    frame = frame[frame["epoch"] > 0]
    drawn = styles(configurations(runs))
    names = list(drawn)
    low, high = axis_domain(frame, metric)
    still = Still(
        lines=tuple(
            _line(name, frame[frame["configuration"] == name], drawn[name]) for name in names
        ),
        low=_short(low),
        high=_short(high),
        first=int(frame["epoch"].min()),
        last=int(runs["epochs"].max()),
        share=metric.share,
    )
    strips = tuple(_strip(bundle, name, names) for name in entry.statistics)
    board = leaderboard(runs, bundle.epochs, metric, entry.baseline, entry.target)
    words = {
        language: _words(bundle, entry, metric, board, frame, names, language)
        for language in LANGUAGES
    }
    return Summary(still, strips, words)


def _line(name: str, frame: pd.DataFrame, style: Style) -> Line:
    return Line(
        name=name,
        colour=style.colour,
        ink=legible(style.colour),
        dash=style.dash,
        epochs=tuple(int(epoch) for epoch in frame["epoch"]),
        means=tuple(_short(value) for value in frame["mean"]),
        lows=tuple(_known(value) for value in frame["low"]),
        highs=tuple(_known(value) for value in frame["high"]),
    )


def _strip(bundle: Bundle, column: str, names: Sequence[str]) -> Strip:
    """The last epoch's layers, coloured as the chart of the full comparison colours them."""
    epoch = int(bundle.layers["epoch"].max())
    frame = coloured(layer_strip(bundle.layers, bundle.runs, [column], epoch), STATISTICS[column])
    count = int(frame["layer"].max()) if len(frame) else 0
    cells = {
        (row["configuration"], row["layer"]): Cell(row["text"], row["fill"], row["ink"])
        for row in frame.to_dict("records")
    }
    return Strip(
        column,
        tuple(tuple(cells.get((name, layer)) for layer in range(1, count + 1)) for name in names),
    )


def _words(
    bundle: Bundle,
    entry: Entry,
    metric: Metric,
    board: Leaderboard,
    frame: pd.DataFrame,
    names: Sequence[str],
    language: str,
) -> Words:
    _ = translator(language)
    target = metric.goal(entry.target)
    cells = plain_cells(board.rows, metric, entry.baseline, _)
    rows = zip(cells, board.rows["clear"], strict=True)
    findings = (
        sentences.speed(board.reached, target, _),
        sentences.gaps(board.differences, entry.baseline, metric, _),
        sentences.diverged(bundle.runs, _),
    )
    return Words(
        setting=sentences.setting(bundle.runs, _),
        metric=curve_title(frame, metric, _),
        headings=headings(metric, entry.baseline, target, _),
        rows=tuple(Row(names.index(texts[0]), texts, bool(clear)) for texts, clear in rows),
        findings=tuple(finding for finding in findings if finding),
        statistics=tuple(
            (_(STATISTICS[name].title), _(STATISTICS[name].meaning)) for name in entry.statistics
        ),
    )


def _short(value: float) -> float:
    """Five digits draw a line as well as seventeen, in a third of the bytes."""
    return float(f"{value:.5g}")


def _known(value: float) -> float | None:
    return _short(value) if math.isfinite(value) else None
