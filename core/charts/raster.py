"""Arrays as small PNG pictures: surfaces over a plane, hidden units, digits.

A picture of 72 by 72 pixels is 3 kB where as many cells of a chart would be 300. Knows no
chart: what is drawn beside and over a picture is ``surfaces``'.
"""

import base64
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.charts.palette import DIVERGING, shade

Pixels = NDArray[np.uint8]
Numbers = NDArray[np.floating]

# Of the data sets' pictures: a class and a target look alike there and here.
CLASSES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")
TARGETS = ("#2B62C4", "#8E6BB5", "#E69F00")
_UNSURE = "#F2F0EC"
_NOT_FINITE = "#8C8C8C"


def png(pixels: Pixels) -> str:
    """The address of a PNG of ``pixels`` (height, width, 3), 0 to 255."""
    height, width, _ = pixels.shape
    # Each row begins with the number of its filter, 0: none (PNG specification, section 9.2).
    rows = np.zeros((height, 1 + 3 * width), np.uint8)
    rows[:, 1:] = pixels.reshape(height, -1)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        # Level 6 takes a quarter longer for 2 % less.
        (b"IDAT", zlib.compress(rows.tobytes(), 3)),
        (b"IEND", b""),
    )
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return "data:image/png;base64," + base64.b64encode(content).decode()


def two_classes(share: Numbers) -> Pixels:
    """How much a place is class 1 (height, width), 0 to 1, pale where neither is likelier."""
    return ramp(share, (_pale(CLASSES[0]), _UNSURE, _pale(CLASSES[1])))


def many_classes(outputs: Numbers) -> Pixels:
    """The likeliest class of each place (height, width, classes), paler where it is less sure."""
    ordered = np.sort(outputs, axis=-1)
    with np.errstate(invalid="ignore"):
        sure = np.clip(ordered[..., -1] - ordered[..., -2], 0, 1)
    hues = np.array([_channels(_pale(colour)) for colour in CLASSES], np.float64)
    likeliest = hues[np.argmax(outputs, axis=-1) % len(hues)]
    mixed = _channels(_UNSURE) + (likeliest - _channels(_UNSURE)) * sure[..., None]
    return _finite(mixed, np.isfinite(outputs.sum(axis=-1)))


def targets(values: Numbers, low: float, high: float) -> Pixels:
    """Targets of a regression (height, width) from ``low`` to ``high``."""
    return ramp((values - low) / max(high - low, 1e-12), TARGETS)


def signed(values: Numbers) -> Pixels:
    """Activations (height, width): 0 pale, the largest deep, of each sign its own hue."""
    reach = float(np.abs(values[np.isfinite(values)]).max(initial=1e-12))
    return ramp(0.5 + values / (2 * reach), DIVERGING)


def ink(image: Numbers) -> Pixels:
    """A digit (height, width) from 0 to 1, dark on light."""
    level = np.clip(255 * (1 - image), 0, 255).astype(np.uint8)
    return np.repeat(level[..., None], 3, axis=-1)


def ramp(position: Numbers, colours: Sequence[str]) -> Pixels:
    """Each position (height, width), 0 to 1, as its colour between ``colours``."""
    finite = np.isfinite(position)
    place = np.clip(np.where(finite, position, 0), 0, 1) * (len(colours) - 1)
    anchors = np.array([_channels(colour) for colour in colours], np.float64)
    stops = np.arange(len(colours))
    mixed = [np.interp(place, stops, anchors[:, channel]) for channel in range(3)]
    return _finite(np.stack(mixed, axis=-1), finite)


def _finite(mixed: NDArray[np.float64], finite: NDArray[np.bool_]) -> Pixels:
    """Places where a run that diverged has no number are grey."""
    mixed[~finite] = _channels(_NOT_FINITE)
    return np.rint(mixed).astype(np.uint8)


def _pale(colour: str) -> str:
    """The colour of a background, on which samples of the same class are still seen."""
    return shade((_UNSURE, colour), 0.62)


def _channels(colour: str) -> NDArray[np.float64]:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.float64)
