"""The programs of the benchmarks run, on sizes so small that only their way is measured."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from benchmarks import activation_cost, measuring, record
from benchmarks.cases import CASES, Opponent, Race, Trial
from benchmarks.machine import Others, facts, sentence
from benchmarks.measuring import measure, places
from benchmarks.picture import picture
from benchmarks.processes import ProgramFailed, run
from benchmarks.record import Bar, Figure, Outcome
from benchmarks.table import table
from core.analysis.costs import GRAPHS, PARTS
from core.experiment import Experiment

TINY = Experiment(
    dataset="moons",
    train_samples=64,
    test_samples=64,
    activation=["relu", "gelu", "tanh"],
    hidden=[4],
    seed=[0, 1],
    epochs=1,
)
# Sizes of the trials that need no trainer, in this process.
SMALL: Mapping[str, dict[str, Any]] = {
    "updates": {"seeds": 1, "epochs": 1},
    "initialization": {"networks": 4, "layers": 2, "width": 3},
    "growth": {"sizes": [2, 4], "epochs": 1},
    "depth": {"layers": 2, "width": 4, "epochs_ahead": 1},
}


def silent(text: str) -> None:
    assert text


@pytest.fixture(scope="module")
def raced() -> Outcome:
    """A race against scikit-learn, whose accuracies may be anything so early."""
    has = ("relu", "tanh")
    opponent = Opponent("scikit", "scikit-learn", 2, 2, Bar(1e-9, at_least=True), has)
    race = Race("tiny", "tiny networks", TINY, TINY, (opponent,), tolerance=1.0)
    return measure(race, quick=False, rounds=1, say=silent)


def test_a_race_tells_seconds_and_ratio_and_what_is_scaled_up(raced: Outcome) -> None:
    assert raced.faults == ()
    kassei, scikit = raced.figures
    assert (kassei.unit, scikit.unit) == ("s", "×")
    assert scikit.median == pytest.approx(
        scikit.details["seconds"][0] / kassei.details["seconds"][0]
    )
    for figure in (kassei, scikit):
        # A process has its imports besides.
        assert figure.details["processes"][0] > figure.details["seconds"][0] + 0.2
    assert (scikit.details["runs"], scikit.details["of"]) == (2, 6)
    assert "scaled up from 2 of 6 runs" in scikit.note
    assert scikit.reached


def test_what_was_not_trained_is_added_and_runs_are_paired_by_their_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opponent = Opponent("slow", "slow", 2)
    chosen = places(TINY, opponent, quick=False)
    assert len(chosen) == 3
    assert chosen != [0, 1, 2]
    theirs = [0.5, 0.6, 0.7]
    ours = [theirs[chosen.index(place)] if place in chosen else 0.0 for place in range(6)]

    def pretended(module: str, arguments: Sequence[str]) -> tuple[float, Any]:
        if arguments[0] == "kassei":
            return 4.0, {"seconds": [2.0], "trained": 2.0, "accuracies": ours}
        # The first run has the warming, which three more need not.
        return 9.0, {"seconds": [3.0, 1.0, 1.0], "trained": 5.0, "accuracies": theirs}

    monkeypatch.setattr(measuring, "run", pretended)
    race = Race("tiny", "tiny networks", TINY, TINY, (opponent,), tolerance=1e-9)
    outcome = measure(race, quick=False, rounds=1, say=silent)
    kassei, slow = outcome.figures
    assert outcome.faults == ()
    assert (kassei.details["seconds"], kassei.details["processes"]) == ([2.0], [4.0])
    assert (slow.details["seconds"], slow.details["processes"]) == ([8.0], [12.0])
    assert slow.values == (4.0,)
    assert "Kassei's of these 0.6000" in slow.note


def test_accuracies_that_disagree_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def pretended(module: str, arguments: Sequence[str]) -> tuple[float, Any]:
        chosen = json.loads(arguments[2])
        accuracy = 0.9 if arguments[0] == "kassei" else 0.1
        told = {"seconds": [0.1] * len(chosen), "trained": 0.5}
        return 1.0, told | {"accuracies": [accuracy] * len(chosen)}

    monkeypatch.setattr(measuring, "run", pretended)
    race = Race("tiny", "tiny networks", TINY, TINY, (Opponent("wrong", "wrong"),), tolerance=0.02)
    outcome = measure(race, quick=True, rounds=1, say=silent)
    assert any("accuracies disagree" in fault for fault in outcome.faults)
    assert "FAULT" in table([outcome])


def test_outcomes_come_back_from_their_file(raced: Outcome, tmp_path: Path) -> None:
    file = tmp_path / "results" / "latest.json"
    assert record.read(file) == {}
    record.write(file, {"tiny": raced})
    (back,) = record.read(file).values()
    assert table([back]) == table([raced])
    assert back.figures[1].bar == raced.figures[1].bar


def test_a_table_says_what_is_reached_where_and_how() -> None:
    figures = (
        Figure("one", "×", (2.0, 4.0, 3.0), Bar(2.5, at_least=True), "from 2 of 6 runs"),
        Figure("other", "s", (9.0,), Bar(1.0)),
    )
    outcome = Outcome("case", "title", True, 3, 1.0, 0.5, facts(), figures)
    text = table([outcome])
    assert "≥ 2.5 ×" in text
    assert "  reached" in text
    assert "NOT REACHED" in text
    assert "2 to 4" in text
    assert "others used 50%" in text
    assert sentence(facts()) in text


def test_opponents_train_runs_of_every_kind() -> None:
    """The strides of the cases meet every activation, rate and seed that a peer has."""
    for race in (case for case in CASES if isinstance(case, Race)):
        grid = race.full.grid()
        for opponent in race.opponents:
            chosen = [grid[place] for place in places(race.full, opponent, quick=False)]
            wanted = opponent.activations or {config.activation for config in grid}
            names = {config.activation.partition("(")[0] for config in chosen}
            assert names == {name.partition("(")[0] for name in wanted}
            rates = {config.learning_rate for config in grid}
            assert {config.learning_rate for config in chosen} == rates
            assert {config.seed for config in chosen} == {config.seed for config in grid}
            assert len(set(chosen)) == len(chosen)


@pytest.mark.parametrize("name", SMALL)
def test_a_trial_measures_all_that_is_asked_of_it(name: str) -> None:
    (trial,) = (case for case in CASES if isinstance(case, Trial) and case.name == name)
    found = import_module(f"benchmarks.trials.{name}").measure(**SMALL[name])
    for asked in trial.asked:
        assert isinstance(found[asked.key], float)
    assert set(found["notes"]) <= {asked.key for asked in trial.asked}


def test_the_first_epoch_is_waited_for_in_a_trainers_store() -> None:
    sizes = json.dumps({"experiments": {"moons": TINY.document()}})
    _, found = run("benchmarks.trials", ["first_epoch", sizes])
    assert 0 < found["moons"] < 120


def test_every_case_has_its_program() -> None:
    for case in CASES:
        if isinstance(case, Trial):
            assert callable(import_module(f"benchmarks.trials.{case.name}").measure)
        else:
            for opponent in case.opponents:
                module = import_module(f"benchmarks.peers.{opponent.peer}")
                assert callable(module.ready)
                assert callable(module.train)


def test_a_program_that_fails_is_told_with_its_last_words() -> None:
    with pytest.raises(ProgramFailed, match="no_such_trial"):
        run("benchmarks.trials", ["no_such_trial", "{}"])


def test_what_others_compute_is_a_share() -> None:
    others = Others()
    sum(range(10**6))
    assert 0 <= others.share() <= 1


def test_costs_of_activations_are_measured_in_every_way_and_every_round() -> None:
    names = ["relu", "prelu", "step"]
    found = activation_cost.measure(names, shape=(2, 8, 4), passes=2, rounds=2)
    assert list(found) == names
    for graphs in found.values():
        assert set(graphs) == set(GRAPHS)
        for parts in graphs.values():
            assert set(parts) == set(PARTS)
            assert all(len(took) == 2 and min(took) > 0 for took in parts.values())
    content = activation_cost.document(found, (2, 8, 4), 2, 0.0)
    assert content["machine"]["processor"]


def test_a_picture_leaves_out_what_failed_and_says_when_each_part_was_measured(
    raced: Outcome,
) -> None:
    other = {**raced.machine, "commit": "1234567", "date": "2026-01-02 03:04"}
    trial = Outcome("t", "a trial", False, 1, 1.0, 0.4, other, (Figure("it", "s", (1.0,), Bar(2)),))
    told = json.dumps(picture({"tiny": raced, "t": trial}).to_dict())
    assert raced.title in told
    assert f"commit {raced.machine['commit']}" in told
    assert "2026-01-02, commit 1234567; others used up to 40%" in told
    wrong = replace(raced, faults=("accuracies disagree",))
    told = json.dumps(picture({"tiny": wrong, "t": trial}).to_dict())
    assert raced.title not in told
