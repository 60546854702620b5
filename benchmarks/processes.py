"""Programs in processes of their own: what they print as JSON, and the seconds they took."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]


class ProgramFailed(Exception):
    """A program ended in an error; the message is the end of what it told."""


def run(module: str, arguments: Sequence[str], seconds: float = 7200) -> tuple[float, Any]:
    """Run ``python -m module arguments``: wall-clock seconds from start to end, and its JSON.

    Raises:
        ProgramFailed: it failed, or printed no JSON, or took longer than ``seconds``.
    """
    command = [sys.executable, "-m", module, *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    start = time.perf_counter()
    # A session of its own, so that what it started ends with it.
    process = subprocess.Popen(command, cwd=_ROOT, text=True, start_new_session=True, **pipes)
    try:
        output, errors = process.communicate(timeout=seconds)
    except BaseException as ended:
        _kill(process)
        if isinstance(ended, subprocess.TimeoutExpired):
            raise ProgramFailed(f"{module} {arguments[0]}: not done in {seconds} s") from ended
        raise
    wall = time.perf_counter() - start
    if process.returncode or not output.strip():
        told = "\n".join(errors.splitlines()[-15:])
        raise ProgramFailed(f"{module} {arguments[0]} ended with {process.returncode}\n{told}")
    return wall, json.loads(output.splitlines()[-1])


def _kill(process: "subprocess.Popen[str]") -> None:
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()
