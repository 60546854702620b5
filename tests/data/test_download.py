"""Downloading MNIST from a real server on this machine, well and in every bad way."""

import resource
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.errors import DataUnavailable
from data import mnist
from data.download import CUT_SHORT, NO_ANSWER, TOO_LARGE
from data.mnist_file import DAMAGED, NOT_A_ZIP

PROGRAM = """
import sys
from core.errors import DataUnavailable
from data import mnist
try:
    print(mnist.arrays(sys.argv[1])[0].shape)
except DataUnavailable as error:
    sys.exit(str(error))
"""


def start(url: str, environment: dict[str, str], **options: Any) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def files(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.parent.iterdir() if path.suffix != ".lock")


def test_a_download_is_kept_and_not_repeated(cache: Path, server: Any, mnist_path: Path) -> None:
    first = mnist.arrays(server.url("whole"))
    assert cache.read_bytes() == mnist_path.read_bytes()
    again = mnist.arrays(server.url("whole"))
    assert server.asked == ["whole"]
    assert all(a is b for a, b in zip(first, again, strict=True))
    assert files(cache) == ["mnist.npz"]


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        ("truncated", CUT_SHORT),
        ("unmeasured", NOT_A_ZIP),
        ("corrupt", DAMAGED),
        ("page", NOT_A_ZIP),
        ("endless", TOO_LARGE),
        ("missing", "HTTP 404"),
    ],
)
def test_a_bad_download_is_a_sentence_and_leaves_nothing(
    way: str, reason: str, cache: Path, server: Any
) -> None:
    with pytest.raises(DataUnavailable) as caught:
        mnist.arrays(server.url(way))
    sentence = str(caught.value)
    for part in (server.url(way), str(cache), reason, "KASSEI_MNIST", "digits"):
        assert part in sentence
    assert files(cache) == []


@pytest.mark.parametrize("way", ["stalled", "dripping"])
def test_a_slow_server_is_given_up_on_in_time(way: str, cache: Path, server: Any) -> None:
    with pytest.raises(DataUnavailable, match=NO_ANSWER):
        mnist.arrays(server.url(way), stall_seconds=0.3, total_seconds=0.5)
    assert files(cache) == []


def test_a_server_that_is_not_there_is_a_sentence(cache: Path) -> None:
    # A socket that is bound and does not listen keeps its port from everybody else.
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(DataUnavailable, match=r"refused.*; the data set digits"):
            mnist.arrays(f"http://127.0.0.1:{bound.getsockname()[1]}/mnist.npz")


def test_an_address_that_is_none_is_a_sentence(cache: Path) -> None:
    with pytest.raises(DataUnavailable, match="digits"):
        mnist.arrays("nonsense")


def test_a_corrupt_cached_file_is_downloaded_anew(cache: Path, server: Any) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_bytes(server.content[:5_000_000])
    assert mnist.arrays(server.url("whole"))[0].shape == (60_000, 784)
    assert cache.read_bytes() == server.content


def test_a_failed_download_leaves_the_cached_file_as_it_is(cache: Path, server: Any) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_bytes(b"mine")
    with pytest.raises(DataUnavailable):
        mnist.arrays(server.url("truncated"))
    assert cache.read_bytes() == b"mine"


def test_several_processes_download_once(
    cache: Path, server: Any, environment: dict[str, str]
) -> None:
    processes = [start(server.url("whole"), environment) for _ in range(3)]
    answers = [process.communicate(timeout=60) for process in processes]
    assert answers == [("(60000, 784)\n", "")] * 3
    assert server.asked == ["whole"]
    assert files(cache) == ["mnist.npz"]


def test_the_next_process_goes_on_when_a_downloading_one_is_killed(
    cache: Path, server: Any, environment: dict[str, str]
) -> None:
    killed = start(server.url("stalled"), environment)
    assert server.half_sent.wait(60)
    # It holds the lock: nobody else gets it, and says so, instead of downloading too.
    with pytest.raises(DataUnavailable, match=mnist.BUSY):
        mnist.arrays(server.url("whole"), total_seconds=0.2)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert files(cache) == ["mnist.npz.part"]
    assert mnist.arrays(server.url("whole"), total_seconds=20)[0].shape == (60_000, 784)
    assert server.asked == ["stalled", "whole"]
    assert files(cache) == ["mnist.npz"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full device")
def test_a_full_disk_is_a_sentence(cache: Path, server: Any) -> None:
    cache.parent.mkdir(parents=True)
    cache.with_name("mnist.npz.part").symlink_to("/dev/full")
    with pytest.raises(DataUnavailable, match="No space left on device"):
        mnist.arrays(server.url("whole"))
    assert files(cache) == []


def test_a_limit_on_file_sizes_is_a_sentence(
    cache: Path, server: Any, environment: dict[str, str]
) -> None:
    most = 1_000_000
    process = start(
        server.url("whole"),
        environment,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "File too large" in told
    assert "Traceback" not in told
    assert files(cache) == []


def test_a_cache_folder_that_cannot_be_made_is_a_sentence(cache: Path, server: Any) -> None:
    cache.parent.parent.write_text("a file where the folder should be")
    with pytest.raises(DataUnavailable, match="digits"):
        mnist.arrays(server.url("whole"))
    assert server.asked == []
