"""Runs are found by words, choices, tags and owners, in any order, a page at a time."""

import random
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import KasseiError, UnknownRun
from core.experiment import Experiment
from core.report import EpochReport, RunEnd, Status
from core.store import Query, Store
from core.store.search import SORTS


@pytest.fixture
def filled(store: Store) -> list[str]:
    """Twelve runs: two data sets, three activations, two rates; a third of them trained."""
    for number, dataset in enumerate(("moons", "sine")):
        grid = Experiment(
            dataset=dataset,
            activation=["relu", "leaky_relu(0.3)", "tanh"],
            learning_rate=[0.03, 0.2],
            hidden=[[8, 8]] if number else [[4]],
            epochs=2,
        ).grid()
        store.add_runs(grid, ("Erstes 100%", "Zweites 100%")[number], "stacked")
        reports: list[Any] = []
        for place, config in enumerate(grid[:2]):
            accuracy = 0.9 - 0.1 * place
            reports += [
                EpochReport(config.run_id, 1, 5, 1.0, 0.5, 0.5, accuracy, accuracy),
                RunEnd(config.run_id, Status.FINISHED),
            ]
        store.write(reports)
    return list(store.runs()["run_id"])


def test_nothing_said_finds_every_run_newest_first(store: Store, filled: list[str]) -> None:
    assert store.index.find(Query(), 100) == (filled[::-1], 12)


def test_pages_do_not_overlap_and_each_tells_the_whole(store: Store, filled: list[str]) -> None:
    query = Query(sort="learning_rate", descending=False)
    pages = [store.index.find(query, 5, offset) for offset in (0, 5, 10)]
    assert [run for page, _ in pages for run in page] == store.index.find(query, 100)[0]
    assert {total for _, total in pages} == {12}
    assert sorted(run for page, _ in pages for run in page) == sorted(filled)
    assert store.index.find(query, 5, 500) == ([], 12)


def test_progress_changes_with_whatever_a_run_reports(store: Store, filled: list[str]) -> None:
    ended, waiting = filled[0], filled[2]
    before = store.index.progress([waiting, ended, "0123456789abcdef"])
    assert set(before) == {ended, waiting}
    assert before[ended][:2] == ("finished", 1)
    assert before[waiting][:2] == ("queued", 0)
    store.write([EpochReport(waiting, 1, 5, 1.0, 0.5, 0.5, 0.7, 0.7)])
    after = store.index.progress([waiting, ended])
    assert after[ended] == before[ended]
    assert after[waiting][:2] == ("running", 1)
    assert after[waiting][2] > before[waiting][2]


WORDS = {
    "relu": 8,
    "LEAKY": 4,
    "moons relu": 4,
    "zweites 100%": 6,
    "100%": 12,
    "0_3": 0,
    "%": 12,
    "_": 12,
    "'; --": 0,
    "\0 \ud800": 0,
    "nothing says this": 0,
}


def test_words_are_searched_as_they_are_written_in_any_case(
    store: Store, filled: list[str]
) -> None:
    found = {words: store.index.find(Query(words=words), 100)[1] for words in WORDS}
    assert found == WORDS


def test_a_run_is_found_by_its_id_its_name_and_its_tags(store: Store, filled: list[str]) -> None:
    store.index.rename(filled[3], " Mein \n Lauf 実行 ")
    store.index.tag(filled[:2], ["gut", "Lehre"])
    assert store.index.find(Query(words=filled[5][:9]), 9)[0] == [filled[5]]
    assert store.index.find(Query(words="lauf"), 9)[0] == [filled[3]]
    assert store.index.find(Query(words="実"), 9)[0] == [filled[3]]
    assert store.index.find(Query(words="LEHRE"), 9)[0] == [filled[1], filled[0]]
    assert store.index.find(Query(tags=("gut", "Lehre")), 9)[1] == 2
    assert store.index.find(Query(tags=("gut", "schlecht")), 9)[1] == 0
    row = store.index.listed([filled[3], filled[0]])
    assert row["name"].tolist() == ["Mein Lauf 実行", ""]
    assert row["tags"].tolist() == [[], ["Lehre", "gut"]]


def test_filters_are_any_of_their_values_and_all_together(store: Store, filled: list[str]) -> None:
    fields = {"activation": ("tanh", "leaky_relu(0.3)"), "dataset": ("sine",)}
    found = store.runs(store.index.find(Query(fields=fields), 100)[0])
    assert len(found) == 4
    assert set(found["activation"]) == {"tanh", "leaky_relu(0.3)"}
    assert set(found["dataset"]) == {"sine"}
    assert store.index.find(Query(statuses=(Status.FINISHED, Status.FAILED)), 9)[1] == 4
    assert store.index.find(Query(fields={"no such field": ("x",)}), 9)[1] == 12


def test_every_order_is_the_order_of_its_values_with_the_absent_last(
    store: Store, filled: list[str]
) -> None:
    store.index.rename(filled[7], "b")
    store.index.rename(filled[2], "a")
    for sort in SORTS:
        _check_order(store, filled, sort, descending=False)
        _check_order(store, filled, sort, descending=True)


def _check_order(store: Store, filled: list[str], sort: str, *, descending: bool) -> None:
    found, total = store.index.find(Query(sort=sort, descending=descending), 100)
    assert (sorted(found), total) == (sorted(filled), 12)
    frame = store.index.listed(found)
    values = [None if pd.isna(value) or value == "" else value for value in frame[sort]]
    there = [value for value in values if value is not None]
    if sort not in ("epochs_done", "updates", "hidden"):
        assert values == there + [None] * (len(values) - len(there))
        assert there == sorted(there, reverse=descending)


def test_choices_are_counted(store: Store, filled: list[str]) -> None:
    store.index.tag(filled[:3], ["a", "b"])
    store.index.tag(filled[:1], remove=["a", "never there"])
    found = store.index.choices()
    assert found["dataset"] == {"moons": 6, "sine": 6}
    assert found["activation"] == {"leaky_relu(0.3)": 4, "relu": 4, "tanh": 4}
    assert found["status"] == {"queued": 8, "finished": 4}
    assert found["tag"] == {"b": 3, "a": 2}


def test_labels_that_cannot_be_kept_are_a_sentence_and_change_nothing(
    store: Store, filled: list[str]
) -> None:
    store.index.rename(filled[0], "kept")
    store.index.tag(filled[:1], ["kept"])
    with pytest.raises(KasseiError, match="at most 200 characters, not 201"):
        store.index.rename(filled[0], "x" * 201)
    with pytest.raises(KasseiError, match="longer than 40 characters"):
        store.index.tag(filled[:1], ["x" * 41])
    with pytest.raises(KasseiError, match="at most 20 tags"):
        store.index.tag(filled[:2], [f"t{number}" for number in range(20)])
    with pytest.raises(UnknownRun):
        store.index.tag([filled[0], "0" * 16], ["x"])
    with pytest.raises(UnknownRun):
        store.index.rename("nonsense", "x")
    row = store.index.listed(filled[:2])
    assert row["name"].tolist() == ["kept", ""]
    assert row["tags"].tolist() == [["kept"], []]
    store.index.rename(filled[0], " \n ")
    assert store.index.listed(filled[:1])["name"].tolist() == [""]


def test_a_run_belongs_to_the_visitor_whose_jobs_alone_asked_for_it(store: Store) -> None:
    def asked(visitor: str, *activations: str) -> None:
        store.submit(Experiment(dataset="moons", activation=list(activations)), visitor)

    asked("anna", "relu", "tanh")
    asked("berta", "tanh", "gelu")
    ids = {
        row.activation: row.run_id for row in store.runs()[["run_id", "activation"]].itertuples()
    }
    everything = list(ids.values())
    assert store.index.owned(everything, "anna") == {ids["relu"]}
    assert store.index.owned(everything, "berta") == {ids["gelu"]}
    assert store.index.owned(everything, "") == set()
    assert store.index.owned(["nonsense"], "anna") == set()
    assert store.index.find(Query(visitor="berta"), 9)[1] == 2


def test_runs_are_deleted_all_or_none_with_their_labels(store: Store, filled: list[str]) -> None:
    store.index.tag(filled, ["t"])
    store.index.rename(filled[-1], "n")
    with pytest.raises(UnknownRun):
        store.index.delete([filled[0], "0" * 16])
    assert store.index.find(Query(), 1)[1] == 12
    store.index.delete(filled[6:])
    assert store.index.choices()["tag"] == {"t": 6}
    # SQLite gives the number of a run that is gone to the next.
    store.add_runs(Experiment(dataset="xor").grid(), "", "stacked")
    newest = store.index.find(Query(), 1)[0]
    assert store.index.listed(newest)["name"].tolist() == [""]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=40))
def test_any_text_can_be_searched_and_is_kept_as_a_name(
    store: Store, filled: list[str], words: str
) -> None:
    found, total = store.index.find(Query(words=words), 100)
    assert len(found) == total <= 12
    chosen = random.Random(0).choice(filled)
    store.index.rename(chosen, words)
    name = store.index.listed([chosen])["name"].iloc[0]
    if name:
        assert chosen in store.index.find(Query(words=name), 100)[0]
