"""Statements that several rooms of the store share: upserts, long lists of runs, plain text.

SQLite and PostgreSQL write ``ON CONFLICT`` alike; SQLAlchemy has one construct for each.
"""

import itertools
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Column, Connection, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

# Both databases bound the values of one statement: SQLite to 32,766, PostgreSQL to 65,535.
_LONGEST_LIST = 10_000
# Of some thirty columns: a quarter of the values that SQLite allows.
_MOST_ROWS = 256
# Rows with more bytes, weights, are a statement each.
_FEW_BYTES = 1_000
# Any number that no other program is likely to lock: "kassei" in ASCII.
_TURNS = 0x6B6173736569
_RUN_ID = re.compile(r"[0-9a-f]{16}")


# The values of all columns of a table, in their order.
Row = tuple[Any, ...]


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert ``rows``; where their primary key exists already, overwrite.

    No two of them have the same primary key.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        # One statement over arrays: a statement a row would be parsed a row.
        columns = zip(table.columns, zip(*rows, strict=True), strict=True)
        arrays = (_array(column, list(values)) for column, values in columns)
        names = table.columns.keys()
        given = func.unnest(*arrays).table_valued(*names, name="given").render_derived()
        source = select(*given.columns)
        insert = postgresql.insert(table).from_select(names, source)
        connection.execute(insert.on_conflict_do_update(**_overwriting(table, insert)))
    else:
        _execute(connection, _upsert_on_sqlite(table), len(table.columns), rows)


# A few tables: to compile a statement takes a quarter of a write.
@lru_cache(maxsize=64)
def _upsert_on_sqlite(table: Table) -> str:
    """The statement for one row."""
    into = sqlite.insert(table)
    statement = into.on_conflict_do_update(**_overwriting(table, into))
    return str(statement.compile(dialect=sqlite.dialect(), column_keys=table.columns.keys()))


def _overwriting(table: Table, insert: postgresql.Insert | sqlite.Insert) -> dict[str, Any]:
    """Where a row is there already, and what it becomes."""
    keys = [key.name for key in table.primary_key]
    values = {own.name: insert.excluded[own.name] for own in table.columns if own.name not in keys}
    return {"index_elements": keys, "set_": values}


def insert_missing(
    connection: Connection, table: Table, key: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert those ``rows`` whose unique ``key`` the table does not hold."""
    if rows:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        insert = dialect.insert(table)
        connection.execute(insert.on_conflict_do_nothing(index_elements=[key]), rows)


def _array(column: Column[Any], values: list[Any]) -> BindParameter[Any]:
    return bindparam(None, values, type_=postgresql.ARRAY(column.type))


def _execute(connection: Connection, text: str, columns: int, rows: Sequence[Row]) -> None:
    """Execute for all rows, many in a statement, the values handed to the driver as they are.

    Checking each value of each row again takes SQLAlchemy as long as SQLite takes to write. A
    statement for each row would give up the interpreter's lock for each, and wait for it after.
    """
    if any(isinstance(value, bytes) and len(value) > _FEW_BYTES for row in rows for value in row):
        connection.exec_driver_sql(text, list(rows))
        return
    one = f"({', '.join('?' * columns)})"
    before, after = text.split(one)
    for share in _shares_of_few_lengths(rows):
        many = before + ", ".join([one] * len(share)) + after
        connection.exec_driver_sql(many, tuple(itertools.chain.from_iterable(share)))


def _shares_of_few_lengths(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Shares of ``_MOST_ROWS`` or powers of two below.

    The driver keeps the last 128 statements with all values bound to them: of any number of rows
    these are a hundred megabytes after a while.
    """
    start = 0
    while left := len(rows) - start:
        length = min(_MOST_ROWS, 1 << (left.bit_length() - 1))
        yield rows[start : start + length]
        start += length


def take_turns(connection: Connection) -> None:
    """Let the other transactions that take turns end first; SQLite's writers always do."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_TURNS)))


def shares(run_ids: Iterable[str]) -> Iterator[list[str]]:
    """``run_ids`` that can exist, each once, in lists short enough for one statement.

    Text that is no run_id (a link can hold anything) names no run and is left out.
    """
    known = [run_id for run_id in dict.fromkeys(run_ids) if _RUN_ID.fullmatch(run_id)]
    for start in range(0, len(known), _LONGEST_LIST):
        yield known[start : start + _LONGEST_LIST]


def plain(text: str) -> str:
    """``text`` without what PostgreSQL cannot store: NUL, and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def now() -> float:
    """Seconds since 1970 (UTC)."""
    return time.time()
