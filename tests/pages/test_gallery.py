"""The gallery: every entry opens in full, in each language, and its way to Compare is filled in."""

from html import unescape

import pytest

from core.experiment import Experiment, RunConfig
from core.gallery.entries import ENTRIES
from core.language import translator
from core.sharing import bundle
from core.sharing.links import decode, encode

from .conftest import opened


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_landing_page_shows_every_entry_as_a_card(language: str) -> None:
    _ = translator(language)
    app = opened(lang=language)
    assert not app.exception
    told = unescape("\n".join(element.proto.body for element in app.get("html")))
    for entry in ENTRIES.values():
        assert f'href="?gallery={entry.name}&lang={language}"' in told
        for sentence in (entry.question, entry.right, entry.wrong, entry.why):
            assert _(sentence) in told


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_opens_its_full_comparison(name: str) -> None:
    app = opened(gallery=name, lang="ja")
    _ = translator("ja")
    assert not app.exception
    assert not app.warning or "発散" in app.warning[0].value
    assert app.title[0].value == _(ENTRIES[name].question)
    told = "\n".join(text.value for text in app.markdown)
    assert _(ENTRIES[name].look) in told
    seeds = {config.seed for config in _grid(name)}
    tables = [element.proto.body for element in app.get("html") if "k-board" in element.proto.body]
    board = next(body for body in tables if "<tbody>" in body)
    assert board.count("<tr data-c=") == len(_grid(name)) / len(seeds)


@pytest.mark.parametrize("name", ENTRIES)
def test_change_it_and_train_says_the_very_runs_of_the_entry(name: str) -> None:
    link = decode(encode(bundle.specification(name)))
    assert not link.notes
    assert isinstance(link.experiment, Experiment)
    assert [c.run_id for c in link.experiment.grid()] == [c.run_id for c in _grid(name)]


@pytest.mark.parametrize("name", ["nope", "*x*<b>", "../..", "ä" * 300])
def test_an_unknown_entry_is_a_sentence_above_the_landing_page(name: str) -> None:
    app = opened(gallery=name)
    assert not app.exception
    assert app.warning
    assert app.title[0].value == next(iter(ENTRIES.values())).question


def _grid(name: str) -> tuple[RunConfig, ...]:
    return tuple(bundle.specification(name).grid())


def test_the_landing_page_opens_with_a_question_in_the_links_language() -> None:
    app = opened()
    assert app.title[0].value == "Which activation learns MNIST fastest?"
    app.query_params["lang"] = "ja"
    assert app.run().title[0].value == "MNIST を最も速く学ぶ活性化関数は？"
    assert not app.exception
