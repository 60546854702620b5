"""A browser is told by Streamlit's own cookie, however that is masked; nonsense names nobody."""

import os

import pytest
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

from pages.shared.visitors import browser


def test_one_token_is_one_visitor_however_it_is_masked() -> None:
    token, other = os.urandom(16), os.urandom(16)
    cookies = [generate_xsrf_token_string(token, moment) for moment in range(50)]
    assert len(set(cookies)) == 50
    names = {browser(cookie) for cookie in cookies}
    assert len(names) == 1
    assert names.isdisjoint({browser(generate_xsrf_token_string(other)), None})
    assert browser(f'"{cookies[0]}"') in names


def test_the_name_does_not_tell_the_token() -> None:
    name = browser(generate_xsrf_token_string(bytes(range(16))))
    assert name is not None
    assert len(name) == 16
    assert bytes(range(8)).hex() != name


@pytest.mark.parametrize(
    "cookie",
    ["", "2|", "1|00|00|0", "2|zz|00|0", "2||" + "00" * 16 + "|0", "2|00|00|0", "a" * 10_000],
)
def test_what_is_no_token_names_nobody(cookie: str) -> None:
    assert browser(cookie) is None
