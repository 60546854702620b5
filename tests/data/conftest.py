"""What tests of data share: the real MNIST file, an empty cache, and a server of bytes."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from data import mnist


@pytest.fixture(scope="session")
def mnist_path() -> Path:
    """The real mnist.npz: KASSEI_MNIST, or the cache."""
    path = mnist.local_file()
    if path is None:
        pytest.fail(
            "This test needs the real MNIST: set KASSEI_MNIST to a mnist.npz, or download it"
            f" once to {mnist.cached_file()}."
        )
    return path.resolve()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a download goes now: in a folder of this test that is not made yet."""
    monkeypatch.delenv("KASSEI_MNIST", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    assert mnist.cached_file().is_relative_to(tmp_path)
    return mnist.cached_file()


class Server(ThreadingHTTPServer):
    """Serves one file in many ways, each an address: whole, truncated, corrupt, stalled, …"""

    daemon_threads = True

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = content
        self.asked: list[str] = []
        self.half_sent = threading.Event()
        self.closing = threading.Event()

    def url(self, way: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/{way}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up, which several tests are about, is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        way = self.path.strip("/")
        self.server.asked.append(way)
        content = self.server.content
        if way == "missing":
            self.send_error(404)
            return
        self.send_response(200)
        if way == "corrupt":
            middle = len(content) // 2
            content = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        if way == "page":
            content = b"<html>Please log in to the network</html>"
        if way == "endless":
            content = bytes(mnist.MOST_BYTES + 1)
        if way != "unmeasured":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if way in ("truncated", "unmeasured"):
            self.wfile.write(content[: len(content) // 2])
        elif way == "stalled":
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            self.server.half_sent.set()
            self.server.closing.wait()
        elif way == "dripping":
            # 6 seconds of it, so that a client without a deadline fails and does not hang.
            for byte in content[:300]:
                self.wfile.write(bytes([byte]))
                if self.server.closing.wait(0.02):
                    return
        else:
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, the server's name
        """Tests are quiet."""


@pytest.fixture
def server(mnist_path: Path) -> Iterator[Server]:
    """A server on 127.0.0.1 that has the real file."""
    with Server(mnist_path.read_bytes()) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.closing.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def environment(cache: Path) -> dict[str, str]:
    """The environment of this test, for a process of its own that can import the project."""
    root = Path(mnist.__file__).resolve().parent.parent
    return os.environ | {"PYTHONPATH": str(root), "PYTHONWARNINGS": "error"}
