"""Texts in English and 日本語: gettext catalogs, read from their .po files.

English sentences are the message ids. The .po files are compiled in memory when a
language is first asked for, so no compiled copy can be out of date.
"""

from collections.abc import Callable
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

Translate = Callable[[str], str]

LANGUAGES: dict[str, str] = {"en": "English", "ja": "日本語"}

_LOCALE = Path(__file__).resolve().parent.parent / "locale"


def N_(sentence: str) -> str:
    """Mark ``sentence`` for translation where it is written; it is translated where it is shown."""
    return sentence


@cache
def translations(language: str) -> NullTranslations:
    """The catalog of ``language`` (a key of LANGUAGES); English, and any other, is the ids."""
    if language not in LANGUAGES or language == "en":
        return NullTranslations()
    # Babel costs 50 ms to import, which a page in English need not wait for.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (_LOCALE / language / "LC_MESSAGES" / "kassei.po").open("rb") as file:
        catalog = read_po(file, locale=language, domain="kassei")
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)


def translator(language: str) -> Translate:
    """The function from an English sentence to the same in ``language``."""
    catalog = translations(language)
    # The empty id is the catalog's own header, which is no sentence.
    return lambda sentence: catalog.gettext(sentence) if sentence else ""
