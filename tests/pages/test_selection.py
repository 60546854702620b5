"""What a link shows: from the store, from the shipped results, or as a form to be trained."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.experiment import Experiment
from core.report import EpochReport
from core.sharing import bundle
from core.sharing.links import encode, picked
from core.store import Store
from pages.shared import caches
from pages.shared.selection import of_job

MOONS = Experiment(
    name="Two moons", dataset="moons", activation=["relu", "tanh"], seed=[0, 1], epochs=2
)
ONE = Experiment(
    dataset="mnist", activation=["relu", "tanh"], epochs=8, seed=[0, 1, 2]
)  # a part of the shipped comparison

Finished = Callable[..., str]


@pytest.fixture(autouse=True)
def _no_other_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page made of a function has no pages beside it to link to."""
    monkeypatch.setattr("streamlit.page_link", lambda *_, **__: None)


def _probe() -> None:
    """A page that tells what it was given."""
    import streamlit as st

    from core.language import translator
    from pages.shared.binding import bound, bound_value, foreign
    from pages.shared.frame import draw_frame
    from pages.shared.selection import choose_runs

    draw_frame("Compare")
    _ = translator("en")
    chosen = choose_runs(_)
    baselines = ["relu", "tanh"]
    st.selectbox("baseline", baselines, **bound("baseline", "picked", baselines, "relu"))
    foreign("baseline", baselines, _)
    st.slider("epoch", 0, 9, **bound_value("epoch", "at", 4))
    run = chosen.runs["run_id"].iloc[0]
    st.json(
        {
            "name": chosen.name,
            "gallery": chosen.gallery,
            "job": chosen.job.id if chosen.job else None,
            "runs": list(chosen.runs["run_id"]),
            "absent": chosen.absent,
            "parameters": dict(chosen.parameters),
            "epochs": len(chosen.epochs()),
            "layers": len(chosen.layers(2)),
            "bins": len(chosen.histograms(2)),
            "kept": list(chosen.snapshot_epochs(run)),
        }
    )


def _open(**link: str) -> AppTest:
    app = AppTest.from_function(_probe, default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def _shown(app: AppTest) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(app.json[0].value)
    return told


def _ids(experiment: Experiment) -> list[str]:
    return [config.run_id for config in experiment.grid()]


@pytest.mark.usefixtures("store")
def test_without_a_link_the_shipped_comparison_is_shown() -> None:
    shown = _shown(_open())
    assert shown["gallery"] == "mnist-activations"
    assert len(shown["runs"]) == 40
    assert shown["epochs"] == 40 * 9
    assert shown["layers"] == 40 * 2


@pytest.mark.usefixtures("store")
def test_shipped_results_are_shown_by_their_name_and_unknown_names_are_a_sentence() -> None:
    assert _shown(_open(gallery="mnist-activations"))["name"]
    app = _open(gallery="nothing")
    assert "No shipped results named 'nothing'" in app.warning[0].value
    assert _shown(app)["gallery"] == "mnist-activations"


def test_a_job_is_shown_with_all_that_its_runs_reported(store: Store, finished: Finished) -> None:
    job_id = finished(store, MOONS)
    shown = _shown(_open(job=job_id))
    assert shown["job"] == job_id
    assert shown["name"] == "Two moons"
    assert shown["runs"] == _ids(MOONS)
    assert (shown["epochs"], shown["layers"], shown["bins"]) == (12, 8, 8 * 64)
    assert shown["parameters"] == encode(MOONS, job=job_id)


def test_a_link_of_another_server_is_shown_from_this_servers_store(
    store: Store, finished: Finished
) -> None:
    finished(store, MOONS)
    shown = _shown(_open(**encode(MOONS, job="0123456789abcdef")))
    assert shown["job"] is None
    assert shown["runs"] == _ids(MOONS)
    assert shown["name"] == "Two moons"


@pytest.mark.usefixtures("store")
def test_a_link_of_another_server_is_shown_from_the_shipped_results() -> None:
    shown = _shown(_open(**encode(ONE)))
    assert shown["gallery"] is None
    assert shown["runs"] == _ids(ONE)
    assert shown["epochs"] == 6 * 9


@pytest.mark.usefixtures("store")
def test_what_nobody_holds_leads_to_the_filled_form_and_trains_nothing(store: Store) -> None:
    app = _open(**encode(MOONS))
    assert app.info[0].value.startswith("The runs of this link are not on this server")
    assert not app.json
    assert store.jobs() == []


def test_runs_that_are_not_here_are_counted(store: Store, finished: Finished) -> None:
    finished(store, MOONS)
    more = Experiment(**MOONS.document() | {"seed": [0, 1, 2]})
    app = _open(**encode(more))
    assert _shown(app)["absent"] == 2
    assert any("2 of the 6 runs" in text.value for text in app.caption)


def test_runs_picked_by_hand_are_shown_in_their_order_from_store_and_gallery(
    store: Store, finished: Finished
) -> None:
    finished(store, MOONS)
    wanted = [_ids(MOONS)[3], _ids(ONE)[0], _ids(MOONS)[0]]
    shown = _shown(_open(runs=",".join(wanted)))
    assert shown["runs"] == wanted
    assert shown["epochs"] == 3 + 9 + 3


def test_a_link_to_picked_runs_holds_what_they_are(store: Store, finished: Finished) -> None:
    finished(store, MOONS)
    link = picked(store.runs().iloc[[0, 3]])
    assert _shown(_open(**link))["parameters"] == link


@pytest.mark.usefixtures("store")
def test_a_job_that_nobody_knows_is_a_sentence_and_the_shipped_comparison() -> None:
    app = _open(job="nope")
    assert "no job 'nope'" in app.warning[0].value
    assert _shown(app)["gallery"]


@pytest.mark.usefixtures("store")
def test_broken_parts_of_a_link_are_told_once_as_plain_text() -> None:
    link = {"gallery": "mnist-activations", "epoch": "x", "[a](http://b)": "1", "lang": "en"}
    app = _open(**link)
    assert len(app.warning) == 1
    assert app.warning[0].value.splitlines()[2:] == [
        "- epoch must be a whole number from 0 to 100000, not 'x'.",
        "- The link has '\\[a\\](http\\://b)', which is not known here.",
    ]


@pytest.mark.usefixtures("store")
def test_the_view_is_in_the_link_both_ways_and_first_values_are_left_out() -> None:
    app = _open(baseline="tanh", epoch="7")
    assert app.selectbox(key="picked").value == "tanh"
    assert app.slider(key="at").value == 7
    app.slider(key="at").set_value(5).run()
    assert app.query_params["epoch"] == "5"
    app.selectbox(key="picked").set_value("relu").run()
    assert "baseline" not in app.query_params
    # "Back" is another link, which the widgets follow.
    app.query_params["baseline"] = "tanh"
    del app.query_params["epoch"]
    app.run()
    assert app.selectbox(key="picked").value == "tanh"
    assert app.slider(key="at").value == 4


@pytest.mark.usefixtures("store")
def test_a_choice_that_this_page_has_not_is_told() -> None:
    app = _open(baseline="gelu")
    assert app.selectbox(key="picked").value == "relu"
    assert "gelu" in app.text[0].value


def test_the_ids_of_shipped_runs_are_those_of_their_experiment() -> None:
    experiment = bundle.specification("mnist-activations")
    assert caches.shipped_runs()["mnist-activations"] == set(_ids(experiment))


def test_runs_are_read_once_and_anew_when_they_have_reported(store: Store) -> None:
    job_id = store.submit(MOONS)
    store.start_job(job_id)
    run = MOONS.grid()[1].run_id
    before = of_job(store.job(job_id))
    assert of_job(store.job(job_id)).runs is before.runs
    store.write([EpochReport(run, n, n, float(n), 0.5, 0.5, 0.9, 0.9) for n in range(2)])
    after = of_job(store.job(job_id))
    assert after.state != before.state
    assert dict(zip(after.runs["run_id"], after.runs["epochs_done"], strict=True))[run] == 1
    assert len(after.epochs()) == 2


def test_labels_say_what_differs_among_the_runs_of_the_link(
    store: Store, finished: Finished
) -> None:
    shown = of_job(store.job(finished(store, MOONS))).runs
    assert shown["configuration"].tolist() == ["relu", "relu", "tanh", "tanh"]
