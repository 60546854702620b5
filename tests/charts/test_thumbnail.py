"""Every data set has a small picture of its own samples."""

import xml.etree.ElementTree as ET

import pytest

from core.charts.still import as_address
from core.charts.thumbnail import HEIGHT, WIDTH, thumbnail
from data import DATASETS
from data.picture import picture


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "mnist"])
def test_it_is_a_small_svg_that_stays_inside_its_frame(name: str) -> None:
    numbers = picture(name)
    assert numbers is not None
    svg = thumbnail(numbers)
    assert len(svg) < 15_000
    root = ET.fromstring(svg)
    circles = [node for node in root if node.tag.endswith("circle")]
    assert circles or any(node.tag.endswith("path") for node in root)
    for circle in circles:
        assert 0 <= float(circle.attrib["cx"]) <= WIDTH
        assert 0 <= float(circle.attrib["cy"]) <= HEIGHT


def test_its_address_holds_it_whole() -> None:
    assert as_address("<svg/>") == "data:image/svg+xml;base64,PHN2Zy8+"
