"""The form of Compare: choices, bad ones among them, and how it and the address fill each other."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from core.experiment import Experiment
from core.sharing.links import encode
from core.store import Store
from data import DATASETS
from data.tabular import table
from pages.shared import caches

from .conftest import opened

Finished = Callable[..., str]

_compare = partial(opened, "Compare")


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
def test_every_data_set_says_its_source_and_real_data_their_licence() -> None:
    app = _compare(lang="ja")
    for name, source in DATASETS.items():
        told = app.button(key=f"data_{name}").help
        assert "出典" in told
        assert source.citation in told
        assert ("ライセンス" in told) == (source.available is not None)
    wine = app.button(key="data_wine").help
    assert wine.endswith("(https://doi.org/10.24432/C5PC7J)。ライセンス: CC BY 4.0。")


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
