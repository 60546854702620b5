"""The gallery's cards as HTML: a picture to press, what goes right, what goes wrong, and why.

Plain links: "back", a new tab and a copied address do with them what they do everywhere.
"""

import html
from urllib.parse import urlencode

from core.charts.still import as_address, thumbnail_svg
from core.errors import BundleUnavailable
from core.gallery.entries import ENTRIES
from core.gallery.entry import Entry
from core.gallery.summary import read_summary
from core.language import N_, Translate

RIGHT = N_("What goes right")
WRONG = N_("What goes wrong")
WHY = N_("Why")
# A sign before each sentence; its words are for those who hear the page.
_SIGNS = (("right", "✓", RIGHT), ("wrong", "✗", WRONG), ("why", "∵", WHY))


def cards_html(language: str | None, _: Translate) -> str:
    """Every entry as a card; ``language`` is what the links say of it, if anything."""
    cards = "".join(_card(entry, language, _) for entry in ENTRIES.values())
    return f'<div class="k-cards">{cards}</div>'


def entry_address(name: str | None, language: str | None) -> str:
    """The address of an entry; of the landing page without a ``name``."""
    parameters = {"gallery": name, "lang": language}
    return "?" + urlencode({key: value for key, value in parameters.items() if value})


def _card(entry: Entry, language: str | None, _: Translate) -> str:
    said = "".join(
        f'<p class="k-{kind}"><b aria-hidden="true">{sign}</b>'
        f'<span class="k-unseen">{html.escape(_(words))}: </span>'
        f"{html.escape(_(getattr(entry, kind)))}</p>"
        for kind, sign, words in _SIGNS
    )
    address = html.escape(entry_address(entry.name, language))
    return (
        f'<article class="k-card"><a href="{address}">{_picture(entry.name)}'
        f"<h3>{html.escape(_(entry.question))}</h3></a>{said}</article>"
    )


def _picture(name: str) -> str:
    """The entry's own curves; without them its page says why, and the card its question."""
    try:
        still = read_summary(name).still
    except BundleUnavailable:
        return ""
    return f'<img alt="" src="{as_address(thumbnail_svg(still))}">'
