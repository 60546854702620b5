"""Pictures: PNG files with glyphs for every text of the pages, and the link inside."""

import struct
from pathlib import Path

import pytest
from PIL import Image, ImageFont

from core.errors import PictureFailed
from core.sharing import picture

ROOT = Path(__file__).resolve().parents[2]
FILE = picture.FONTS / "KasseiSans-Regular.otf"


def _text(text: str, size: int = 40) -> dict[str, object]:
    """A specification of one text."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": [{"text": text}]},
        "mark": {"type": "text", "fontSize": size, "font": picture.FONT},
        "encoding": {"text": {"field": "text", "type": "nominal"}},
        "width": 300,
        "height": 60,
    }


def test_a_picture_is_a_png_that_holds_its_texts(tmp_path: Path) -> None:
    content = picture.render(_text("関数"), {"Title": "活性化関数", "Source": "https://a/?b=c"})
    (tmp_path / "a.png").write_bytes(content)
    with Image.open(tmp_path / "a.png") as drawn:
        drawn.load()
        assert drawn.width > 600
        assert drawn.text == {"Title": "活性化関数", "Source": "https://a/?b=c"}  # type: ignore[attr-defined]
        ink = drawn.convert("L").histogram()
    assert sum(ink[:128]) > 200


def test_japanese_is_drawn_by_the_shipped_font_and_not_as_boxes(tmp_path: Path) -> None:
    # The same letters drawn by another program from the same file: as much ink, or about.
    text = "活性化関数"
    (tmp_path / "a.png").write_bytes(picture.render(_text(text), {}))
    with Image.open(tmp_path / "a.png") as drawn:
        ours = sum(255 - value for value in drawn.convert("L").tobytes())
    mask = ImageFont.truetype(str(FILE), 80).getmask(text)
    theirs = sum(mask)
    assert 0.9 < ours / theirs < 1.1


def test_the_font_has_what_its_list_says_and_every_text_of_the_pages() -> None:
    font = ImageFont.truetype(str(FILE), 24)
    listed = (picture.FONTS / "characters.txt").read_text(encoding="utf-8")
    box = bytes(font.getmask("\U0010fffd"))
    boxes = [m for m in listed if not m.isspace() and bytes(font.getmask(m)) == box]
    assert boxes == []
    for name in ("ja/LC_MESSAGES/kassei.po", "kassei.pot"):
        assert picture.undrawable((ROOT / "locale" / name).read_text(encoding="utf-8")) == ""
    assert picture.undrawable("relu 龘 ☃ 龘") == "龘☃"


def test_the_font_comes_with_its_licence() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in (picture.FONTS / "OFL.txt").read_text()
    assert struct.unpack(">4s", FILE.read_bytes()[:4]) == (b"OTTO",)


def test_what_cannot_be_drawn_is_a_sentence() -> None:
    with pytest.raises(PictureFailed, match=r"could not be drawn: .*Error"):
        picture.render({"mark": {"nonsense": True}}, {})
    lost = _text("a") | {"encoding": {"opacity": {"condition": {"param": "nobody"}, "value": 1}}}
    with pytest.raises(PictureFailed, match="nobody"):
        picture.render(lost, {})
