"""The command line in a folder and a store of its own.

As users run it, a process of its own, where that is the point; else in this process, which
spares the imports.
"""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.cli import main

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Shell:
    """``python -m core`` with a store in ``folder``."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What the command sees: the test run's environment, and a store of its own."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("KASSEI_") or name == "KASSEI_MNIST"
        }
        kept.pop("TF_CPP_MIN_LOG_LEVEL", None)
        store = f"sqlite:///{self.folder}/kassei.sqlite"
        return kept | {"KASSEI_STORE": store, "PYTHONPATH": str(ROOT)}

    def __call__(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run in this process."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.chdir(self.folder):
            for name, value in self.environment.items():
                patch.setenv(name, value)
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = main([str(argument) for argument in arguments])
        return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())

    def run(
        self,
        *arguments: object,
        options: tuple[str, ...] = (),
        stdout: int = subprocess.PIPE,
        before: Callable[[], None] | None = None,
        **environment: str,
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end in a process of its own; ``options`` are Python's."""
        return subprocess.run(
            [sys.executable, *options, "-m", "core", *map(str, arguments)],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            preexec_fn=before,
        )

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """Start a process, with its standard error to be read."""
        return subprocess.Popen(
            [sys.executable, "-m", "core", *map(str, arguments)],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell with an empty store."""
    return Shell(tmp_path)


def one_sentence(text: str) -> bool:
    """Whether ``text`` is one line that ends as a sentence does."""
    line = text.removesuffix("\n")
    return "\n" not in line and line.endswith(".") and "Traceback" not in line
