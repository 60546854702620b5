"""Digits as pictures in rows, each with its class and what was answered.

Arrays in, an ``alt.Chart`` out.
"""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.charts import raster
from core.language import Translate

_SIDE = 52
_A_ROW = 6


def digits_chart(
    images: NDArray[np.floating], true: Sequence[str], wrong: Sequence[str], _: Translate
) -> alt.LayerChart:
    """``images`` (n, height, width) from 0 to 1 in rows of six, with the ``wrong`` answer."""
    count = len(images)
    frame = pd.DataFrame(
        {
            "url": [raster.png(raster.ink(image)) for image in images],
            "true": list(true),
            "wrong": list(wrong),
            "column": [index % _A_ROW for index in range(count)],
            "row": [index // _A_ROW for index in range(count)],
            "told": [f"{right} → {said}" for right, said in zip(true, wrong, strict=True)],
        }
    )
    base = alt.Chart(frame).encode(
        x=alt.X("column:O", axis=None),
        y=alt.Y("row:O", axis=None),
        tooltip=[
            alt.Tooltip("true:N", title=_("true class")),
            alt.Tooltip("wrong:N", title=_("wrong answer")),
        ],
    )
    chart: alt.LayerChart = (
        alt.layer(
            base.mark_image(width=_SIDE - 6, height=_SIDE - 6, aspect=False, yOffset=-8).encode(
                url=alt.Url("url:N")
            ),
            base.mark_text(dy=_SIDE / 2 - 2, fontSize=11, color="#8C8C8C").encode(
                text=alt.Text("told:N")
            ),
        )
        .properties(
            width=alt.Step(_SIDE),
            height=alt.Step(_SIDE + 18),
            autosize=alt.AutoSizeParams(type="pad"),
        )
        .configure_view(stroke=None)
        .configure_scale(bandPaddingInner=0, bandPaddingOuter=0)
    )
    return chart
