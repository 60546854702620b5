"""What a database says went wrong, as sentences for people; passwords never show.

This module knows the codes of SQLite and PostgreSQL, and nothing of what was asked.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.errors import StoreUnavailable
from core.language import N_

_FULL = N_(
    "The store {store} cannot be written, for its disk is full or failing ({reason}). What was"
    " stored before is intact: free some space and try again."
)
_BUSY = N_("The store {store} is busy with another program's work ({reason}); try again.")
_READ_ONLY = N_(
    "The store {store} may only be read: make its file and folder writable, or name another"
    " store in KASSEI_STORE."
)
_NOT_OURS = N_(
    "{store} is not a store, or is damaged ({reason}): move the file away, or name another"
    " store in KASSEI_STORE."
)
_CANNOT_OPEN = N_(
    "The store {store} cannot be opened ({reason}): its folder must exist and be writable, and a"
    " file that was moved away be put back."
)
_NO_ANSWER = N_(
    "The server of the store {store} does not let Kassei in ({reason}): check that it runs, and"
    " the name and password in KASSEI_STORE."
)
_OTHER = N_("The store {store} failed: {reason}.")

# https://www.sqlite.org/rescode.html
_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _FULL,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_NOTADB: _NOT_OURS,
    sqlite3.SQLITE_CORRUPT: _NOT_OURS,
    sqlite3.SQLITE_CANTOPEN: _CANNOT_OPEN,
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL = {
    "53100": _FULL,
    "40001": _BUSY,
    "40P01": _BUSY,
    "55P03": _BUSY,
    "25006": _READ_ONLY,
    "42501": _READ_ONLY,
}


def shown(url: URL) -> str:
    """``url`` for people: without its password, and without options, which may hold another."""
    return url.set(query={}).render_as_string(hide_password=True)


@contextmanager
def as_sentences(store: str) -> Iterator[None]:
    """Turn what SQLAlchemy raises inside into StoreUnavailable; ``store`` is its shown URL."""
    try:
        yield
    except DBAPIError as error:
        raise sentence(error, store) from error
    except (PoolTimeout, SQLAlchemyError) as error:
        raise StoreUnavailable(_OTHER, store=store, reason=_first_line(error)) from error


def sentence(error: DBAPIError, store: str) -> StoreUnavailable:
    """The sentence for what the database's driver raised."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        # The low byte is the kind of failure; the rest says where it was met.
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        said = _SQLITE.get(code, _OTHER)
    else:
        state = getattr(cause, "sqlstate", None)
        # Without a state the server never took the statement: no connection, or lost.
        lost = state is None and (error.connection_invalidated or error.statement is None)
        said = _NO_ANSWER if lost else _POSTGRESQL.get(state or "", _OTHER)
    return StoreUnavailable(said, store=store, reason=_first_line(cause or error))


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].strip().rstrip(".:")
