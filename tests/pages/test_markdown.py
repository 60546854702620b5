"""Nothing of a text is taken as markup."""

from pages.shared.markdown import escaped


def test_markup_in_a_label_is_taken_literally() -> None:
    assert escaped("x * [a](b) <i>") == "x \\* \\[a\\](b) \\<i\\>"
