"""Who a trainer is, and of which version its code: what its lease says of it."""

import hashlib
import socket
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
    process = psutil.Process()
    return f"{socket.gethostname()}:{process.pid}:{process.create_time():.2f}"


def is_gone(name: str) -> bool:
    """Whether the process ``name`` was of this machine, and lives no more."""
    machine, _, rest = name.rpartition(":")[0].rpartition(":")
    if machine != socket.gethostname() or not rest.isdigit():
        return False
    try:
        began = f"{psutil.Process(int(rest)).create_time():.2f}"
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False
    return began != name.rpartition(":")[2]
