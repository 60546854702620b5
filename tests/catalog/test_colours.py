"""Colours of activations: told apart by everybody, on white and on near-black."""

import re
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.catalog import ACTIVATIONS

Vector = NDArray[np.float64]

# A formula of one's own is black or white, by the theme.
COLOURS = {name: record.colour for name, record in ACTIVATIONS.items() if name != "formula"}
DEFAULTS = ("relu", "leaky_relu", "tanh", "sigmoid", "elu", "selu", "gelu", "silu")
WHITE, NEAR_BLACK = "#FFFFFF", "#0E1117"

# Machado, Oliveira & Fernandes, A Physiologically-based Model for Simulation of Color Vision
# Deficiency, 2009: severity 1.0, for linear RGB.
VISION = {
    "full": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
# IEC 61966-2-1 (sRGB) to CIE XYZ, D65.
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear_rgb(colour: str) -> Vector:
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.1's ratio of relative luminances."""
    low, high = sorted(float(TO_XYZ[1] @ linear_rgb(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, vision: str) -> Vector:
    seen = np.clip(VISION[vision] @ linear_rgb(colour), 0, 1)
    t = TO_XYZ @ seen / np.array([0.95047, 1.0, 1.08883])
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(one: Vector, other: Vector) -> float:
    """Sharma, Wu & Dalal, The CIEDE2000 Color-Difference Formula, 2005."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1 + (1 - np.sqrt(chroma**7 / (chroma**7 + 25.0**7))) / 2
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    middle = (h1 + h2 if c1 * c2 == 0 else h1 + turn / 2) % 360
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * np.cos(np.radians(middle - 30))
        + 0.24 * np.cos(np.radians(2 * middle))
        + 0.32 * np.cos(np.radians(3 * middle + 6))
        - 0.20 * np.cos(np.radians(4 * middle - 63))
    )
    lightness = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    colourful = (c2 - c1) / (1 + 0.045 * chroma)
    hue = hue / (1 + 0.015 * chroma * t)
    rotation = 60 * np.exp(-(((middle - 275) / 25) ** 2))
    turned = -2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7)) * np.sin(np.radians(rotation))
    return float(np.sqrt(lightness**2 + colourful**2 + hue**2 + turned * colourful * hue))


def smallest_difference(names: tuple[str, ...], vision: str) -> tuple[float, str, str]:
    seen = {name: lab(COLOURS[name], vision) for name in names}
    return min((ciede2000(seen[a], seen[b]), a, b) for a, b in combinations(names, 2))


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        # Pairs 1, 7, 17 and 25 of the test data of Sharma, Wu & Dalal, 2005, table 1.
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_the_measure_of_difference_gives_the_published_values(
    one: tuple[float, float, float], other: tuple[float, float, float], difference: float
) -> None:
    assert ciede2000(np.array(one), np.array(other)) == pytest.approx(difference, abs=1e-4)


@pytest.mark.parametrize("vision", VISION)
def test_the_eight_defaults_differ_plainly_for_every_kind_of_vision(vision: str) -> None:
    # 2.3 is just noticeable side by side; thin lines apart need several times that.
    assert smallest_difference(DEFAULTS, vision) > (9.5, "", "")


@pytest.mark.parametrize("vision", VISION)
def test_all_activations_differ_for_every_kind_of_vision(vision: str) -> None:
    assert smallest_difference(tuple(COLOURS), vision) > (7.5, "", "")


def test_every_activation_has_a_colour_of_its_own() -> None:
    assert all(re.fullmatch(r"#[0-9A-F]{6}", colour) for colour in COLOURS.values())
    assert len(set(COLOURS.values())) == len(COLOURS)


@pytest.mark.parametrize("name", COLOURS)
def test_colour_stands_out_on_white_and_on_near_black(name: str) -> None:
    assert contrast(COLOURS[name], WHITE) > 2.2
    assert contrast(COLOURS[name], NEAR_BLACK) > 2.2
