"""Pages run as scripts: what they say in each language, what bad input gets, what is kept."""

import re
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import InvalidExperiment, as_message
from core.experiment import Experiment
from core.report import Status
from core.sharing.links import encode
from core.store import Store
from data.tabular import table
from pages.shared import caches

ROOT = Path(__file__).resolve().parents[2]
COMPARE = "pages/Compare.py"

Finished = Callable[..., str]


def _compare(**link: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.switch_page(COMPARE)
    for name, value in link.items():
        app.query_params[name] = value
    return app.run()


def test_the_landing_page_opens_with_a_question_in_the_links_language() -> None:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    assert app.run().title[0].value == "Which activation learns MNIST fastest?"
    app.query_params["lang"] = "ja"
    assert app.run().title[0].value == "MNIST を最も速く学ぶ活性化関数は？"
    assert not app.exception


def _board(app: AppTest) -> list[list[str]]:
    """The cells of the leaderboard, its headings first."""
    texts = [element.proto.body for element in app.get("html")]
    (table,) = (text for text in texts if text.startswith('<table class="k-board"'))
    rows = re.findall(r"<tr.*?</tr>", table)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]
    return [[re.sub(r"<[^>]*>", "", cell) for cell in row] for row in cells]


@pytest.mark.usefixtures("store")
def test_an_unknown_language_in_the_link_is_english() -> None:
    assert _compare(lang="../../x").title[0].value == "What do you want to compare?"


@pytest.mark.usefixtures("store")
def test_the_number_of_runs_and_the_time_stand_beside_train_before_it_is_pressed() -> None:
    app = _compare()
    assert not app.exception
    assert app.button(key="train").label == "Train"
    told = [text.value for text in app.markdown if "Runs:" in text.value]
    assert told
    assert told[0].startswith("**Runs: 9 · about ")


@pytest.mark.usefixtures("store")
def test_choices_change_the_number_of_runs() -> None:
    app = _compare()
    app.button(key="data_moons").click().run()
    app.slider(key="seeds").set_value(2).run()
    assert any(text.value.startswith("**Runs: 6") for text in app.markdown)


@pytest.mark.usefixtures("store")
def test_a_combination_that_cannot_be_trained_is_a_sentence_and_no_button() -> None:
    app = _compare()
    app.button(key="data_wine").click().run()
    app.number_input(key="wine_train_samples").set_value(100_000).run()
    assert not app.exception
    assert len(app.warning) == 1
    assert "100" in app.warning[0].value
    assert all(button.key != "train" for button in app.button)


@pytest.mark.usefixtures("store")
def test_emptied_choices_are_a_sentence() -> None:
    app = _compare(lang="ja")
    app.button_group(key="activation").set_value([]).run()
    assert not app.exception
    assert "活性化関数" in app.warning[0].value
    assert "空のリスト" in app.warning[0].value


@pytest.mark.usefixtures("store")
def test_emptied_hidden_layers_are_a_sentence_and_not_a_network_without_any() -> None:
    app = _compare()
    app.multiselect(key="mnist_hidden").set_value([]).run()
    assert app.warning[0].value == "Hidden layers is an empty list; give at least one value."
    assert all(button.key != "train" for button in app.button)
    app.multiselect(key="mnist_hidden").set_value(["none"]).run()
    assert not app.warning
    assert app.button(key="train").label == "Train"


@pytest.mark.usefixtures("store")
def test_a_job_that_the_store_does_not_hold_is_a_sentence() -> None:
    app = _compare(job="nope")
    assert not app.exception
    assert len(app.warning) == 1


def test_a_store_that_cannot_be_opened_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KASSEI_STORE", f"sqlite:///{tmp_path / 'file' / 'store.sqlite'}")
    caches.store.clear()
    app = _compare()
    caches.store.clear()
    assert not app.exception
    assert len(app.error) == 1


def _spoil(store: Store) -> None:
    """Another program writes over the file of a store that is open."""
    path = Path(store.url.removeprefix("sqlite:///"))
    path.write_bytes(b"not a database" * max(1000, path.stat().st_size // 14))


def test_a_store_that_fails_when_train_is_pressed_is_one_sentence_and_choices_stay(
    store: Store,
) -> None:
    app = _compare()
    app.button_group(key="activation").set_value(["gelu"]).run()
    _spoil(store)
    app.button(key="train").click().run()
    assert not app.exception
    assert len(app.error) == 1
    assert app.button_group(key="activation").value == ["gelu"]
    app.slider(key="seeds").set_value(4).run()
    assert not app.exception
    assert len(app.error) == 1
    assert app.button_group(key="activation").value == ["gelu"]


def test_runs_that_are_picked_while_they_train_show_their_training(store: Store) -> None:
    job_id = store.submit(Experiment(dataset="moons", activation=["gelu", "silu"]))
    store.start_job(job_id)
    app = _compare(runs=store.job(job_id).run_ids[0])
    caches.trainer().close()
    assert not app.exception
    assert app.button_group(key="activation").value == ["gelu", "silu"]
    app.button(key="stop").click().run()
    assert not app.exception
    assert store.job(job_id).stop_asked


def test_on_a_public_page_only_who_began_a_training_can_stop_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KASSEI_PUBLIC", "1")
    job_id = store.submit(Experiment(dataset="moons"), "somebody else")
    store.start_job(job_id)
    app = _compare(job=job_id)
    caches.trainer().close()
    assert not app.exception
    assert [button.key for button in app.button if button.key == "stop"] == []


def test_a_store_that_fails_when_stop_is_pressed_is_one_sentence(store: Store) -> None:
    job_id = store.submit(Experiment(dataset="moons", activation="gelu"))
    store.start_job(job_id)
    app = _compare(job=job_id)
    caches.trainer().close()
    _spoil(store)
    app.button(key="stop").click().run()
    assert not app.exception
    assert len(app.error) == 1
    assert app.button_group(key="activation").value == ["gelu"]


def test_a_store_that_fails_between_two_reads_is_one_sentence(
    store: Store, finished: Finished
) -> None:
    experiment = Experiment(dataset="moons", activation=["relu", "tanh"], seed=[0, 1], epochs=2)
    app = _compare(job=finished(store, experiment))
    with closing(sqlite3.connect(store.url.removeprefix("sqlite:///"))) as connection, connection:
        # The job can be read, what it trained cannot.
        connection.execute("DROP TABLE layers")
        connection.execute("DROP TABLE epochs")
    caches.table.clear()
    app.run()
    assert not app.exception
    assert app.error
    assert app.button_group(key="activation").value == ["relu", "tanh"]


@pytest.mark.usefixtures("store")
def test_a_data_set_that_cannot_be_read_is_a_sentence_and_a_button_without_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sklearn").mkdir()
    (tmp_path / "sklearn" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sklearn", raising=False)
    caches.thumbnail.clear()
    table.cache_clear()
    app = _compare()
    caches.thumbnail.clear()
    assert not app.exception
    assert len(app.error) == 1
    assert "scikit-learn" in app.error[0].value
    assert app.button(key="data_wine").label == "wine"
    assert app.button(key="data_moons").label.startswith("![]")


def test_a_finished_job_shows_leaderboard_and_layers(store: Store, finished: Finished) -> None:
    experiment = Experiment(dataset="moons", activation=["relu", "tanh"], seed=[0, 1], epochs=2)
    app = _compare(job=finished(store, experiment))
    assert not app.exception
    assert _board(app) == [
        ["configuration", "test accuracy", "against relu", "until 80 %"],
        ["relu", "82.00 % ±0.00", "baseline", "epoch 0 · 0.00\xa0s"],
        ["tanh", "82.00 % ±0.00", "0.00 ±0.00", "epoch 0 · 0.00\xa0s"],
    ]
    assert any("layers" in text.value for text in app.subheader)
    app.selectbox(key="job_baseline").set_value("tanh").run()
    assert "against tanh" in _board(app)[0]
    assert app.query_params["baseline"] == "tanh"


def test_divergence_is_told_and_counted(store: Store, finished: Finished) -> None:
    experiment = Experiment(dataset="moons", activation=["relu", "tanh"], seed=0, epochs=2)
    app = _compare(job=finished(store, experiment, Status.FINISHED, Status.DIVERGED))
    assert not app.exception
    assert "tanh (1 of 1 seeds, first at update 7)" in app.warning[0].value
    assert "1 of 1 diverged" in _board(app)[2]


def test_a_failed_job_says_why(store: Store) -> None:
    job_id = store.submit(Experiment(dataset="moons"))
    store.start_job(job_id)
    store.finish_job(job_id, Status.FAILED, "The disk is full.")
    app = _compare(job=job_id)
    assert not app.exception
    assert app.error[0].value == "Training failed: The disk is full."


def test_a_failed_job_says_why_in_the_readers_language(store: Store) -> None:
    job_id = store.submit(Experiment(dataset="moons"))
    store.start_job(job_id)
    lost = InvalidExperiment("{field} is an empty list; give at least one value.", field="seed")
    store.finish_job(job_id, Status.FAILED, as_message(lost))
    app = _compare(job=job_id, lang="ja")
    assert not app.exception
    assert "空のリスト" in app.error[0].value
    assert "seed" in app.error[0].value


def test_a_stopped_job_says_so(store: Store) -> None:
    job_id = store.submit(Experiment(dataset="moons"))
    store.ask_stop(job_id)
    app = _compare(job=job_id)
    assert any(text.value.startswith("**Stopped at epoch 0 of ") for text in app.markdown)


def test_the_form_shows_what_a_linked_job_compared(store: Store) -> None:
    experiment = Experiment(
        dataset="sine",
        activation=["tanh", "leaky_relu(0.3)"],
        learning_rate=[0.002, 0.1],
        hidden=[[8, 8], []],
        loss="huber(2)",
        output="linear",
        l1=0.5,
        optimizer="momentum",
        seed=[0, 1],
        epochs=2,
        noise=0.3,
    )
    job_id = store.submit(experiment)
    store.ask_stop(job_id)
    app = _compare(job=job_id)
    assert not app.exception
    assert app.button_group(key="activation").value == ["tanh", "leaky_relu(0.3)"]
    assert app.button_group(key="sine_loss").value == ["huber(2)"]
    assert app.multiselect(key="sine_learning_rate").value == ["0.002", "0.1"]
    assert app.multiselect(key="sine_hidden").value == ["8, 8", "none"]
    assert app.multiselect(key="sine_optimizer").value == ["momentum"]
    assert app.number_input(key="sine_noise").value == 0.3
    # The form says the very runs of the job, and another output would be others.
    assert app.multiselect(key="sine_output").value == ["linear"]
    assert app.multiselect(key="sine_l1").value == ["0.5"]
    assert [b.key for b in app.button if b.key in ("train", "resume")] == ["resume"]


def test_the_form_keeps_the_parameter_of_a_data_set_and_seeds_of_ones_own(
    store: Store, finished: Finished
) -> None:
    experiment = Experiment(dataset="noise(7)", activation="tanh", seed=[5, 6], epochs=2)
    app = _compare(job=finished(store, experiment))
    assert not app.exception
    # The form says the job's runs: there is nothing else to train.
    assert all(button.key != "train" for button in app.button)
    assert app.multiselect(key="own_seeds").value == ["5", "6"]
    assert app.button(key="data_noise").label.endswith("noise(7)")
    assert not app.info
    app.button(key="data_noise").click().run()
    assert app.button(key="data_noise").label.endswith(" noise")
    app.multiselect(key="own_seeds").set_value([]).run()
    app.run()
    assert app.slider(key="seeds").value == 2
    assert not app.exception


def test_what_the_form_cannot_hold_is_told(store: Store) -> None:
    experiment = Experiment(dataset="moons", epochs=[2, 3], test_samples=77, noise=50)
    job_id = store.submit(experiment)
    store.ask_stop(job_id)
    app = _compare(job=job_id)
    assert not app.exception
    assert app.number_input(key="moons_noise").value == 50
    assert any(text.value.endswith("one value of epochs, test samples.") for text in app.info)


@pytest.mark.usefixtures("store")
def test_what_a_visitor_chose_stays_when_other_choices_change() -> None:
    app = _compare()
    app.button_group(key="activation").set_value(["gelu"]).run()
    app.button(key="data_moons").click().run()
    app.slider(key="seeds").set_value(5).run()
    assert app.button_group(key="activation").value == ["gelu"]
    assert any(text.value.startswith("**Runs: 5") for text in app.markdown)


def test_the_address_holds_the_experiment_once_it_is_submitted(store: Store) -> None:
    experiment = Experiment(dataset="moons", activation=["relu", "gelu"], seed=[0, 1], epochs=2)
    app = _compare(lang="ja", **encode(experiment))
    assert app.button_group(key="activation").value == ["relu", "gelu"]
    app.button(key="train").click().run()
    assert not app.exception
    (job,) = store.jobs(limit=1)
    assert dict(app.query_params) == {"lang": "ja", **encode(experiment, job=job.id)}


def test_a_link_of_another_server_fills_the_form_and_trains_nothing(store: Store) -> None:
    experiment = Experiment(dataset="sine", activation="tanh", hidden=[[8], [9, 9]], seed=[4])
    app = _compare(**encode(experiment, job="0123456789abcdef"))
    assert not app.exception
    assert not app.warning
    assert app.multiselect(key="sine_hidden").value == ["8", "9, 9"]
    assert app.multiselect(key="own_seeds").value == ["4"]
    assert app.button(key="train").label == "Train"
    assert store.jobs() == []


@pytest.mark.usefixtures("store")
def test_what_is_chosen_is_in_the_address_and_back_undoes_it() -> None:
    app = _compare(lang="en")
    assert dict(app.query_params) == {"lang": "en"}
    app.button(key="data_moons").click().run()
    app.slider(key="seeds").set_value(2).run()
    said = dict(app.query_params)
    assert said["dataset"] == "moons"
    assert said["seed"] == "0,1"
    assert said["activation"] == "relu,tanh,sigmoid"
    app.query_params["seed"] = "0-2"
    app.run()
    assert app.slider(key="seeds").value == 3
    assert dict(app.query_params) == {**said, "seed": "0-2"}
    for name in set(said) - {"lang"}:
        del app.query_params[name]
    app.run()
    assert not app.exception
    assert app.button(key="data_mnist").label.endswith(" mnist")
    assert dict(app.query_params) == {"lang": "en"}


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


@pytest.mark.usefixtures("store")
def test_a_parameter_is_typed_beside_the_choices_and_nonsense_stays_in_the_field() -> None:
    app = _compare()
    app.text_input(key="activation_typed").set_value("leaky_relu(0.1), elu").run()
    assert app.button_group(key="activation").value == [
        "relu", "tanh", "sigmoid", "leaky_relu(0.1)", "elu",
    ]  # fmt: skip
    assert app.text_input(key="activation_typed").value == ""
    assert app.query_params["activation"] == "relu,tanh,sigmoid,leaky_relu(0.1),elu"
    app.text_input(key="activation_typed").set_value("wavy(3)").run()
    assert not app.exception
    assert "Unknown activation 'wavy(3)'" in app.error[0].value
    assert app.text_input(key="activation_typed").value == "wavy(3)"
    assert len(app.button_group(key="activation").value) == 5
    app.text_input(key="mnist_loss_typed").set_value("huber(2)").run()
    assert app.button_group(key="mnist_loss").value == ["cross_entropy", "huber(2)"]
