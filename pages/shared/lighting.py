"""What is pointed at lights up everywhere: rules for a page's tables and charts alike.

Rows of our own tables carry the number of their configuration (``data-c``), marks of charts
its name (``aria-label``). A pointer, or the focus of the keyboard, sets the others back; where
a chart takes what is nearest to the pointer, its marks tell which by ``POINTED``.
"""

from collections.abc import Sequence
from pathlib import Path

from core.charts.pointing import POINTED

_STYLE = Path(__file__).with_name("landing.css")
# Each configuration has rules of its own; beyond these nobody tells lines apart.
_MOST = 40


def lighting(labels: Sequence[str]) -> str:
    """The style of tables, and the rules for ``labels`` in their order, as HTML."""
    rules = []
    for number, label in enumerate(labels[:_MOST]):
        row, mark = f'[data-c="{number}"]', f'.role-mark [aria-label="{_quoted(label)}"]'
        touched = f':is({row}, {mark}):is(:hover, :focus), {mark}[opacity="{POINTED}"]'
        # What cannot be seen is there for pointers alone; cells are of no single configuration.
        other = f'[aria-label]:not([aria-label="{_quoted(label)}"], [opacity="0"])'
        marks = f".role-mark:not(.mark-rect) {other}"
        rules.append(f".stApp:has({touched}) :is([data-c]:not({row}), {marks}) {{opacity: 0.2;}}")
        rules.append(f".stApp:has({touched}) .mark-area {other} {{opacity: 0.06;}}")
    return f"<style>{_STYLE.read_text(encoding='utf-8')}{' '.join(rules)}</style>"


def _quoted(label: str) -> str:
    """``label`` inside a text of CSS: whatever is no letter or digit by its number."""
    return "".join(
        mark if mark.isascii() and mark.isalnum() else f"\\{ord(mark):x} " for mark in label
    )
