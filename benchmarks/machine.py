"""Facts of the machine and of what is installed, and how busy it is."""

import datetime
import os
import platform
import subprocess
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

_ROOT = Path(__file__).resolve().parents[1]
_PACKAGES = {
    "TensorFlow": ("tensorflow", "tensorflow-cpu"),
    "Keras": ("keras",),
    "PyTorch": ("torch",),
    "scikit-learn": ("scikit-learn",),
}


def facts() -> dict[str, Any]:
    """Processor, cores, memory, versions, date (UTC) and commit."""
    return {
        "processor": _processor(),
        "cores": len(cores()),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": {"Python": platform.python_version(), **_versions()},
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M"),
        "commit": _commit(),
    }


def sentence(found: dict[str, Any]) -> str:
    """The facts in one line."""
    versions = ", ".join(f"{name} {number}" for name, number in found["versions"].items())
    return (
        f"{found['processor']}, {found['cores']} cores, {found['memory_gb']} GB; {versions};"
        f" {found['date']} UTC, commit {found['commit']}"
    )


def cores() -> list[int]:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


class Others:
    """What others compute on our processors between its making and ``share``."""

    def __init__(self) -> None:
        self._begun, self._used, self._ours = time.monotonic(), _used(), _ours()

    def share(self) -> float:
        """The part of our processors' time that others used since: 0 to 1."""
        passed = (time.monotonic() - self._begun) * len(cores())
        theirs = (_used() - self._used) - (_ours() - self._ours)
        return min(1.0, max(0.0, theirs / passed))


def _used() -> float:
    """Seconds that our processors have worked."""
    times = psutil.cpu_times(percpu=True)
    mine = [times[core] for core in cores() if core < len(times)]
    return sum(one.user + one.system for one in mine)


def _ours() -> float:
    """Seconds of this process and of all that it started and has waited for."""
    told = os.times()
    return told.user + told.system + told.children_user + told.children_system


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    if known.exists():
        for line in known.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _versions() -> dict[str, str]:
    found = {}
    for title, names in _PACKAGES.items():
        for name in names:
            try:
                found[title] = version(name)
            except PackageNotFoundError:
                continue
    return found


def _commit() -> str:
    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=_ROOT, capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else ""

    try:
        commit = git("rev-parse", "--short", "HEAD")
        # The results themselves change as they are written.
        changed = git("status", "--porcelain", "--", ".", ":!benchmarks/results")
    except OSError:
        return "unknown"
    return f"{commit or 'unknown'}{' and changes' if changed else ''}"
