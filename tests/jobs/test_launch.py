"""The trainer is kept alive whatever hinders its start, with a process in its place that waits."""

import errno
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import told_message
from core.jobs import TrainerProcess, launch

from .conftest import until

_WAITS = [sys.executable, "-c", "import sys; sys.stdin.read()"]


class System:
    """Starts processes that wait for the end of their input, unless ``error`` hinders it."""

    def __init__(self) -> None:
        self.started: list[subprocess.Popen[str]] = []
        self.command = _WAITS
        self.error: OSError | None = None
        self._popen = subprocess.Popen

    def start(self, _command: list[str], **options: Any) -> "subprocess.Popen[str]":
        if self.error:
            raise self.error
        self.started.append(self._popen(self.command, **options))
        return self.started[-1]


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    found = System()
    monkeypatch.setattr(subprocess, "Popen", found.start)
    for name in ("_LOOK_SECONDS", "_CODE_SECONDS", "_FIRST_SECONDS", "_LAST_SECONDS"):
        monkeypatch.setattr(launch, name, 0.01)
    return found


@pytest.fixture
def trainer(system: System, tmp_path: Path) -> Iterator[TrainerProcess]:
    process = TrainerProcess(f"sqlite:///{tmp_path}/kassei.sqlite")
    yield process
    process.close()


def test_a_file_of_the_code_that_is_being_replaced_does_not_end_the_keeping(
    system: System, trainer: TrainerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert trainer.ensure()
    looks = 0

    def replaced() -> int:
        nonlocal looks
        looks += 1
        raise FileNotFoundError

    with monkeypatch.context() as patch:
        patch.setattr(launch, "code_time", replaced)
        until(lambda: looks >= 3)
    system.started[0].kill()
    until(lambda: len(system.started) == 2 and trainer.ensure())


def test_a_trainer_that_the_system_does_not_start_is_tried_again_and_the_reason_told(
    system: System, trainer: TrainerProcess
) -> None:
    system.error = OSError(errno.ENOMEM, "Cannot allocate memory")
    assert not trainer.ensure()
    said = told_message(trainer.trouble, str)
    assert said.startswith("The trainer cannot start (OSError: [Errno 12] Cannot allocate memory)")
    system.error = None
    until(trainer.ensure)
    assert trainer.trouble == ""


def test_a_page_does_not_wait_for_an_old_trainer_that_takes_its_time_to_end(
    system: System, trainer: TrainerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.command = [sys.executable, "-c", "import time; time.sleep(600)"]
    assert trainer.ensure()
    (old,) = system.started
    system.command = _WAITS
    monkeypatch.setattr(launch, "code_time", lambda: -1)
    until(lambda: old.stdin and old.stdin.closed)
    # It was asked to end, is waited for, and has not ended when a page has its answer.
    assert not trainer.ensure()
    assert old.poll() is None
    old.kill()
    until(trainer.ensure)
    assert len(system.started) == 2
