"""What a link asks for and nobody has: one clear sentence, and what else it says is kept."""

import pytest
from streamlit.testing.v1 import AppTest

from .conftest import opened

pytestmark = pytest.mark.usefixtures("store")
NOBODYS = "0123456789abcdef"


def _told(app: AppTest) -> list[str]:
    assert not app.exception
    return [box.value for kind in ("error", "warning", "info") for box in app.get(kind)]


@pytest.mark.parametrize("page", ["Compare", "Convergence", "Layers", "Predictions"])
def test_runs_that_nobody_holds_and_nothing_describes_are_told_and_not_offered(page: str) -> None:
    assert _told(opened(page, runs=NOBODYS)) == [
        "The runs of this link are not on this server, and it does not say what they are."
    ]


@pytest.mark.parametrize("page", ["Compare", "Convergence"])
def test_a_job_that_nobody_holds_is_told_once(page: str) -> None:
    assert _told(opened(page, job="nope")) == ["The store holds no job 'nope'."]


def test_a_name_that_is_none_is_told_once() -> None:
    (told,) = _told(opened(gallery="<script>"))
    assert "which is no name" in told
    assert "No shipped results" not in told
    assert len(_told(opened(gallery="nonsense"))) == 1


def test_what_convergence_counts_in_is_a_word_that_links_know() -> None:
    app = opened("Convergence", target="0.97")
    for unit in ("updates", "seconds"):
        app.button_group(key="goal_unit").set_value(unit).run()
        assert app.query_params["axis"] == unit
        assert not _told(app)
    assert not _told(opened("Compare", axis="seconds", gallery="outliers"))


def test_too_many_seeds_are_told_as_that_and_the_rest_is_kept() -> None:
    app = opened("Compare", dataset="moons", activation="gelu", seed="0-100000")
    (told,) = _told(app)
    assert "The lists make 100,001 runs" in told
    assert "empty" not in told
    assert app.button_group(key="activation").value == ["gelu"]
