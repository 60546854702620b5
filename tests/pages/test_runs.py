"""The page Runs as a script: what is found, picked, named, tagged, exported and deleted."""

import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.experiment import Experiment
from core.report import EpochReport, RunEnd, Status
from core.store import Query, Store
from pages.shared import caches
from pages.shared.run_labels import zipped

from .conftest import opened, page


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty store that the page uses."""
    monkeypatch.setenv("KASSEI_STORE", f"sqlite:///{tmp_path / 'store.sqlite'}")
    monkeypatch.delenv("KASSEI_PUBLIC", raising=False)
    caches.store.clear()
    caches.run_counts.clear()
    return caches.store()


@pytest.fixture
def ids(store: Store) -> list[str]:
    """Thirty trained runs, as ``anna``'s job asked for them."""
    experiment = Experiment(
        name="Which?", dataset="moons", activation=["relu", "tanh"], seed=list(range(15)), epochs=1
    )
    store.submit(experiment, "anna")
    run_ids = [config.run_id for config in experiment.grid()]
    for place, run_id in enumerate(run_ids):
        accuracy = 0.5 + place / 100
        diverged = place == 3
        store.write(
            [
                EpochReport(run_id, 1, 31, 1.5, 0.4, 0.5, accuracy, accuracy),
                RunEnd(run_id, Status.DIVERGED if diverged else Status.FINISHED, 7),
            ]
        )
    store.finish_job(store.jobs()[0].id, Status.FINISHED)
    return run_ids


def _page(**link: str) -> AppTest:
    app = opened("Runs", **link)
    assert not app.exception
    return app


def _ids(app: AppTest, table: int = 0) -> list[str]:
    frame: pd.DataFrame = app.dataframe[table].value
    return list(frame["run"])


@pytest.mark.usefixtures("store")
def test_an_empty_store_says_so_in_the_readers_language() -> None:
    assert "Nothing has been trained yet" in _page().info[0].value
    app = _page(lang="ja")
    assert app.title[0].value == "何が訓練されましたか？"
    assert "まだ何も訓練されていません" in app.info[0].value


def test_only_a_page_of_runs_is_shown_and_the_next_page_holds_the_rest(ids: list[str]) -> None:
    app = _page()
    assert any("Runs: **30**" in text.value for text in app.markdown)
    assert _ids(app) == ids[::-1][:25]
    app.query_params["page"] = "2"
    app.run()
    assert _ids(app) == ids[::-1][25:]
    # A search that finds less than a page begins with its first.
    app.text_input(key="runs_words").set_value("tanh").run()
    assert not app.exception
    assert _ids(app) == ids[:14:-1]


def test_search_filter_and_order_are_asked_together(ids: list[str]) -> None:
    app = _page()
    app.multiselect(key="runs_activation").set_value(["relu"]).run()
    app.multiselect(key="runs_status").set_value(["finished"]).run()
    app.selectbox(key="runs_sort").set_value("test_accuracy").run()
    assert _ids(app) == [run for run in ids[:15][::-1] if run != ids[3]]
    app.text_input(key="runs_words").set_value("'; DROP TABLE runs; --").run()
    assert not app.exception
    assert "No run is found" in app.info[0].value


def test_marked_rows_are_in_the_link_and_their_differences_are_listed(ids: list[str]) -> None:
    app = _page(runs=f"{ids[0]},{ids[20]}")
    assert any("Runs picked: **2**" in text.value for text in app.markdown)
    assert any("differ in: activation." in text.value for text in app.caption)
    assert _ids(app, 1) == [ids[0], ids[20]]
    app.button(key="runs_none").click().run()
    assert "runs" not in app.query_params
    assert len(app.dataframe) == 1


def test_runs_that_differ_in_the_seed_alone_are_told_to_differ_by_chance(ids: list[str]) -> None:
    app = _page(runs=f"{ids[0]},{ids[1]}")
    assert any("the seed alone" in text.value for text in app.caption)


@pytest.mark.parametrize("nonsense", ["x", "%00,../../x", "0" * 16, "," * 50, "<script>,é"])
def test_a_link_with_nonsense_is_a_sentence_or_nothing(ids: list[str], nonsense: str) -> None:
    app = _page(runs=nonsense)
    assert len(app.warning) == (0 if set(nonsense) == {","} else 1)
    assert _ids(app) == ids[::-1][:25]


def test_a_run_is_named_and_tagged(store: Store, ids: list[str]) -> None:
    app = _page(runs=ids[29])
    app.text_input(key=f"runs_name_{ids[29]}").set_value("<b>Mine</b>").run()
    app.multiselect(key="runs_tags").set_value(["good", "class 7"]).run()
    assert not app.exception
    row = store.index.listed([ids[29]]).iloc[0]
    assert (row["name"], row["tags"]) == ("<b>Mine</b>", ["class 7", "good"])
    assert app.dataframe[0].value["name"].iloc[0] == "<b>Mine</b>"
    app.multiselect(key="runs_tags").set_value(["good"]).run()
    assert store.index.listed([ids[29]])["tags"].tolist() == [["good"]]


def test_a_tag_that_cannot_be_kept_is_a_sentence(store: Store, ids: list[str]) -> None:
    app = _page(runs=ids[29])
    app.multiselect(key="runs_tags").set_value(["x" * 60]).run()
    assert not app.exception
    assert "longer than 40 characters" in app.error[0].value


def test_picked_runs_are_deleted(store: Store, ids: list[str]) -> None:
    app = _page(runs=",".join(ids[:4]))
    app.button(key="runs_delete").click().run()
    assert not app.exception
    assert store.index.find(Query(), 100) == (ids[:3:-1], 26)
    assert "runs" not in app.query_params


def test_on_a_public_server_only_ones_own_runs_can_be_changed(
    store: Store, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KASSEI_PUBLIC", "1")
    mine = Experiment(dataset="xor", epochs=0)
    store.ask_stop(store.submit(mine, "berta"))
    own = mine.grid()[0].run_id
    app = page("Runs", runs=f"{ids[0]},{own},{ids[1]}")
    app.session_state["visitor"] = "berta"
    app.run()
    assert any("2 of the picked runs are other visitors'" in text.value for text in app.caption)
    app.button(key="runs_delete").click().run()
    assert not app.exception
    assert store.index.find(Query(), 100)[1] == 30
    assert store.index.find(Query(fields={"dataset": ("xor",)}), 9)[1] == 0


def test_a_run_that_another_visitor_has_asked_for_since_the_page_was_drawn_stays(
    store: Store, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KASSEI_PUBLIC", "1")
    shared = Experiment(dataset="xor", epochs=0)
    store.ask_stop(store.submit(shared, "berta"))
    app = page("Runs", runs=shared.grid()[0].run_id)
    app.session_state["visitor"] = "berta"
    app.run()
    store.ask_stop(store.submit(shared, "anna"))
    app.button(key="runs_delete").click().run()
    assert "another visitor's" in app.error[0].value
    assert store.index.find(Query(fields={"dataset": ("xor",)}), 9)[1] == 1


def test_an_export_holds_the_contracts_tables(store: Store, ids: list[str]) -> None:
    with zipfile.ZipFile(io.BytesIO(zipped(store, ids[:3]))) as archive:
        assert sorted(archive.namelist()) == [
            f"{table}.{ending}"
            for table in ("epochs", "layers", "runs")
            for ending in ("csv", "parquet")
        ]
        runs = pd.read_csv(io.BytesIO(archive.read("runs.csv")))
    assert runs["run_id"].tolist() == ids[:3]


def test_parallel_coordinates_draw_what_is_found(ids: list[str]) -> None:
    app = _page()
    app.toggle(key="runs_lines").set_value(True).run()
    assert not app.exception
    assert len(app.get("vega_lite_chart")) == 1
