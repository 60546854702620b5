"""What users write is shown as they wrote it: no mark of Markdown in it is obeyed."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.experiment import Experiment
from core.report import Status
from core.store import Store

from .conftest import opened, page

OBEYS = "*x* [y](http://example.com) $z$"
KINDS = ("markdown", "caption", "info", "warning", "error", "success", "title", "subheader")


def _shown(app: AppTest) -> list[str]:
    assert not app.exception
    return [element.value for kind in KINDS for element in app.get(kind)]


@pytest.mark.parametrize(
    ("name", "field"), [("Compare", "activation"), ("Layers", "hidden"), ("", "gallery")]
)
def test_what_a_link_has_wrong(store: Store, name: str, field: str) -> None:
    link = {field: OBEYS} | ({"dataset": "moons"} if name else {})
    told = [text for text in _shown(opened(name, **link)) if "example" in text]
    assert told
    assert not [text for text in told if OBEYS in text]


def test_what_is_typed_beside_the_activations(store: Store) -> None:
    app = opened("Compare", dataset="moons")
    app.text_input(key="activation_typed").set_value(OBEYS).run()
    told = [text for text in _shown(app) if "example" in text]
    assert told
    assert not [text for text in told if OBEYS in text]


def test_why_a_training_failed(store: Store, finished: Callable[..., str]) -> None:
    job = store.submit(Experiment(dataset="moons", epochs=2))
    store.start_job(job)
    store.finish_job(job, Status.FAILED, OBEYS)
    told = [text for text in _shown(opened("Compare", job=job)) if "example" in text]
    assert told
    assert not [text for text in told if OBEYS in text]


def test_a_tag_that_is_too_long(store: Store, finished: Callable[..., str]) -> None:
    experiment = Experiment(dataset="moons", epochs=2)
    finished(store, experiment)
    app = page("Runs", runs=experiment.grid()[0].run_id).run()
    app.multiselect(key="runs_tags").set_value([OBEYS + "." * 40]).run()
    (told,) = (text for text in _shown(app) if "longer than" in text)
    assert OBEYS not in told
