"""Who a trainer is, and of which version its code: what its lease says of it."""

import hashlib
import os
import socket
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

import psutil

_ROOT = Path(__file__).resolve().parents[2]
_ROOMS = ("core", "data")


def code_version() -> str:
    """The time of the newest source file and a hash of all: the greater text is the newer code."""
    files = sorted(path for room in _ROOMS for path in (_ROOT / room).rglob("*.py"))
    newest = max(int(path.stat().st_mtime) for path in files)
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{newest:012d}-{digest.hexdigest()[:12]}"


def code_time() -> int:
    """The time of the newest source file: cheap enough to be asked every few seconds."""
    return max(int(p.stat().st_mtime) for room in _ROOMS for p in (_ROOT / room).rglob("*.py"))


def own_name() -> str:
    """The name of this process: machine, number, and when it began, for numbers are used again."""
    return f"{'/'.join(_machine())}:{os.getpid()}:{_began(os.getpid())}"


def is_gone(name: str) -> bool | None:
    """Whether the process ``name`` of this machine lives no more; None where that is not seen.

    What was of this machine before its last start is gone; what is another machine's, or another
    container's, is not seen from here.
    """
    machine, _, rest = name.rpartition(":")[0].rpartition(":")
    host, space, boot = [*machine.split("/"), "", ""][:3]
    here = _machine()
    if (host, space) != here[:2] or not rest.isdigit():
        return None
    if boot != here[2] or not psutil.pid_exists(int(rest)):
        return True
    began = _began(int(rest))
    return began not in ("", name.rpartition(":")[2])


@cache
def _machine() -> tuple[str, str, str]:
    """The host's name, its space of process numbers, and the start of its system (Linux)."""
    space = boot = ""
    with suppress(OSError):
        space = str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return socket.gethostname().replace("/", ""), space, boot


def _began(number: int) -> str:
    """When a process began; empty where that is not told, "gone" of one that waits to be buried.

    Linux has clock ticks since its start, which no change of the clock moves (proc(5), stat).
    """
    try:
        if sys.platform == "linux":
            fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
            return "gone" if fields[0] in "ZX" else fields[19]
        return f"{psutil.Process(number).create_time():.2f}"
    except psutil.NoSuchProcess:
        return "gone"
    except (OSError, psutil.Error):
        return ""
