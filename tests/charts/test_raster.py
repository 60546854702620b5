"""Pictures made of arrays: read back by another program, coloured as the palette says."""

import base64
import io

import numpy as np
from PIL import Image

from core.charts import raster


def _back(address: str) -> np.ndarray:
    content = base64.b64decode(address.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(content)))


def test_a_png_holds_its_pixels() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (7, 11, 3)).astype(np.uint8)
    np.testing.assert_array_equal(_back(raster.png(pixels)), pixels)


def test_two_classes_are_two_hues_and_pale_between() -> None:
    blue, pale, orange = raster.two_classes(np.array([[0.0, 0.5, 1.0]]))[0].astype(int)
    assert blue[2] > blue[0] + 60
    assert orange[0] > orange[2] + 60
    assert np.ptp(pale) < 10
    assert pale.min() > 200


def test_the_likeliest_class_gives_the_hue_and_its_lead_the_depth() -> None:
    outputs = np.array([[[0.9, 0.05, 0.05], [0.4, 0.3, 0.3], [0.05, 0.9, 0.05]]])
    sure, unsure, other = raster.many_classes(outputs)[0].astype(int)
    assert np.abs(sure - unsure).sum() > 100
    assert unsure.min() > 180
    assert other[0] > other[2]


def test_what_is_not_finite_is_grey_and_complains_of_nothing() -> None:
    grey = [0x8C] * 3
    broken = np.array([[np.nan, np.inf]])
    assert raster.two_classes(broken)[0].tolist() == [grey, grey]
    assert raster.signed(broken)[0].tolist() == [grey, grey]
    assert raster.many_classes(np.full((1, 1, 3), np.nan))[0].tolist() == [grey]


def test_activations_are_pale_at_0_and_deep_at_their_largest() -> None:
    low, zero, high = raster.signed(np.array([[-2.0, 0.0, 2.0]]))[0].astype(int)
    assert zero.min() > 220
    assert low[0] > low[2]
    assert high[2] > high[0]
