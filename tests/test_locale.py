"""Every sentence that a reader can see is in Japanese, with the same placeholders."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from core.language import translator

ROOT = Path(__file__).resolve().parents[1]
MARKS = ("_", "N_")


def _sources() -> Iterator[Path]:
    yield ROOT / "streamlit_app.py"
    for folder in ("core", "data", "pages"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def _marked(path: Path) -> Iterator[str]:
    """The texts that ``_`` and ``N_`` are called with; Python joins adjacent literals."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(ast.Name(name), [ast.Constant(text), *_]) if name in MARKS:
                yield text


def _catalog(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="ja")


JAPANESE = _catalog(ROOT / "locale" / "ja" / "LC_MESSAGES" / "kassei.po")
SENTENCES = sorted({text for path in _sources() for text in _marked(path)})


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_it_is_translated_with_the_same_placeholders(sentence: str) -> None:
    message = JAPANESE.get(sentence)
    assert message is not None, "run pybabel extract and update"
    assert message.string
    assert not message.fuzzy
    assert _placeholders(str(message.string)) == _placeholders(sentence)


def test_the_catalog_holds_nothing_that_is_gone_and_the_template_is_its_list() -> None:
    template = _catalog(ROOT / "locale" / "kassei.pot")
    listed = {str(message.id) for message in template if message.id}
    assert {str(message.id) for message in JAPANESE if message.id} == listed
    assert listed == set(SENTENCES)


def test_the_program_reads_what_the_catalog_says() -> None:
    _ = translator("ja")
    assert _("Compare") == "比較"
    assert _("") == ""
    assert translator("en")("Compare") == "Compare"


def test_no_translation_has_another_sentence_within_it() -> None:
    # Two branches that add entries side by side can be merged into one entry of both.
    whole = [str(message.id) for message in JAPANESE if message.id and len(str(message.id)) > 20]
    mixed = [m.id for m in JAPANESE if m.id and any(text in str(m.string) for text in whole)]
    assert mixed == []
