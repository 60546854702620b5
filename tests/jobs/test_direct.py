"""Training from Python: frames, models, stopping, and what is left when training fails."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from core import Experiment, train
from core.engine.company import company
from core.engine.plan import blocks
from core.engine.processors import processors
from core.engine.start import LEVEL, THREADS
from core.errors import DataUnavailable, InvalidExperiment, UnknownRun
from core.jobs import Results
from core.jobs.direct import ENGINES
from core.report import EpochReport
from core.store import Store
from data import load, mnist

from .conftest import ROOT, same_numbers


@pytest.fixture(scope="module")
def results() -> Results:
    """The contract's example, smaller."""
    return train(
        Experiment(
            dataset="moons",
            activation=["relu", "prelu"],
            learning_rate=[0.01, 0.1],
            seed=[0, 1],
            epochs=3,
        )
    )


def test_results_are_a_row_a_run_epoch_and_layer(results: Results) -> None:
    assert len(results.runs) == 2 * 2 * 2
    assert len(results.epochs) == 8 * 4
    assert len(results.layers) == 8 * 4 * 2
    assert set(results.runs["status"]) == {"finished"}
    assert "test_r2" not in results.epochs


def test_a_trained_model_scores_what_was_reported(results: Results) -> None:
    for run in results.runs.to_dict("records"):
        model = results.model(run["run_id"])
        found = load("moons", seed=run["seed"])
        scores = model.predict(found.x_test, verbose=0)
        assert np.mean(scores.argmax(axis=1) == found.y_test) == pytest.approx(
            run["test_accuracy"], abs=1e-6
        )
        # Compiled, it evaluates as any Keras model does.
        model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        loss, accuracy = model.evaluate(found.x_test, found.y_test, verbose=0)
        assert accuracy == pytest.approx(run["test_accuracy"], abs=1e-6)
        assert loss == pytest.approx(run["test_loss"], rel=1e-5)


def test_an_unknown_run_has_no_model(results: Results) -> None:
    with pytest.raises(UnknownRun, match="0123"):
        results.model("0123")


def test_the_same_experiment_twice_is_the_same_to_the_last_bit(results: Results) -> None:
    experiment = Experiment(
        dataset="moons",
        activation=["relu", "prelu"],
        learning_rate=[0.01, 0.1],
        seed=[0, 1],
        epochs=3,
    )
    again = train(experiment)
    same_numbers(again.epochs, results.epochs)
    same_numbers(again.layers, results.layers)


def test_what_the_store_holds_is_not_trained_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kassei.sqlite"
    seen: list[str] = []

    def watch(reports: object) -> None:
        seen.extend(r.run_id for r in reports if isinstance(r, EpochReport))  # type: ignore[attr-defined]

    first = train(Experiment(dataset="moons", seed=[0, 1], epochs=0), store=url, watch=watch)
    assert sorted(seen) == sorted(first.run_ids)
    seen.clear()
    more = train(Experiment(dataset="moons", seed=[1, 2], epochs=0), store=url, watch=watch)
    assert seen == [more.run_ids[1]]
    assert len(more.runs) == 2


def test_stopping_ends_every_run_that_was_not_trained(tmp_path: Path) -> None:
    """Blocks: those that train side by side are cancelled on their way, others before it."""
    waiting = processors() + 1
    hidden = [[4 + more] for more in range(waiting)]
    experiment = Experiment(dataset="moons", hidden=hidden, epochs=50)
    done = 0

    def watch(reports: object) -> None:
        nonlocal done
        done += 1

    results = train(experiment, stop=lambda: done >= 3, watch=watch)
    runs = results.runs
    assert list(runs["status"]) == ["cancelled"] * waiting
    told = results.epochs.groupby("run_id")["epoch"].max()
    assert runs["run_id"].iloc[-1] not in told
    assert told.max() >= 1
    assert len(results.epochs) == (told + 1).sum()


def test_where_a_block_stands_on_its_way_is_kept_on_its_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not when it ends: a process that is killed has trained for hours, and memory is bounded."""
    from core.engine import training

    monkeypatch.setattr(training, "_KEEP_SECONDS", 0.0)
    held: list[int] = []
    with Store.open(f"sqlite:///{tmp_path}/kassei.sqlite") as store:
        experiment = Experiment(dataset="moons", epochs=24)
        companies = [company(block) for block in blocks(experiment.grid())]

        def watch(_: object) -> None:
            held.extend(max(found) for found in store.states.standing(companies).values())

        train(experiment, store=store, watch=watch)
    assert held == sorted(held)
    # Several epochs may be written together.
    assert held[0] < 12


def test_a_failure_is_raised_and_kept_with_every_run_it_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KASSEI_MNIST", str(tmp_path / "none.npz"))
    with Store.open("sqlite://") as store:
        with pytest.raises(DataUnavailable, match=r"none\.npz"):
            train(Experiment(dataset=["moons", "mnist"], epochs=1), store=store)
        runs = store.runs()
        assert dict(zip(runs["dataset"], runs["status"], strict=True)) == {
            "moons": "finished",
            "mnist": "failed",
        }
        # Once the reason is gone, it is trained as if nothing had been.
        assert "none.npz" in store.provenance()["message"].str.cat()


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(InvalidExperiment, match="valid are stacked, keras"):
        train(Experiment(dataset="moons"), engine="turbo")


QUIET = """
import os
from core.engine.start import start
start()
import tensorflow
os.write(2, b"an error of the system\\n")
print(os.environ["KERAS_BACKEND"])
"""


def test_tensorflow_starts_without_its_news_and_on_its_own_backend() -> None:
    said = subprocess.run(
        [sys.executable, "-c", QUIET],
        cwd=ROOT,
        env={"PATH": "", "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stderr == "an error of the system\n"
    assert said.stdout == "tensorflow\n"


THREADED = """
import os, sys
from core.engine.start import start
start(one_thread="one" in sys.argv)
print(os.environ.get("TF_NUM_INTRAOP_THREADS"))
"""


@pytest.mark.parametrize(
    ("wish", "environment", "threads"),
    [
        ("one", {}, "1"),
        ("one", {LEVEL: "3"}, "1"),
        ("one", {THREADS: "3"}, "3"),
        ("all", {}, "None"),
    ],
)
def test_operations_have_one_thread_each_unless_the_user_says_otherwise(
    wish: str, environment: dict[str, str], threads: str
) -> None:
    said = subprocess.run(
        [sys.executable, "-c", THREADED, wish],
        cwd=ROOT,
        env={"PATH": "", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == f"{threads}\n"


ALONE = """
import sys
from core.engine.start import start
start(alone=True)
kept = {"pandas", "sklearn", "scipy.sparse", "h5py"} & set(sys.modules)
import keras, pandas, sklearn.base, scipy.sparse, h5py
print(sorted(kept), keras.ops.shape(pandas.DataFrame({"x": [1.0]}).to_numpy()))
"""


@pytest.mark.parametrize("environment", [{}, {LEVEL: "2"}], ids=["quiet", "as loud as asked"])
def test_a_process_of_our_own_starts_keras_without_what_it_has_for_others(
    environment: dict[str, str],
) -> None:
    """What others import later is there as ever."""
    said = subprocess.run(
        [sys.executable, "-c", ALONE],
        cwd=ROOT,
        env={"PATH": "", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert environment or said.stderr == ""
    assert said.stdout == "[] (1, 1)\n"


def test_what_is_wrong_with_tensorflow_is_shown(tmp_path: Path) -> None:
    (tmp_path / "keras.py").write_text(
        "import os; os.write(2, b'I0000 00:00 news\\nE0000 00:00 broken\\n'); 1 / 0"
    )
    said = subprocess.run(
        [sys.executable, "-c", QUIET],
        cwd=ROOT,
        env={"PATH": "", "PYTHONPATH": f"{tmp_path}:{ROOT}", "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
    )
    assert said.stderr.startswith("E0000 00:00 broken\n")
    assert "ZeroDivisionError" in said.stderr


def test_samples_that_cannot_be_read_are_told_once_and_none_are_kept_after_a_stop(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """They are read before any block begins: not by each of them again, which may take a minute."""
    asked: list[str] = []
    named = mnist.named_file

    def name() -> Path | None:
        asked.append(threading.current_thread().name)
        return named()

    whole = Experiment(dataset="mnist", hidden=[4], seed=list(range(3)), epochs=1)
    read: list[int] = []

    def stop() -> bool:
        read.append(mnist._parsed.cache_info().currsize)
        return max(read) > 0

    train(whole, stop=stop)
    assert max(read) == 1
    assert mnist._parsed.cache_info().currsize == 0
    monkeypatch.setattr(mnist, "named_file", name)
    monkeypatch.setenv("KASSEI_MNIST", str(tmp_path / "gone.npz"))
    with pytest.raises(DataUnavailable, match="gone"):
        train(whole)
    assert len(asked) == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_r2_of_targets_that_are_all_alike_is_not_defined(engine: str) -> None:
    """One test sample: no run is the best, and none is infinitely bad."""
    experiment = Experiment(dataset="diabetes", test_samples=1, hidden=[4], epochs=1)
    results = train(experiment, engine=engine)
    runs = results.store.runs(results.run_ids)
    assert runs["test_r2"].isna().all()
    assert runs["best_epoch"].isna().all()
    assert np.isfinite(runs["train_r2"]).all()
    assert np.isfinite(runs["test_mae"]).all()
