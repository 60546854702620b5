"""Texts that Streamlit's Markdown shows as they are."""

import re

_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]$:<>~|&"})
# Streamlit makes icons and typographers' signs of these after the backslashes are gone.
_SIGNS = re.compile(r"(?<=:)(?=material/)|(?<=-)(?=[->])|(?<=<)(?=-)|(?<=[<>~])(?==)")
_JOINER = "\N{WORD JOINER}"


def escaped(text: str) -> str:
    """``text`` with every mark of Markdown taken literally."""
    return _SIGNS.sub(_JOINER, text).translate(_MARKS)
