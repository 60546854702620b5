"""What cannot be opened as a store is refused in a sentence, which keeps the password."""

import os
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from core.errors import StoreUnavailable
from core.store import Store
from core.store.schema import REVISION, VERSION_TABLE

PASSWORD = "p4ss-w0rd"


def refusal(url: str) -> str:
    """The sentence with which ``url`` is refused; it and its traceback keep the password."""
    with pytest.raises(StoreUnavailable) as caught:
        Store.open(url)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))
    said = str(caught.value)
    assert "\n" not in said
    assert said.endswith(".")
    return said


@contextmanager
def unprivileged() -> Iterator[None]:
    """Work as an account that owns nothing, for root may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "kassei.sqlite",
        "no url",
        f"postgresql://user:{PASSWORD}@host:port/name",
        f"://user:{PASSWORD}@host",
    ],
)
def test_what_is_no_url_is_refused_with_examples(url: str) -> None:
    assert refusal(url).startswith("KASSEI_STORE is not the URL of a database; valid are sqlite:")


@pytest.mark.parametrize(
    "driver", ["mysql", "oracle+oracledb", "sqlite+aiosqlite", "postgresql+asyncpg", "nonsense"]
)
def test_other_databases_and_drivers_are_refused_by_name(driver: str) -> None:
    said = refusal(f"{driver}://user:{PASSWORD}@host/name")
    assert said.startswith(f"The store cannot use {driver}; valid are sqlite:")


def test_a_missing_driver_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    said = refusal(f"postgresql://user:{PASSWORD}@host/name")
    assert 'pip install "psycopg[binary]"' in said


def test_a_wrong_password_is_refused_without_showing_it(server: str) -> None:
    right = server.partition("kassei:")[2].partition("@")[0]
    said = refusal(server.replace(right, PASSWORD))
    assert "does not let Kassei in" in said
    assert "password authentication failed" in said
    assert "kassei:***@" in said


def test_a_password_among_the_options_is_not_shown_either(server: str) -> None:
    right = server.partition("kassei:")[2].partition("@")[0]
    said = refusal(server.replace(f":{right}", "") + f"&password={PASSWORD}")
    assert "does not let Kassei in" in said


def test_a_server_that_is_not_there_is_said_at_once() -> None:
    with closing(socket.socket()) as bound:
        # Bound but not listening: the port is ours, and refuses.
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        said = refusal(f"postgresql://user:{PASSWORD}@127.0.0.1:{port}/name")
    assert "does not let Kassei in" in said
    assert f"user:***@127.0.0.1:{port}/name" in said


def test_a_server_that_never_answers_is_given_up_in_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.store.opening.CONNECT_SECONDS", 2)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        start = time.monotonic()
        said = refusal(f"postgresql://user:{PASSWORD}@127.0.0.1:{port}/name")
    assert "does not let Kassei in (connection timeout expired)" in said
    assert time.monotonic() - start < 10


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes, and they are long enough to be read as a header. " * 40)
    before = path.read_bytes()
    assert "is not a store, or is damaged (file is not a database)" in refusal(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_damaged_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kassei.sqlite"
    Store.open(f"sqlite:///{path}").close()
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * 3996
    path.write_bytes(content)
    assert "is not a store, or is damaged" in refusal(f"sqlite:///{path}")


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    assert "cannot be opened" in refusal(f"sqlite:///{tmp_path}")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = refusal(f"sqlite:///{tmp_path}/file/kassei.sqlite")
    assert "folder of the store" in said
    assert "cannot be made" in said


def test_a_folder_that_may_not_be_written_is_refused() -> None:
    Store.open("sqlite://").close()
    # Not in pytest's own folder, which others than root may not even enter.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        with unprivileged():
            assert "cannot be opened" in refusal(f"sqlite:///{folder}/kassei.sqlite")
            assert "cannot be made" in refusal(f"sqlite:///{folder}/new/kassei.sqlite")


def test_the_tables_of_a_newer_kassei_are_refused_and_kept(url: str) -> None:
    Store.open(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    engine.dispose()
    said = refusal(url)
    assert f"of a newer Kassei (9999; this one knows {REVISION})" in said


def test_another_programs_tables_are_refused_and_kept(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE runs (miles INTEGER)")
    assert "another program's table runs" in refusal(url)
    assert inspect(engine).get_table_names() == ["runs"]
    engine.dispose()
