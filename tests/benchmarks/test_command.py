"""``python -m benchmarks``: what it writes and how it ends, whatever the programs measured."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import benchmarks.__main__ as command
from benchmarks import record
from benchmarks.cases import Case, Race
from benchmarks.machine import facts
from benchmarks.picture import picture
from benchmarks.record import Bar, Figure, Outcome


def outcome(case: Case, **changed: Any) -> Outcome:
    """What a case would measure: ten times the seconds for every opponent, every bar just met."""
    if isinstance(case, Race):
        ours = {"seconds": [60.0], "runs": 24, "of": 24, "accuracy": (0.97, 0.0, 24)}
        theirs = ours | {"seconds": [600.0], "runs": 8}
        figures = [Figure("Kassei", "s", (60.0,), None, "", ours)]
        figures += [Figure(o.title, "×", (10.0,), o.bar, "", theirs) for o in case.opponents]
    else:
        figures = [
            Figure(asked.what, asked.unit, (asked.bar.limit if asked.bar else 1.0,), asked.bar)
            for asked in case.asked
        ]
    plain = Outcome(case.name, case.title, False, 1, 1.0, 0.0, facts(), tuple(figures))
    return record.Outcome(**{name: getattr(plain, name) for name in plain.__slots__} | changed)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Path]:
    """Have the command write to a folder, and take ``changed`` outcomes for measured ones."""

    def pretend(**changed: Any) -> Path:
        monkeypatch.setattr(command, "RESULTS", tmp_path)
        monkeypatch.setattr(command, "find_spec", lambda name: name == "torch")
        monkeypatch.setattr(command, "measure", lambda case, **_: outcome(case, **changed))
        return tmp_path

    return pretend


def test_results_are_a_table_a_file_and_a_picture(measured: Callable[..., Path]) -> None:
    folder = measured()
    result = CliRunner().invoke(command.main, ["mnist", "steady"])
    assert result.exit_code == 0
    assert "≥ 8 ×" in result.stdout
    assert list(record.read(folder / "latest.json")) == ["mnist", "steady"]
    assert (folder / "latest.png").read_bytes().startswith(b"\x89PNG")


def test_other_cases_results_stay(measured: Callable[..., Path]) -> None:
    folder = measured()
    CliRunner().invoke(command.main, ["steady"])
    before = record.read(folder / "latest.json")["steady"]
    CliRunner().invoke(command.main, ["depth"])
    after = record.read(folder / "latest.json")
    assert list(after) == ["steady", "depth"]
    assert after["steady"] == before


def test_a_quick_run_leaves_the_results_alone(measured: Callable[..., Path]) -> None:
    folder = measured()
    CliRunner().invoke(command.main, ["steady", "--quick"])
    assert sorted(path.name for path in folder.iterdir()) == ["quick.json", "quick.png"]


def test_a_fault_is_the_last_word_and_the_exit(measured: Callable[..., Path]) -> None:
    measured(faults=("mnist: accuracies disagree",))
    result = CliRunner().invoke(command.main, ["mnist"])
    assert result.exit_code == 1
    assert result.stderr.strip().endswith("mnist: accuracies disagree")


def test_an_unknown_case_is_refused_with_those_that_there_are() -> None:
    result = CliRunner().invoke(command.main, ["minst"])
    assert result.exit_code == 2
    assert "'mnist'" in result.stderr


def test_the_picture_has_every_race_and_every_bar() -> None:
    every = {case.name: outcome(case) for case in command.CASES}
    text = picture(every).to_json()
    for case in command.CASES:
        assert case.title in text
    bar = Bar(8, at_least=True)
    assert f"{bar.text('').strip()}, reached" in text


def test_cases_that_all_failed_have_no_picture_but_are_told(measured: Callable[..., Path]) -> None:
    folder = measured(figures=(), faults=("ended with 1",))
    result = CliRunner().invoke(command.main, ["steady"])
    assert result.exit_code == 1
    assert [path.name for path in folder.iterdir()] == ["latest.json"]


def test_without_pytorch_its_cases_are_refused_before_they_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    result = CliRunner().invoke(command.main, ["moons"])
    assert result.exit_code == 2
    assert "benchmarks/requirements.txt" in result.stderr
