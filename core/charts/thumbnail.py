"""A data set's own samples as a small SVG, to choose by eye. Numbers in, text out.

Drawn by hand: sixteen of them stand in a form, where sixteen charts would be heavy.
"""

import numpy as np
from numpy.typing import NDArray

from core.charts.palette import shade
from data.picture import Picture

WIDTH, HEIGHT = 96, 60
_POINTS = 130
_CLASSES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")
# Both ends keep their contrast on white and on near-black.
_TARGETS = ("#2B62C4", "#8E6BB5", "#E69F00")
_STROKE = "#3A7CB5"


def thumbnail(picture: Picture) -> str:
    """``picture`` as an SVG of WIDTH by HEIGHT."""
    if picture.form == "images":
        body = _images(picture.images[:6])
    elif picture.form == "line":
        body = _dots(picture.points, [_STROKE] * len(picture.points))
    else:
        body = _dots(picture.points, _colours(picture))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}">{body}</svg>'
    )


def _colours(picture: Picture) -> list[str]:
    if picture.classes:
        return [_CLASSES[int(value) % len(_CLASSES)] for value in picture.values]
    low, high = np.quantile(picture.values, [0.02, 0.98])
    return [shade(_TARGETS, float((v - low) / max(high - low, 1e-12))) for v in picture.values]


def _dots(points: NDArray[np.float32], colours: list[str]) -> str:
    points = points[:_POINTS]
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.array([WIDTH - 8, HEIGHT - 8])
    places = (points - low) / np.maximum(high - low, 1e-9) * room + 4
    return "".join(
        f'<circle cx="{x:.0f}" cy="{HEIGHT - y:.0f}" r="1.9" fill="{colour}"/>'
        for (x, y), colour in zip(places, colours[:_POINTS], strict=True)
    )


def _images(images: NDArray[np.float32]) -> str:
    """Images in two rows of three; pixels of one grey share one path."""
    slot = HEIGHT / 2
    pixel = (slot - 3) / images.shape[1]
    left = (WIDTH - 3 * slot) / 2
    body = ""
    levels = np.round(images * 4).astype(int)
    for level in range(1, 5):
        path = "".join(
            f"M{left + (image % 3) * slot + column * pixel:.1f}"
            f" {(image // 3) * slot + row * pixel:.1f}h{pixel:.1f}v{pixel:.1f}h-{pixel:.1f}"
            for image, row, column in np.argwhere(levels == level)
        )
        body += f'<path fill="{_STROKE}" fill-opacity="{level / 4}" d="{path}"/>'
    return body
