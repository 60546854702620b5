"""Colours are the catalog's, cells are readable, and lines of one colour differ in dash."""

import itertools

import pandas as pd
import pytest

from core.catalog import ACTIVATIONS
from core.charts.palette import DIVERGING, SEQUENTIAL, ink, legible, luminance, shade, styles


def _table(*rows: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["configuration", "activation"])


def test_activations_keep_their_catalog_colour() -> None:
    drawn = styles(_table(("relu", "relu"), ("leaky_relu", "leaky_relu(0.01)")))
    assert drawn["relu"].colour == ACTIVATIONS["relu"].colour
    assert drawn["leaky_relu"].colour == ACTIVATIONS["leaky_relu"].colour


def test_a_line_alone_has_the_colour_of_its_activation() -> None:
    assert styles(_table(("tanh", "tanh")))["tanh"].colour == ACTIVATIONS["tanh"].colour


def test_no_two_configurations_look_alike() -> None:
    rows = [
        (f"{name} · lr {rate}", name)
        for name in ("relu", "tanh", "gelu")
        for rate in (0.001, 0.01, 0.1)
    ]
    drawn = list(styles(_table(*rows)).values())
    for one, other in itertools.combinations(drawn, 2):
        assert (one.colour, one.dash) != (other.colour, other.dash)


def test_the_dash_is_the_learning_rate_whatever_the_colour() -> None:
    rates = ("0.1", "0.001", "0.01", "10", "1", "100")
    table = pd.DataFrame(
        [(f"{name} · lr {rate}", rate, name) for name in ("relu", "leaky_relu") for rate in rates],
        columns=["configuration", "learning_rate", "activation"],
    )
    drawn = styles(table)
    assert len(set(drawn.values())) == len(table)
    for rate in rates:
        assert drawn[f"relu · lr {rate}"].dash == drawn[f"leaky_relu · lr {rate}"].dash
    # The smallest rate is the whole line.
    assert drawn["relu · lr 0.001"].dash == (1, 0)


def test_two_slopes_of_one_activation_differ_at_every_rate() -> None:
    names = ("relu", "leaky_relu(0.01)", "leaky_relu(0.2)")
    table = pd.DataFrame(
        [(f"{name} {rate}", rate, name) for name in names for rate in ("0.1", "0.01")],
        columns=["configuration", "learning_rate", "activation"],
    )
    assert len(set(styles(table).values())) == len(table)


def test_without_activations_that_differ_hues_tell_the_lines_apart() -> None:
    drawn = styles(_table(("lr 0.1", "relu"), ("lr 1", "relu")))
    assert drawn["lr 0.1"].colour != drawn["lr 1"].colour


@pytest.mark.parametrize("ramp", [SEQUENTIAL, DIVERGING])
def test_text_on_every_cell_has_a_contrast_of_at_least_four_and_a_half(
    ramp: tuple[str, ...],
) -> None:
    for step in range(201):
        fill = shade(ramp, step / 200)
        lights = sorted((luminance(fill), luminance(ink(fill))))
        assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5, fill


def test_the_sequential_ramp_only_darkens() -> None:
    lights = [luminance(shade(SEQUENTIAL, step / 50)) for step in range(51)]
    assert lights == sorted(lights, reverse=True)
    assert shade(SEQUENTIAL, -1) == SEQUENTIAL[0]
    assert shade(SEQUENTIAL, 2) == SEQUENTIAL[-1]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_names_in_the_hue_of_their_line_can_be_read_on_both_themes(name: str) -> None:
    light = luminance(legible(ACTIVATIONS[name].colour)) + 0.05
    assert 1.05 / light >= 4.5
    assert light / (luminance("#10141B") + 0.05) >= 3.8
