"""Convergence and Layers as scripts: what they say of runs in every state, and what links hold."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core.analysis.rates import RATES
from core.experiment import Experiment
from core.report import EpochReport, RunEnd, Status
from core.sharing.links import encode
from core.store import Store
from pages.shared import caches

from .conftest import layer, opened

CONVERGENCE, LAYERS = "Convergence", "Layers"
MOONS = Experiment(
    name="Two *moons*", dataset="moons", activation=["relu", "tanh"], seed=[0, 1], epochs=2,
    learning_rate=[0.01, 0.1],
)  # fmt: skip
DEEP = Experiment(dataset="moons", activation=["relu", "tanh"], seed=[0, 1], epochs=2)

Finished = Callable[..., str]


@pytest.fixture
def _no_trainer(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody trains what is submitted: it stays in the queue."""
    idle = SimpleNamespace(ensure=lambda: None, trouble="")
    monkeypatch.setattr(caches, "trainer", lambda: idle)


def _texts(app: AppTest) -> str:
    """Everything that is said, without the marks that keep Markdown from being read."""
    said = "\n".join(str(part.value) for kind in ("markdown", "caption", "text", "info", "warning")
                     for part in app.get(kind))  # fmt: skip
    return said.replace("\\", "")


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("page", "title"),
    [(CONVERGENCE, "最初に達するのはどれ？"), (LAYERS, "層の中で何が起きている？")],
)
def test_without_a_link_the_shipped_comparison_is_shown_in_the_readers_language(
    page: str, title: str
) -> None:
    app = opened(page, lang="ja")
    assert not app.exception
    assert app.title[0].value == title
    assert len(app.get("vega_lite_chart")) >= 2


@pytest.mark.usefixtures("store")
def test_the_sentence_of_the_shipped_comparison_gives_ratios_with_their_intervals() -> None:
    app = opened(CONVERGENCE, target="0.97", baseline="relu")
    assert not app.exception
    told = _texts(app)
    assert "40 of 40 runs have reached 97 %." in told
    assert "Later than relu (95 % interval): " in told
    assert "no difference from relu that 5 seeds can show" in told


def test_runs_that_never_arrive_are_counted_and_the_map_has_its_rule(
    store: Store, finished: Finished
) -> None:
    endings = [Status.DIVERGED, *[Status.FINISHED] * 7]
    app = opened(CONVERGENCE, job=finished(store, MOONS, *endings), target="0.9")
    assert not app.exception
    told = _texts(app)
    assert "0 of 8 runs have reached 90 %." in told
    assert "8 ended without it, 1 of them diverged" in told
    assert app.number_input(key="rates_within").value == 0.02
    app.number_input(key="rates_within").set_value(0.5).run()
    assert app.query_params["within"] == "0.5"
    assert not app.exception


def test_a_target_of_the_best_and_a_loss_stand_in_the_link(
    store: Store, finished: Finished
) -> None:
    app = opened(CONVERGENCE, job=finished(store, DEEP))
    app.selectbox(key="goal_kind").set_value("best").run()
    assert app.query_params["goal"] == "best"
    assert "95 % of the best (77.9 %)" in _texts(app)
    app.number_input(key="goal_target").set_value(99.0).run()
    assert app.query_params["level"] == "0.99"
    app.selectbox(key="goal_curve").set_value("test_loss").run()
    assert "level" not in app.query_params
    assert not app.exception


@pytest.mark.usefixtures("store")
def test_nonsense_in_the_link_is_a_sentence_and_the_rest_is_shown() -> None:
    link = {"target": "tea", "goal": "x", "within": "-1", "baseline": "nobody", "axis": "parsec"}
    app = opened(CONVERGENCE, **link)
    assert not app.exception
    assert "Some of this link could not be read" in _texts(app)
    assert len(app.get("vega_lite_chart")) == 2
    app = opened(LAYERS, epoch="999", statistic="x", vanishing="0", dying="nan")
    assert not app.exception
    assert len(app.get("vega_lite_chart")) > 5


@pytest.mark.usefixtures("_no_trainer")
def test_runs_that_have_reported_nothing_are_an_empty_state(store: Store) -> None:
    job_id = store.submit(DEEP)
    for page in (CONVERGENCE, LAYERS):
        app = opened(page, job=job_id)
        assert not app.exception
        assert "Nothing measured yet" in _texts(app)


def test_what_was_stopped_before_its_first_epoch_has_no_speed_and_says_so(store: Store) -> None:
    job_id = store.submit(DEEP)
    store.start_job(job_id)
    for config in DEEP.grid():
        report = EpochReport(config.run_id, 0, 0, 0.0, 0.5, 0.5, 0.5, 0.5, layers=(layer(1),))
        store.write([report, RunEnd(config.run_id, Status.CANCELLED)])
    store.finish_job(job_id, Status.CANCELLED)
    app = opened(CONVERGENCE, job=job_id)
    assert not app.exception
    assert "there is no speed to compare" in _texts(app)
    assert not app.get("vega_lite_chart")
    app = opened(LAYERS, job=job_id)
    assert not app.exception
    assert "this is the state at epoch 0" in _texts(app)


def test_a_stopped_comparison_has_the_target_of_its_leaderboard(
    store: Store, finished: Finished
) -> None:
    job_id = finished(store, DEEP, *[Status.CANCELLED] * 4)
    compared = opened("Compare", job=job_id)
    (board,) = (box for box in compared.selectbox if box.label == "Target")
    app = opened(CONVERGENCE, job=job_id)
    # All of them end at 82 %.
    assert board.value == 0.8
    assert app.number_input(key="goal_target").value == 80


def test_a_failed_job_says_why(store: Store) -> None:
    job_id = store.submit(DEEP)
    store.start_job(job_id)
    store.finish_job(job_id, Status.FAILED, "no room on the disk")
    app = opened(CONVERGENCE, job=job_id)
    assert not app.exception
    assert "no room on the disk" in app.error[0].value


@pytest.mark.usefixtures("_no_trainer")
def test_the_range_test_starts_as_an_experiment_of_24_rates(
    store: Store, finished: Finished
) -> None:
    app = opened(CONVERGENCE, job=finished(store, MOONS))
    assert not any("Runs: 24" in text.value for text in app.markdown)
    app.session_state["rates_search"] = True
    app.run()
    assert any("Runs: 24" in text.value for text in app.markdown)
    app.selectbox(key="search_of").set_value("tanh").run()
    app.button(key="train").click().run()
    assert not app.exception
    job = store.job(app.query_params["job"])
    rates = store.runs(job.run_ids)["learning_rate"].tolist()
    assert rates == list(RATES)
    assert set(store.runs(job.run_ids)["activation"]) == {"tanh"}


def test_a_range_test_whose_loss_never_falls_says_so(store: Store, finished: Finished) -> None:
    swept = Experiment(dataset="moons", learning_rate=list(RATES[:8]), epochs=2)
    app = opened(CONVERGENCE, **encode(swept, job=finished(store, swept)))
    assert not app.exception
    assert "relu: after 2 updates no rate of these has a smaller loss." in _texts(app)


def test_layers_give_verdicts_and_thresholds_stand_in_the_link(
    store: Store, finished: Finished
) -> None:
    app = opened(LAYERS, job=finished(store, DEEP))
    assert not app.exception
    table = app.table[0].value
    assert table["configuration"].tolist() == ["relu", "tanh"]
    assert "dying" in table["verdict"].iloc[0]
    assert "25 % of layer 1's units" in table["the numbers behind it"].iloc[0]
    app.number_input(key="layers_dying").set_value(0.5).run()
    assert app.query_params["dying"] == "0.5"
    assert "dying" not in app.table[0].value["verdict"].iloc[0]
    app.select_slider(key="layers_epoch").set_value(0).run()
    assert app.query_params["epoch"] == "0"
    assert not app.exception


def test_networks_without_hidden_layers_are_a_sentence(store: Store) -> None:
    flat = Experiment(dataset="moons", hidden=[[]], epochs=0)
    job_id = store.submit(flat)
    store.start_job(job_id)
    run = flat.grid()[0].run_id
    store.write([EpochReport(run, 0, 0, 0.0, 0.5, 0.5, 0.5, 0.5), RunEnd(run, Status.FINISHED)])
    store.finish_job(job_id, Status.FINISHED)
    app = opened(LAYERS, job=job_id)
    assert not app.exception
    assert "no hidden layers" in app.info[0].value
