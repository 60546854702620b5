"""Comparisons whose runs were deleted elsewhere: a sentence, and the way to train them again."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.experiment import Experiment
from core.report import EpochReport, Status
from core.sharing.links import encode
from core.store import Store

from .conftest import opened

MOONS = Experiment(dataset="moons", epochs=5, seed=[0, 1])
# A part of the shipped comparison.
SHIPPED = Experiment(dataset="mnist", activation=["relu", "tanh"], epochs=8, seed=[0, 1, 2])

Finished = Callable[..., str]


def _stopped(store: Store) -> str:
    """A job that was stopped at epoch 2."""
    job_id = store.submit(MOONS)
    store.start_job(job_id)
    for run_id in store.job(job_id).run_ids:
        store.write(EpochReport(run_id, n, n, float(n), 0.5, 0.5, 0.9, 0.8) for n in range(3))
    store.finish_job(job_id, Status.CANCELLED)
    return job_id


def _told(app: AppTest) -> list[str]:
    assert not app.exception
    return [said.value for said in (*app.error, *app.warning, *app.info)]


@pytest.mark.parametrize("fields", [False, True])
def test_a_tab_whose_stopped_job_lost_its_runs_says_so_once_and_offers_to_train_them(
    store: Store, *, fields: bool
) -> None:
    job_id = _stopped(store)
    app = opened("Compare", **encode(MOONS if fields else None, job=job_id))
    assert any("Stopped at epoch 2 of 5" in text.value for text in app.markdown)
    for run_id in store.job(job_id).run_ids:
        store.delete(run_id)
    app.run()
    assert _told(app) == [
        "The runs of this comparison were deleted: they can be trained again.",
    ]
    # The form says what they were.
    assert app.button(key="train").label == "Train"
    assert any(text.value.startswith("**Runs: 2 · about") for text in app.markdown)


@pytest.mark.parametrize("name", ["Layers", "Convergence", "Predictions"])
@pytest.mark.parametrize("fields", [False, True])
def test_pages_of_results_lead_to_the_form_where_a_jobs_runs_were_deleted(
    store: Store, finished: Finished, name: str, *, fields: bool
) -> None:
    job_id = finished(store, MOONS)
    for run_id in store.job(job_id).run_ids:
        store.delete(run_id)
    app = opened(name, **encode(MOONS if fields else None, job=job_id))
    assert _told(app) == [
        "The runs of this link are not on this server: they can be trained here.",
    ]


def test_a_stopped_job_that_lost_one_of_its_runs_can_be_resumed(store: Store) -> None:
    job_id = _stopped(store)
    store.delete(store.job(job_id).run_ids[0])
    app = opened("Compare", job=job_id)
    assert _told(app) == []
    app.button(key="resume").click().run()
    assert len(store.jobs()[0].run_ids) == 2


def test_what_of_a_job_was_deleted_is_counted(store: Store, finished: Finished) -> None:
    job_id = finished(store, MOONS)
    store.delete(store.job(job_id).run_ids[0])
    app = opened("Convergence", job=job_id)
    assert _told(app) == []
    assert "1 of the 2 runs of this link are not on this server." in [
        text.value for text in app.caption
    ]


def test_shipped_runs_that_were_deleted_from_the_store_are_shown_as_shipped(
    store: Store, finished: Finished
) -> None:
    job_id = finished(store, SHIPPED)
    for run_id in store.job(job_id).run_ids:
        store.delete(run_id)
    app = opened("Convergence", job=job_id)
    assert _told(app) == []
    assert any("have reached" in text.value for text in app.markdown)
