"""From a URL to a database that answers: SQLite by default, or PostgreSQL.

SQLite: the rollback journal (WAL in SQLite older than 3.51.3 has a rare corruption bug with
several writers), synchronous FULL, foreign keys on, and 30 s of patience for others' locks.
"""

import random
import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DisconnectionError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from core.errors import StoreUnavailable
from core.language import N_
from core.store.failures import shown

PATIENCE_SECONDS = 30
# A server that is not there must not hold a page up for minutes.
CONNECT_SECONDS = 5

# Writers wait for all others that write, readers for one at a time.
_WRITERS_PATIENCE = 4

_WRITES = "kassei_writes"
# Of a connection: device and number of its file.
_FILE = "kassei_file"
_VALID = "sqlite:////path/kassei.sqlite, postgresql+psycopg://user:password@host/database"


def read_url(text: str) -> URL:
    """``text`` as the URL of a database that the store can use.

    Raises:
        StoreUnavailable: not a URL, or of a database or driver that is not supported.
    """
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        # The text may hold a password, and so may the errors: neither is shown.
        raise StoreUnavailable(
            N_("KASSEI_STORE is not the URL of a database; valid are {valid}."), valid=_VALID
        ) from None
    if url.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername in ("sqlite", "sqlite+pysqlite"):
        return url
    raise StoreUnavailable(
        N_("The store cannot use {driver}; valid are {valid}."),
        driver=url.drivername,
        valid=_VALID,
    )


def in_memory(text: str) -> bool:
    """Whether a URL names an SQLite database in memory, which no other process sees.

    Raises:
        StoreUnavailable: not a URL of a database that the store can use.
    """
    return _in_memory(read_url(text))


def connect(url: URL) -> Engine:
    """An engine for ``url``, which connects when it is first used.

    Raises:
        StoreUnavailable: the driver is missing, or the folder cannot be made.
    """
    try:
        return _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)
    except (ImportError, NoSuchModuleError):
        raise StoreUnavailable(
            N_("The store {store} needs the package psycopg; install it: {command}."),
            store=shown(url),
            command='pip install "psycopg[binary]"',
        ) from None
    except OSError as error:
        raise StoreUnavailable(
            N_(
                "The folder of the store {store} cannot be made ({reason}); name another in "
                "KASSEI_STORE."
            ),
            store=shown(url),
            reason=error.strerror or type(error).__name__,
        ) from error


def writer_of(engine: Engine) -> Engine:
    """The same connections, whose transactions lock at once what they are going to write."""
    return engine.execution_options(**{_WRITES: True})


def file_of(engine: Engine) -> Path | None:
    """The file of an SQLite store; None for one in memory, a server, and a URI's file.

    A URI's file is opened to read alone, if not for stranger things.
    """
    name = str(engine.url.database)
    if engine.dialect.name != "sqlite" or _in_memory(engine.url) or name.startswith("file:"):
        return None
    return Path(name)


def mark(file: Path | None) -> tuple[int, int] | None:
    """What changes when anybody has written to the file of a store; None if that cannot be told.

    Of two that write within a few milliseconds the second may leave the mark as it is.
    """
    try:
        found = file and file.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size) if found else None


def _keep(file: Path, engine: Engine) -> None:
    """Let connections after the first find the ``file`` of a store, and not make it.

    A file that was moved away would have an empty one in its place. And a connection that waits
    in the pool is replaced when its file is no longer the one that has the name.
    """
    # An empty authority before the path, which may begin with two strokes on Windows.
    name = quote(file.as_posix(), safe="/:")
    address = f"file://{'' if name.startswith('/') else '/'}{name}?mode=rw"

    def find(
        _dialect: object, _record: object, arguments: list[str], options: dict[str, Any]
    ) -> None:
        arguments[0] = address
        options["uri"] = True

    def note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[_FILE] = _identity(file)

    def check(_connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
        if record.info[_FILE] != _identity(file):
            raise DisconnectionError

    event.listen(engine, "connect", note)
    event.listen(engine, "connect", lambda *_: event.listen(engine, "do_connect", find), once=True)
    event.listen(engine, "checkout", check)


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


def _in_memory(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def _postgresql(url: URL) -> Engine:
    options: dict[str, Any] = {
        "application_name": "kassei",
        # Poolers between us and a server do not know statements that were prepared elsewhere.
        "prepare_threshold": None,
    }
    if "connect_timeout" not in url.query:
        options["connect_timeout"] = CONNECT_SECONDS
    # A connection that idled while its server restarted is replaced, not failed on.
    return create_engine(url, connect_args=options, pool_pre_ping=True, hide_parameters=True)


def _sqlite(url: URL) -> Engine:
    # The driver must not open transactions on its own: see _begin.
    options: dict[str, Any] = {"isolation_level": None}
    if "timeout" not in url.query:
        options["timeout"] = PATIENCE_SECONDS
    if _in_memory(url):
        # A database in memory is its one connection, which threads borrow in turn.
        engine = create_engine(
            url,
            connect_args=options | {"check_same_thread": False},
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            hide_parameters=True,
        )
    else:
        if not str(url.database).startswith("file:"):
            # Absolute, for connections are opened later, too, and a process may change folders.
            path = Path(str(url.database)).absolute()
            path.parent.mkdir(parents=True, exist_ok=True)
            url = url.set(database=str(path))
        engine = create_engine(url, connect_args=options, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    file = file_of(engine)
    if file is not None:
        _keep(file, engine)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA journal_mode = DELETE")


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later would fail at once, without patience,
    # where another has written in between; a writer therefore takes its lock at the start.
    if connection.get_execution_options().get(_WRITES, False):
        _begin_writing(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    """Take the one lock of writers, waiting with patience.

    SQLite asks for it ten times a second at last: among many writers one of them can miss it for
    half a minute. Asking oftener, at random moments, each has the same chance.
    """
    patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    until = time.monotonic() + _WRITERS_PATIENCE * patience / 1000
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except OperationalError as error:
                code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
                if code & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(random.uniform(0.001, 0.01))
            else:
                return
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience}")
