"""Fetch one file over HTTP, whole or not at all.

The bytes go to a file beside the destination, are forced to the disk and checked, and only
then take the destination's name. This module knows no data set: the check is the caller's.
"""

import http.client
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from core.errors import Term
from core.language import N_

_CHUNK_BYTES = 1 << 18

NO_ANSWER = Term(N_("the server did not answer in time"))
CUT_SHORT = Term(N_("the connection broke before the end of the file"))
TOO_LARGE = Term(N_("the file on the server is larger than it can be"))


class DownloadFailed(Exception):
    """Why there is no file: a Term to translate, or words of the system."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def fetch(
    url: str,
    destination: Path,
    *,
    check: Callable[[Path], None],
    most_bytes: int,
    stall_seconds: float,
    total_seconds: float,
) -> None:
    """Download ``url`` to ``destination``. The caller sees to it that nobody else does so now.

    ``check`` raises on a file that is not the one wanted. ``stall_seconds`` bounds each wait
    for the server, ``total_seconds`` the whole.

    Raises:
        DownloadFailed: refused, not found, too slow, cut short, too large, disk full; there is
            no new file then, and an old one at ``destination`` is untouched.
        whatever ``check`` raises.
    """
    # One name, not a random one: what a killed download leaves, the next one overwrites.
    part = destination.with_name(destination.name + ".part")
    try:
        _save(url, part, most_bytes, stall_seconds, total_seconds)
        check(part)
        part.replace(destination)
    except TimeoutError:
        raise DownloadFailed(NO_ANSWER) from None
    except urllib.error.HTTPError as error:
        raise DownloadFailed(f"HTTP {error.code}") from None
    except urllib.error.URLError as error:
        timed_out = isinstance(error.reason, TimeoutError)
        raise DownloadFailed(NO_ANSWER if timed_out else _words(error.reason)) from None
    except (http.client.HTTPException, ConnectionError):
        raise DownloadFailed(CUT_SHORT) from None
    except (OSError, ValueError) as error:
        raise DownloadFailed(_words(error)) from None
    finally:
        _discard(part)


def _save(
    url: str, part: Path, most_bytes: int, stall_seconds: float, total_seconds: float
) -> None:
    deadline = time.monotonic() + total_seconds
    # urlopen's time-out is for each wait on the socket; a server that drips is the deadline's.
    # The address is the program's own (S310 is about addresses that others give).
    with (
        urllib.request.urlopen(url, timeout=stall_seconds) as answer,  # noqa: S310
        part.open("wb") as file,
    ):
        promised = answer.headers.get("Content-Length")
        received = 0
        while chunk := answer.read1(_CHUNK_BYTES):
            received += len(chunk)
            if received > most_bytes:
                raise DownloadFailed(TOO_LARGE)
            file.write(chunk)
            if time.monotonic() > deadline:
                raise TimeoutError
        if promised is not None and promised.isdecimal() and received < int(promised):
            raise DownloadFailed(CUT_SHORT)
        _force_to_disk(file)


def _force_to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _discard(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:
        # It cannot be removed where it could not be made; the reason is already told.
        return


def _words(error: object) -> str:
    """The system's own words, without numbers and paths."""
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:200]
