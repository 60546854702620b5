"""The page Predictions as a script: surfaces, confusions, drawings, fits, or why none."""

import base64
import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.experiment import Experiment
from core.report import Status
from core.store import Store
from pages.shared import caches, sheet

from .conftest import drawn_up, opened

CHART = "vega_lite_chart"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    caches.answers.clear()
    caches.weights.clear()


def _page(**link: str) -> AppTest:
    app = opened("Predictions", **link)
    assert not app.exception
    return app


def test_surfaces_of_every_configuration_follow_the_epoch_of_the_link(store: Store) -> None:
    runs = drawn_up(
        store,
        Experiment(dataset="moons", activation=["relu", "tanh", "elu"], seed=[0, 1], epochs=3),
    )
    app = _page(runs=runs, epoch="2")
    assert len(app.get(CHART)) == 3
    # The two hidden layers of one of them, once somebody looks.
    app.session_state["predictions_inside"] = True
    app.run()
    assert len(app.get(CHART)) == 5
    assert app.select_slider(key="predictions_epoch").value == 2
    app.select_slider(key="predictions_epoch").set_value(0).run()
    assert not app.exception
    assert app.query_params["epoch"] == "0"
    app.selectbox(key="predictions_seed").set_value(1).run()
    assert not app.exception
    assert len(app.get(CHART)) == 5


def test_play_goes_through_the_epochs_and_ends_at_the_last(store: Store) -> None:
    runs = drawn_up(store, Experiment(dataset="circles", epochs=2))
    app = _page(runs=runs, epoch="0")
    app.button(key="predictions_play").click().run()
    assert not app.exception
    assert not app.select_slider
    app.run().run().run()
    assert not app.exception
    assert app.select_slider(key="predictions_epoch").value == 2


@pytest.mark.parametrize("dataset", ["blobs", "hill"])
def test_more_classes_and_targets_have_their_surfaces(store: Store, dataset: str) -> None:
    app = _page(runs=drawn_up(store, Experiment(dataset=dataset, epochs=1)))
    app.session_state["predictions_inside"] = True
    app.run()
    assert not app.exception
    assert len(app.get(CHART)) == (3 if dataset == "blobs" else 4)


def test_a_network_that_diverged_is_drawn_and_said_to_have(store: Store) -> None:
    app = _page(runs=drawn_up(store, Experiment(dataset="moons", epochs=1), Status.DIVERGED))
    assert "diverged; test accuracy" in app.get(CHART)[0].proto.spec


def test_who_ended_early_does_not_hold_the_others_back_and_says_its_epoch(store: Store) -> None:
    experiment = Experiment(dataset="moons", activation=["relu", "tanh", "elu"], epochs=4)
    endings = (Status.FINISHED, Status.DIVERGED, Status.CANCELLED)
    app = _page(runs=drawn_up(store, experiment, *endings, early=2))
    assert app.select_slider(key="predictions_epoch").value == 4
    relu, tanh, elu = (chart.proto.spec for chart in app.get(CHART))
    assert '"test accuracy 50.00 %"' in relu
    assert "diverged; epoch 1: test accuracy" in tanh
    assert "stopped; epoch 1: test accuracy" in elu
    # At an epoch that all have none needs to say which.
    app.select_slider(key="predictions_epoch").set_value(1).run()
    assert not any(re.search(r"epoch \d", chart.proto.spec) for chart in app.get(CHART))


def test_one_epoch_alone_is_named(store: Store) -> None:
    endings = (Status.DIVERGED, Status.DIVERGED)
    experiment = Experiment(dataset="moons", activation=["relu", "tanh"], epochs=3)
    app = _page(runs=drawn_up(store, experiment, *endings))
    assert not app.select_slider
    assert "At epoch 0, before training." in [line.value for line in app.caption]


@pytest.mark.parametrize("dataset", ["sine", "digits"])
def test_fits_and_confusions_say_who_diverged(store: Store, dataset: str) -> None:
    experiment = Experiment(dataset=dataset, activation=["relu", "tanh"], epochs=2)
    app = _page(runs=drawn_up(store, experiment, Status.FINISHED, Status.DIVERGED))
    said = [chart.proto.spec for chart in app.get(CHART) if "diverged" in chart.proto.spec]
    assert len(said) == 1
    told = "Ended early, and so shown by their last kept weights: tanh."
    assert (told in [line.value.replace("\\", "") for line in app.caption]) == (dataset == "sine")


def test_what_has_no_weights_says_whether_it_may_have_them_yet(store: Store) -> None:
    experiment = Experiment(dataset="moons", activation=["relu", "tanh", "elu"], epochs=2)
    endings = (Status.FINISHED, Status.DIVERGED, Status.CANCELLED)
    app = _page(runs=drawn_up(store, experiment, *endings, early=0))
    told = [line.value.replace("\\", "") for line in app.caption]
    assert "Diverged before weights were kept, and so not shown: tanh." in told
    assert "Ended before weights were kept, and so not shown: elu." in told


def test_images_have_confusions_the_digits_that_differ_and_a_sheet(store: Store) -> None:
    experiment = Experiment(dataset="digits", activation=["relu", "tanh"], seed=[0, 1], epochs=1)
    app = _page(runs=drawn_up(store, experiment))
    assert len(app.get(CHART)) == 4
    assert any("The most frequent mistake" in text.value for text in app.markdown)
    assert any("alone is right" in text.value for text in app.markdown)
    assert "Draw a digit" in app.info[0].value


def test_a_drawing_is_answered_by_every_configuration(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    stroke = np.zeros((56, 56), np.float32)
    stroke[10:45, 25:30] = 1
    monkeypatch.setattr("pages.shared.own_digit.draw_sheet", lambda key, _: stroke)
    experiment = Experiment(dataset="digits", activation=["relu", "tanh"], seed=[0, 1], epochs=1)
    app = _page(runs=drawn_up(store, experiment))
    assert any("configurations answer" in text.value for text in app.markdown)
    assert len(app.get(CHART)) == 5


def test_mnist_is_tested_without_its_training_images(store: Store) -> None:
    from data import mnist

    mnist._parsed.cache_clear()
    experiment = Experiment(dataset="mnist", activation=["relu", "tanh"], hidden=[[8]], epochs=1)
    app = _page(runs=drawn_up(store, experiment))
    assert len(app.get(CHART)) == 4
    assert mnist._parsed.cache_info().currsize == 0


def test_tables_have_confusions_and_no_sheet(store: Store) -> None:
    app = _page(lang="ja", runs=drawn_up(store, Experiment(dataset="breast_cancer", epochs=1)))
    assert len(app.get(CHART)) == 1
    assert "悪性" in app.get(CHART)[0].proto.spec or app.get(CHART)[0].proto.datasets


@pytest.mark.parametrize(("dataset", "charts"), [("sine", 3), ("diabetes", 2)])
def test_regressions_have_residuals_and_curves_where_one_input_allows(
    store: Store, dataset: str, charts: int
) -> None:
    outliers = {"outliers": 0.1} if dataset == "sine" else {}
    runs = drawn_up(store, Experiment(dataset=dataset, loss=["mse", "mae"], epochs=1, **outliers))
    app = _page(runs=runs)
    assert len(app.get(CHART)) == charts
    told = [text.value for text in app.markdown]
    assert any("outliers all lie on one side" in text for text in told) == (dataset == "sine")


def test_two_data_sets_are_shown_one_at_a_time(store: Store) -> None:
    runs = drawn_up(store, Experiment(dataset=["moons", "diabetes"], loss="mse", epochs=1))
    app = _page(runs=runs)
    app.selectbox(key="predictions_dataset").set_value("diabetes").run()
    assert not app.exception
    assert len(app.get(CHART)) == 1


def test_runs_without_weights_say_why(store: Store) -> None:
    waiting = Experiment(dataset="moons", epochs=1)
    store.add_runs(waiting.grid(), "", "stacked")
    assert "Still in training" in _page(runs=waiting.grid()[0].run_id).info[0].value
    failed = drawn_up(store, Experiment(dataset="xor", epochs=1), Status.FAILED)
    assert "ended before any weights" in _page(runs=failed).warning[0].value


def test_a_run_in_training_shows_what_it_has_so_far(store: Store) -> None:
    app = _page(runs=drawn_up(store, Experiment(dataset="moons", epochs=2), Status.RUNNING))
    assert len(app.get(CHART)) == 1


@pytest.mark.usefixtures("store")
def test_a_link_with_nonsense_never_breaks_the_page() -> None:
    for link in ({"runs": "x"}, {"runs": "0" * 16}, {"job": "y"}, {"epoch": "-1"}):
        _page(**link)


def test_what_is_no_drawing_is_none() -> None:
    for text in (None, 7, "", "no base64!", base64.b64encode(b"short").decode()):
        assert sheet.ink(text) is None
    full = sheet.ink(base64.b64encode(bytes([255]) * 56 * 56).decode())
    assert full is not None
    assert (full.shape, full.min()) == ((56, 56), 1.0)
