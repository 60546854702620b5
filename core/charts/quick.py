"""Charts that a page draws again and again, without what only a programmer needs.

Altair holds each specification against the schema of Vega-Lite whenever it is written, which
takes longer than all else of a chart. The tests do that; here it is left out.
"""

from typing import Any

import altair as alt

from core.charts.poster import Chart


class Unchecked:
    """``chart`` as Streamlit asks for it, written without a look at the schema."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart

    def to_dict(self) -> dict[str, Any]:
        """The specification."""
        written: dict[str, Any] = self._chart.to_dict(validate=False)
        return written


def lit(parameter: alt.Parameter, on: float, off: float, *, empty: bool = True) -> alt.OpacityValue:
    """Opacity ``on`` where ``parameter`` selects, or (``empty``) selects nothing; else ``off``.

    What ``alt.when`` would give, which Altair takes ten times as long to read.
    """
    chosen = {"param": parameter.name, "value": on} | ({} if empty else {"empty": False})
    return alt.OpacityValue(value=off, condition=chosen)
