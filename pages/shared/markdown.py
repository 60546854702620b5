"""Texts that Streamlit's Markdown shows as they are."""

_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]$:<>~|"})


def escaped(text: str) -> str:
    """``text`` with every mark of Markdown taken literally."""
    return text.translate(_MARKS)
