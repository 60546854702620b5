"""Results on Compare: the leaderboard, what diverged, curves and groups as the address has them."""

import re
from collections.abc import Callable
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from core.experiment import Experiment
from core.report import EpochReport, RunEnd, Status
from core.store import Store

from .conftest import opened

Finished = Callable[..., str]

_compare = partial(opened, "Compare")


def _board(app: AppTest) -> list[list[str]]:
    """The cells of the leaderboard, its headings first."""
    texts = [element.proto.body for element in app.get("html")]
    (table,) = (text for text in texts if text.startswith('<table class="k-board"'))
    rows = re.findall(r"<tr.*?</tr>", table)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]
    return [[re.sub(r"<[^>]*>", "", cell) for cell in row] for row in cells]


def test_a_finished_job_shows_leaderboard_and_layers(store: Store, finished: Finished) -> None:
    experiment = Experiment(dataset="moons", activation=["relu", "tanh"], seed=[0, 1], epochs=2)
    app = _compare(job=finished(store, experiment))
    assert not app.exception
    assert _board(app) == [
        ["configuration", "test accuracy", "against relu, points", "until 80 %"],
        ["relu", "82.00 % ±0.00", "baseline", "epoch 0 · 0\xa0ms"],
        ["tanh", "82.00 % ±0.00", "0.00 ±0.00", "epoch 0 · 0\xa0ms"],
    ]
    assert any("layers" in text.value for text in app.subheader)
    app.selectbox(key="job_baseline").set_value("tanh").run()
    assert "against tanh, points" in _board(app)[0]
    assert app.query_params["baseline"] == "tanh"


def test_a_target_that_is_drawn_anew_without_a_session_is_the_usual_one(
    store: Store, finished: Finished
) -> None:
    experiment = Experiment(dataset="moons", activation=["relu", "tanh"], seed=[0, 1], epochs=2)
    target = _compare(job=finished(store, experiment)).selectbox(key="job_target")
    assert target.options[target.proto.default] == "80 %"


def test_divergence_is_told_and_counted(store: Store, finished: Finished) -> None:
    experiment = Experiment(dataset="moons", activation=["relu", "tanh"], seed=0, epochs=2)
    app = _compare(job=finished(store, experiment, Status.FINISHED, Status.DIVERGED))
    assert not app.exception
    assert "tanh (1 of 1 seeds, first at update 7)" in app.warning[0].value
    assert "1 of 1 diverged" in _board(app)[2]


@pytest.mark.parametrize("epochs", [1, 0], ids=["told of the start", "told of nothing"])
def test_where_all_diverged_at_once_that_is_told_and_nothing_promises_more(
    store: Store, epochs: int
) -> None:
    experiment = Experiment(dataset="diabetes", activation=["relu", "tanh"], loss="mse", epochs=9)
    job_id = store.submit(experiment)
    store.start_job(job_id)
    for run_id in store.job(job_id).run_ids:
        store.write([EpochReport(run_id, epoch, 0, 0.0, 0.5, 0.5) for epoch in range(epochs)])
        store.write([RunEnd(run_id, Status.DIVERGED, 3)])
    store.finish_job(job_id, Status.FINISHED)
    app = _compare(job=job_id)
    assert not app.exception
    assert "tanh (1 of 1 seeds, first at update 3)" in app.warning[0].value
    told = "".join(element.value for element in (*app.markdown, *app.caption))
    assert "Curves will grow" not in told
    assert "train_longer" not in {button.key for button in app.button}


@pytest.mark.usefixtures("store")
def test_a_link_to_the_shipped_results_shows_them_and_fills_the_form() -> None:
    app = _compare(gallery="mnist-activations")
    assert not app.exception
    assert len(_board(app)) == 9
    assert app.slider(key="seeds").value == 5
    assert len(app.button_group(key="activation").value) == 8


def test_the_axes_the_scales_and_the_smoothing_are_in_the_address(
    store: Store, finished: Finished
) -> None:
    experiment = Experiment(dataset="moons", activation=["relu", "tanh"], seed=[0, 1], epochs=2)
    app = _compare(job=finished(store, experiment), axis="seconds", smooth="3", scale="log")
    assert not app.exception
    (chart,) = app.get("vega_lite_chart")
    assert "smoothed" in chart.proto.spec
    assert "seconds of training" in chart.proto.spec
    assert '"type": "log"' in chart.proto.spec
    app.slider(key="job_smooth").set_value(1).run()
    assert "smooth" not in app.query_params
    (chart,) = app.get("vega_lite_chart")
    assert "smoothed" not in chart.proto.spec


def test_runs_can_be_put_together_by_one_setting(store: Store, finished: Finished) -> None:
    experiment = Experiment(
        dataset="moons", activation=["relu", "tanh"], learning_rate=[0.1, 0.01], seed=[0, 1]
    )
    app = _compare(job=finished(store, experiment))
    assert len(_board(app)) == 5
    app.selectbox(key="job_group").set_value("learning_rate").run()
    assert not app.exception
    assert [row[0] for row in _board(app)[1:]] == ["lr 0.1", "lr 0.01"]
    assert app.query_params["group"] == "learning_rate"
