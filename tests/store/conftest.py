"""A store of each kind for every test, and a PostgreSQL server of the tests' own.

The server listens on a socket in a temporary folder alone, so that tests of several
checkouts on one machine cannot meet.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core.experiment import Experiment
from core.report import LAYER_STATISTICS, LayerReport
from core.store import Store

PASSWORD = "s3cret-in-the-tests"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a PostgreSQL server, which runs while the tests do."""
    binaries = _binaries()
    # Sockets' paths are short (107 characters), which pytest's folders are not.
    folder = Path(tempfile.mkdtemp(prefix="kassei-pg-"))
    try:
        _give(folder)
        secret = folder / "password"
        secret.write_text(PASSWORD)
        _give(secret)
        data = str(folder / "data")
        initdb = ["--auth=scram-sha-256", f"--pwfile={secret}", "-U", "kassei", "-E", "UTF8"]
        _run(binaries / "initdb", "-D", data, *initdb, "--no-sync", "--locale=C")
        # Durability is the server's business; without it the tests are faster.
        options = f"-c listen_addresses='' -k {folder} -c fsync=off -c full_page_writes=off"
        log = str(folder / "log")
        _run(binaries / "pg_ctl", "-D", data, "-l", log, "-w", "-t", "60", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://kassei:{PASSWORD}@/postgres?host={folder}"
        finally:
            _run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def postgresql(server: str) -> str:
    """The URL of an empty schema on the server: much faster to make than a database."""
    name = f"kassei_{uuid.uuid4().hex}"
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{server}&options=-csearch_path%3D{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/kassei.sqlite"
    address: str = request.getfixturevalue("postgresql")
    return address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store, of each kind in turn."""
    with Store.open(url) as opened:
        yield opened


@pytest.fixture(scope="session")
def experiment() -> Experiment:
    """Six small runs of three epochs."""
    return Experiment(
        name="Which learns moons?",
        dataset="moons",
        activation=["relu", "tanh"],
        seed=[0, 1, 2],
        epochs=3,
    )


@pytest.fixture
def run_ids(store: Store, experiment: Experiment) -> list[str]:
    """The run_ids of ``experiment``, which ``store`` holds as queued."""
    store.add_runs(experiment.grid(), experiment.name, "stacked")
    return [config.run_id for config in experiment.grid()]


@pytest.fixture(scope="session")
def layer() -> LayerReport:
    """The first hidden layer, of 4 units."""
    names = (*LAYER_STATISTICS, "histogram_low", "histogram_high")
    numbers: dict[str, Any] = dict(zip(names, count(0.5, 0.25), strict=False))
    return LayerReport(layer=1, units=4, histogram=(32,) * 64, **numbers)


def _binaries() -> Path:
    """The folder of initdb and pg_ctl, which Debian keeps off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version, reverse=True)
    on_path = shutil.which("initdb")
    folders = [path.parent for path in found] + ([Path(on_path).parent] if on_path else [])
    if not folders:
        pytest.fail(
            "The tests of the store need a PostgreSQL server's programs; install them:"
            " apt-get install postgresql (Debian), brew install postgresql (macOS).",
            pytrace=False,
        )
    return folders[0]


def _version(binary: Path) -> float:
    name = binary.parent.parent.name
    return float(name) if name.replace(".", "", 1).isdigit() else 0.0


def _account() -> str | None:
    """Whom the server runs as: PostgreSQL refuses root; None for whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _give(path: Path) -> None:
    account = _account()
    if account is not None:
        shutil.chown(path, account)


def _run(*command: str | Path) -> None:
    """Run a program of PostgreSQL's; what it says is shown if it fails."""
    # The server inherits what pg_ctl was given: a pipe would stay open as long as it lives.
    with tempfile.TemporaryFile("w+") as said:
        ended = subprocess.run(
            command,
            stdout=said,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            user=_account(),
            extra_groups=None if _account() is None else [],
            cwd="/",
            check=False,
        )
        said.seek(0)
        if ended.returncode:
            pytest.fail(f"{command[0]} failed: {said.read()}", pytrace=False)
