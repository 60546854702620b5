"""Claims: every claim with its verdict, those that a link asks for, and results that are gone."""

from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import BundleUnavailable
from core.gallery import claims
from core.gallery.claims import CLAIMS
from core.language import LANGUAGES, translator
from pages.shared import caches
from pages.shared.markdown import escaped

from .conftest import opened

_claims = partial(opened, "Claims")


def _told(app: AppTest) -> str:
    return " ".join(str(one.value) for one in [*app.markdown, *app.caption])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_claim_is_told_with_its_source_verdict_and_effect(language: str) -> None:
    app, _ = _claims(lang=language), translator(language)
    assert not app.exception
    told = _told(app)
    for claim in CLAIMS.values():
        assert escaped(_(claim.words)) in told
        assert escaped(claim.source) in told
        assert escaped(_(claim.remark)) in told
    assert told.count(_("{n} seeds").format(n=5)) == len(CLAIMS)


def test_a_link_shows_the_claims_of_one_verdict_and_an_unknown_one_is_told() -> None:
    app = _claims(verdict="fails")
    told = _told(app)
    assert CLAIMS["elu-before-relu"].words in told
    assert CLAIMS["relu-before-tanh"].words not in told
    # What holds at all stays counted.
    assert f"Of {len(CLAIMS)} claims" in told
    app = _claims(verdict="perhaps")
    assert "verdict in the link is 'perhaps'" in app.warning[0].value.replace("\\", "")
    assert CLAIMS["relu-before-tanh"].words in _told(app)


def test_choosing_a_verdict_is_kept_in_the_link() -> None:
    app = _claims()
    app.segmented_control(key="verdict").set_value("open").run()
    assert app.query_params["verdict"] == "open"
    assert CLAIMS["he-before-glorot"].words in _told(app)
    assert CLAIMS["relu-dies"].words not in _told(app)


def test_results_that_cannot_be_read_are_counted_and_the_rest_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = claims.shipped

    def gone(entry: str) -> object:
        if entry == "outliers":
            raise BundleUnavailable("gone")
        return known(entry)

    monkeypatch.setattr(claims, "shipped", gone)
    caches.claims_found.clear()
    try:
        app = _claims()
    finally:
        caches.claims_found.clear()
    assert not app.exception
    assert "results of 2 claims cannot be read" in app.warning[0].value
    assert CLAIMS["huber-above-mse"].words not in _told(app)
    assert CLAIMS["relu-dies"].words in _told(app)
