"""A Vega-Lite specification as a PNG that carries the link which shows it again.

vl-convert draws it in a process of its own: its engine of JavaScript would stay in the
memory of the web process. Texts are set in the font that is shipped beside, which has
Japanese. Knows no chart: a specification in, bytes out.
"""

import functools
import json
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import PictureFailed
from core.language import N_

FONTS = Path(__file__).with_name("fonts")
FONT = "Kassei Sans"

_ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 60
_SCALE = 2.0
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = 33  # bytes of a PNG's signature and its first chunk


def render(specification: Mapping[str, Any], notes: Mapping[str, str]) -> bytes:
    """``specification`` as a PNG, at twice its size in pixels.

    Args:
        notes: texts that are kept inside the file, by their keyword: Title, Source, Comment.

    Raises:
        PictureFailed: it cannot be drawn.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "core.sharing.picture"],
            input=json.dumps(specification).encode(),
            capture_output=True,
            cwd=_ROOT,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise PictureFailed(
            N_("The picture could not be drawn: {reason}"), reason=str(error)[:200]
        ) from error
    if done.returncode or not done.stdout.startswith(_SIGNATURE):
        reason = _reason(done.stderr.decode(errors="replace"))
        raise PictureFailed(N_("The picture could not be drawn: {reason}"), reason=reason[:200])
    chunks = b"".join(_chunk(word, text) for word, text in notes.items())
    return done.stdout[:_HEADER] + chunks + done.stdout[_HEADER:]


def _reason(stderr: str) -> str:
    """What went wrong: the line that names an error, where lines of a stack follow it."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()] or ["–"]
    named = [line for line in lines if re.match(r"(\w+\.)*\w*Error\b", line)]
    return (named or lines)[-1]


def undrawable(text: str) -> str:
    """The characters of ``text`` that the shipped font lacks, each once."""
    return "".join(dict.fromkeys(mark for mark in text if mark not in _characters()))


@functools.cache
def _characters() -> frozenset[str]:
    return frozenset((FONTS / "characters.txt").read_text(encoding="utf-8") + "\n\t")


def _chunk(keyword: str, text: str) -> bytes:
    """An iTXt chunk: a text in UTF-8 under a keyword (PNG, third edition, 11.3.3.4)."""
    body = b"iTXt" + keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode()
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def _draw() -> None:
    """The specification on the standard input as a PNG on the standard output."""
    import vl_convert

    vl_convert.register_font_directory(str(FONTS))
    # Nothing is fetched: what is drawn is in the specification.
    drawn = vl_convert.vegalite_to_png(
        sys.stdin.buffer.read().decode(), scale=_SCALE, allowed_base_urls=[]
    )
    sys.stdout.buffer.write(drawn)


if __name__ == "__main__":
    _draw()
