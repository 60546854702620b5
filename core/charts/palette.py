"""Colours and dashes of configurations, and the two ramps of cells with their text colour.

An activation keeps its catalog colour on every page. Where activations repeat, crossed with
learning rates say, the dash is the rate: one dash a rate, whatever the colour. Without
activations a sequence of hues that all kinds of colour vision can separate.
"""

import colorsys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from core.catalog import ACTIVATIONS

# Okabe & Ito (2008), without the yellow and the black that vanish on one of two themes.
_HUES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8E4585", "#8C8C8C")
_DASHES: tuple[tuple[int, ...], ...] = (
    (1, 0), (7, 3), (2, 2), (9, 3, 2, 3), (4, 1), (14, 4), (1, 4), (12, 3, 2, 3, 2, 3)
)  # fmt: skip

# Anchors of equal steps in OKLab lightness: pale to deep blue; ochre, pale, blue.
SEQUENTIAL = ("#E3EEF8", "#A9CBE8", "#6CA5D2", "#3A7CB5", "#1D5490", "#0B2F63")
DIVERGING = ("#8A4B00", "#C98632", "#EBC48D", "#F2F0EC", "#A3C6E2", "#4C8CC4", "#134F8C")


@dataclass(frozen=True, slots=True)
class Style:
    """How one configuration is drawn everywhere."""

    colour: str
    dash: tuple[int, ...]


def ground(*, dark: bool | None = None) -> tuple[str, str]:
    """The page's own colour and that of small words on it, as ``.streamlit/config.toml`` has them.

    Light, as pictures are, where nobody says what page it is (``dark`` None).
    """
    return ("#10141B", "#A8B0BD") if dark else ("#FFFFFF", "#5A6270")


def colour_of(activation: str, *, dark: bool | None = None) -> str:
    """The colour of a choice of activation; a formula's own is black, or white on dark pages.

    Where nobody says what page it is (``dark`` None) a formula is a grey that both can show.
    """
    name = activation.partition("(")[0]
    if name == "formula" and dark is not None:
        return "#FFFFFF" if dark else "#000000"
    return ACTIVATIONS[name].colour


def styles(configurations: pd.DataFrame, *, dark: bool | None = None) -> Mapping[str, Style]:
    """A style for each row of a frame with the columns configuration and activation.

    Columns besides (but for ``runs``, a count) are what else differs: it chooses the dash.
    """
    names = [text.partition("(")[0] for text in configurations["activation"]]
    if len(set(names)) < len(names) and len(set(names)) > 1:
        return _crossed(configurations, names, dark)
    # A line alone keeps its activation's colour; several of one activation would look alike.
    distinct = len(set(names)) > 1 or len(names) == 1
    drawn: dict[str, Style] = {}
    used: Counter[str] = Counter()
    for index, label in enumerate(configurations["configuration"]):
        colour = colour_of(names[index], dark=dark) if distinct else _HUES[index % len(_HUES)]
        alike = sum(times for other, times in used.items() if _kin(other, colour))
        # Up to six lines of different hues need no dash; the same colour twice always does.
        dashed = colour in used or len(configurations) > 6
        drawn[label] = Style(colour, _DASHES[alike % len(_DASHES)] if dashed else _DASHES[0])
        used[colour] += 1
    return drawn


def _crossed(
    configurations: pd.DataFrame, names: Sequence[str], dark: bool | None
) -> Mapping[str, Style]:
    """Activations that repeat: the colour is the activation, the dash all else that differs."""
    others = [c for c in configurations if c not in ("configuration", "activation", "runs")]
    # Of leaky_relu(0.01) and leaky_relu(0.2), which have one colour, the first and the second.
    kinds: dict[str, list[str]] = {}
    for name, text in zip(names, configurations["activation"], strict=True):
        if text not in kinds.setdefault(name, []):
            kinds[name].append(text)
    keys = [
        (kinds[name].index(row["activation"]), *(row[other] for other in others))
        for name, row in zip(names, configurations.to_dict("records"), strict=True)
    ]
    if not others:
        seen: Counter[str] = Counter()
        for place, name in enumerate(names):
            keys[place] = (seen[name],)
            seen[name] += 1
    known = list(dict.fromkeys(keys))
    if others == ["learning_rate"]:
        known.sort(key=lambda key: (key[0], float(key[1])))
    return {
        label: Style(colour_of(name, dark=dark), _DASHES[known.index(key) % len(_DASHES)])
        for label, name, key in zip(configurations["configuration"], names, keys, strict=True)
    }


def shade(ramp: Sequence[str], position: float) -> str:
    """The colour at ``position`` (0 to 1) of ``ramp``, as ``#RRGGBB``."""
    place = min(max(position, 0.0), 1.0) * (len(ramp) - 1)
    index = min(int(place), len(ramp) - 2)
    low, high = _channels(ramp[index]), _channels(ramp[index + 1])
    mixed = (a + (b - a) * (place - index) for a, b in zip(low, high, strict=True))
    return "#" + "".join(f"{round(255 * channel):02X}" for channel in mixed)


@lru_cache(maxsize=1024)
def ink(fill: str) -> str:
    """Black or white: whichever contrasts more with ``fill`` (WCAG 2.1, at least 4.5)."""
    light = luminance(fill)
    return "#000000" if (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) else "#FFFFFF"


@lru_cache(maxsize=256)
def legible(colour: str) -> str:
    """``colour`` in a lightness in which text reads on white and on near-black pages alike.

    A luminance of 0.175 has a contrast of 4.7 with white and of 3.9 with #10141B.
    """
    target = 0.175
    towards = "#000000" if luminance(colour) > target else "#FFFFFF"
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        before = (luminance(shade((colour, towards), middle)) > target) == (towards == "#000000")
        low, high = (middle, high) if before else (low, middle)
    return shade((colour, towards), high)


def luminance(colour: str) -> float:
    """Relative luminance of ``#RRGGBB``, 0 to 1 (WCAG 2.1)."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _kin(one: str, other: str) -> bool:
    """Whether two colours belong to one family: hues within 13 degrees, or both grey."""
    (hue_a, _, grey_a), (hue_b, _, grey_b) = (
        colorsys.rgb_to_hls(*_channels(colour)) for colour in (one, other)
    )
    if min(grey_a, grey_b) < 0.15:
        return max(grey_a, grey_b) < 0.15
    gap = abs(hue_a - hue_b)
    return min(gap, 1 - gap) <= 13 / 360


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue
