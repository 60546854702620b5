"""Resume and Train longer: what they say before they are pressed, and what they then submit."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.document import from_yaml
from core.engine.company import company
from core.engine.plan import blocks
from core.experiment import Experiment
from core.jobs.estimate import Estimate
from core.report import BlockState, EpochReport, RunEnd, Status
from core.store import Store
from pages.shared.continuing import _how

from .conftest import opened

FIELDS: dict[str, Any] = {"dataset": "moons", "activation": ["relu", "tanh"], "seed": [0]}

Finished = Callable[..., str]


_compare = partial(opened, "Compare")


def _stand(store: Store, experiment: Experiment, epoch: int) -> None:
    """As if a trainer had kept where the runs stand."""
    (block,) = blocks(experiment.grid())
    run_ids = tuple(config.run_id for config in block.configs)
    store.states.keep(BlockState(company(block), epoch, run_ids, b"state"))


def _stopped(store: Store, *epochs: int) -> str:
    """A job that was stopped when its runs had so many epochs."""
    job_id = store.submit(Experiment(**FIELDS, epochs=5))
    store.start_job(job_id)
    for run_id, last in zip(store.job(job_id).run_ids, epochs, strict=True):
        store.write(
            EpochReport(run_id, epoch, epoch, float(epoch), 0.5, 0.5, 0.9, 0.8)
            for epoch in range(last + 1)
        )
    store.finish_job(job_id, Status.CANCELLED)
    return job_id


def _told(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.markdown, *app.caption, *app.info))


def test_a_stopped_job_says_where_it_stands_and_resume_submits_it_again(store: Store) -> None:
    job_id = _stopped(store, 2, 2)
    app = _compare(job=job_id)
    assert not app.exception
    assert "Stopped at epoch 2 of 5 · about" in _told(app)
    assert "where it stood is not kept any more" in _told(app)
    assert all(button.key != "train" for button in app.button)
    _stand(store, Experiment(**FIELDS, epochs=5), 2)
    app.run()
    assert "Goes on from epoch 2" in _told(app)
    # A link never starts anything by itself.
    assert len(store.jobs()) == 1
    app.button(key="resume").click().run()
    again = app.query_params["job"]
    assert again != job_id
    assert store.job(again).run_ids == store.job(job_id).run_ids
    assert store.job(again).status == Status.QUEUED
    assert store.job(again).epochs_done == 4
    assert set(store.runs(store.job(again).run_ids)["epochs_done"]) == {2}


def test_runs_that_stand_at_different_epochs_are_told_as_a_range(store: Store) -> None:
    job_id = _stopped(store, 1, 3)
    assert "Stopped at epochs 1 to 3 of 5" in _told(_compare(job=job_id))
    store.write([RunEnd(store.job(job_id).run_ids[1], Status.FINISHED)])
    japanese = _told(_compare(job=job_id, lang="ja"))
    assert "エポック 1 / 5 で停止 · 2 件中 1 件の実行は終了済み" in japanese


def test_what_was_stopped_before_its_first_epoch_speaks_of_no_state(store: Store) -> None:
    job_id = store.submit(Experiment(**FIELDS, epochs=5))
    store.ask_stop(job_id)
    app = _compare(job=job_id)
    assert not app.exception
    assert "Stopped at epoch 0 of 5" in _told(app)
    assert "kept any more" not in _told(app)
    assert "trained until then" not in _told(app)
    layers = opened("Layers", job=job_id, lang="ja")
    assert not layers.exception
    assert "訓練が始まる前に停止しました。" in _told(layers)


def test_another_choice_in_the_form_is_trained_beside_what_can_be_resumed(store: Store) -> None:
    app = _compare(job=_stopped(store, 2, 2))
    app.number_input(key="moons_epochs").set_value(9).run()
    assert {"train", "resume"} <= {button.key for button in app.button}


def test_a_finished_job_is_trained_longer_twice_as_long_unless_said(
    store: Store, finished: Finished
) -> None:
    experiment = Experiment(name="Long?", **FIELDS, epochs=2)
    job_id = finished(store, experiment)
    _stand(store, experiment, 2)
    app = _compare(job=job_id)
    assert not app.exception
    field = app.number_input(key="longer_2")
    assert field.value == 4
    assert "Goes on from epoch 2" in _told(app)
    app.number_input(key="longer_2").set_value(7).run()
    app.button(key="train_longer").click().run()
    job = store.job(app.query_params["job"])
    asked = from_yaml(job.document)
    assert {config.epochs for config in asked.grid()} == {7}
    assert asked.name == "Long?"
    assert app.number_input(key="moons_epochs").value == 7
    assert app.query_params["epochs"] == "7"


def test_another_training_keeps_the_curve_and_the_axes_that_were_chosen(
    store: Store, finished: Finished
) -> None:
    job_id = finished(store, Experiment(**FIELDS, epochs=2))
    looks = {"curve": "train_loss", "scale": "log", "xscale": "log", "axis": "updates"}
    # Of the runs that are shown, and of none of the next.
    app = _compare(job=job_id, lang="ja", baseline="tanh", epoch="1", **looks)
    app.button(key="train_longer").click().run()
    assert not app.exception
    said = dict(app.query_params.items())
    assert said["job"] != job_id
    assert looks.items() | {("lang", "ja")} <= said.items()
    assert not {"baseline", "epoch"} & said.keys()


def test_where_training_longer_begins_anew_it_says_why(store: Store, finished: Finished) -> None:
    job_id = finished(store, Experiment(**FIELDS, epochs=2))
    app = _compare(job=job_id)
    assert "From the start: where it ended is not kept any more" in _told(app)
    # It is kept, but a training of that length is compiled.
    _stand(store, Experiment(**FIELDS, epochs=2), 2)
    app.number_input(key="longer_2").set_value(2000).run()
    assert "so many epochs are computed in another way" in _told(app)
    cosine = finished(store, Experiment(**FIELDS, epochs=2, schedule="cosine"))
    told = _told(_compare(job=cosine, lang="ja"))
    assert "学習率スケジュールがエポック数で決まるため" in told


def test_what_is_too_long_is_refused_as_on_submit_and_nothing_is_lost(
    store: Store, finished: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KASSEI_PUBLIC", "1")
    job_id = finished(store, Experiment(**FIELDS, train_samples=100_000, batch_size=1, epochs=2))
    app = _compare(job=job_id)
    app.number_input(key="longer_2").set_value(500).run()
    app.button(key="train_longer").click().run()
    assert not app.exception
    assert len(app.error) == 1
    assert "about" in app.error[0].value
    assert len(store.jobs()) == 1
    assert app.query_params["job"] == job_id


def test_lengths_that_are_compared_and_shipped_runs_are_not_trained_longer(
    store: Store, finished: Finished
) -> None:
    job_id = finished(store, Experiment(**FIELDS, epochs=[2, 3]))
    for app in (_compare(job=job_id), _compare(gallery="mnist-activations")):
        assert not app.exception
        assert all(button.key != "train_longer" for button in app.button)


@pytest.mark.parametrize("epochs", [-5, 0, 2, 501])
def test_a_length_out_of_range_is_refused_in_words_and_trains_nothing(
    store: Store, finished: Finished, monkeypatch: pytest.MonkeyPatch, epochs: int
) -> None:
    """Typed and pressed at once, too: the number before it is not what was asked for."""
    monkeypatch.setenv("KASSEI_PUBLIC", "1")
    app = _compare(job=finished(store, Experiment(**FIELDS, epochs=2)), lang="ja")
    app.number_input(key="longer_2").set_value(epochs)
    app.button(key="train_longer").click().run()
    words = "エポック数の合計は 2 より多く、500 以下にしてください。"
    # Said once, beside the field.
    assert [told.value for told in (*app.error, *app.warning)] == [words]
    assert words not in _told(app)
    assert app.number_input(key="longer_2").value == epochs
    assert len(store.jobs()) == 1


@pytest.mark.parametrize(
    ("going_on", "after", "told"),
    [
        (8, (5,), "Goes on from epoch 5"),
        (8, (4, 5), "All runs go on from where they stand"),
        (6, (4, 5), "6 of 8 runs go on from where they stand, the others begin anew."),
        (0, (), "anew"),
    ],
)
def test_who_goes_on_is_told_as_it_is(going_on: int, after: tuple[int, ...], told: str) -> None:
    assert told in _how(Estimate(8, 8, 1.0, going_on, after), "anew", str)
