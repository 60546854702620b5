"""Digits as pictures in rows, each with its class and what was answered.

Arrays in, a chart out.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.charts import raster, vega
from core.language import Translate

_SIDE = 52
_A_ROW = 6


def digits_chart(
    images: NDArray[np.floating], true: Sequence[str], wrong: Sequence[str], _: Translate
) -> vega.Chart:
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
    base = vega.Chart(frame).encode(
        x=vega.X("column:O", axis=None),
        y=vega.Y("row:O", axis=None),
        tooltip=[
            vega.Tooltip("true:N", title=_("true class")),
            vega.Tooltip("wrong:N", title=_("wrong answer")),
        ],
    )
    chart: vega.Chart = (
        vega.layer(
            base.mark_image(width=_SIDE - 6, height=_SIDE - 6, aspect=False, yOffset=-8).encode(
                url=vega.Url("url:N")
            ),
            base.mark_text(dy=_SIDE / 2 - 2, fontSize=11, color="#8C8C8C").encode(
                text=vega.Text("told:N")
            ),
        )
        .properties(
            width=vega.Step(_SIDE),
            height=vega.Step(_SIDE + 18),
            autosize=vega.AutoSizeParams(type="pad"),
        )
        .configure_view(stroke=None)
        .configure_scale(bandPaddingInner=0, bandPaddingOuter=0)
    )
    return chart
