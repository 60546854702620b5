"""A formula of the visitor's own on Compare: typed, in the link, and there again from the link."""

import pytest
from streamlit.testing.v1 import AppTest

from .conftest import opened

OWN = "formula(x * sin(x))"


def _compare(**link: str) -> AppTest:
    app = opened("Compare", **link)
    assert not app.exception
    return app


@pytest.mark.usefixtures("store")
def test_a_formula_that_is_typed_is_in_the_link_and_the_link_fills_the_form_with_it() -> None:
    app = _compare(dataset="moons")
    app.text_input(key="own_formula").set_value("x*sin(x)").run()
    assert not app.exception
    assert not app.warning
    assert OWN in app.session_state["activation"]
    copied = dict(app.query_params)
    assert OWN in copied["activation"]
    again = _compare(**copied)
    assert not again.warning
    assert not again.error
    assert again.session_state["activation"] == app.session_state["activation"]
