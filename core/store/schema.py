"""Bringing a store's tables up to this code's schema, by alembic, when it is opened.

A store that is up to date costs one query, and alembic is not even imported. The check
and the migrations share one transaction under a lock, so that processes that open a
fresh store at the same time take turns and the later find nothing to do.
"""

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, column, inspect, select, table

from core.errors import StoreUnavailable
from core.language import N_
from core.store.statements import take_turns
from core.store.tables import METADATA

MIGRATIONS = Path(__file__).parent / "migrations"
# The newest revision in MIGRATIONS: a test compares the two.
REVISION = "0005"
# Not alembic's own name: a database shared with another program may hold that table already.
VERSION_TABLE = "kassei_version"

# Alembic's ``op`` is one object for the whole process: threads take turns.
_ALEMBIC = threading.Lock()


def bring_up_to_date(reader: Engine, writer: Engine, shown: str) -> None:
    """Make or migrate the tables, unless they are as this code wants them.

    Raises:
        StoreUnavailable: the tables are of a newer Kassei, or of another program.
    """
    with reader.connect() as connection:
        if _revision(connection) == REVISION:
            return
    with _ALEMBIC, writer.begin() as connection:
        take_turns(connection)
        found = _revision(connection)
        if found != REVISION:
            _migrate(connection, found, shown)


def _revision(connection: Connection) -> str | None:
    """The revision that the store records; None for a fresh one."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    versions = table(VERSION_TABLE, column("version_num"))
    found: str | None = connection.execute(select(versions.c.version_num)).scalar()
    return found


def _migrate(connection: Connection, found: str | None, shown: str) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])
    known = [entry.revision for entry in script.walk_revisions()]
    if found is not None and found not in known:
        raise StoreUnavailable(
            N_(
                "The store {store} has the tables of a newer Kassei ({found}; this one knows"
                " {known}): update Kassei, or name another store in KASSEI_STORE."
            ),
            store=shown,
            found=found,
            known=REVISION,
        )
    strange = METADATA.tables.keys() & set(inspect(connection).get_table_names())
    if found is None and strange:
        raise StoreUnavailable(
            N_(
                "The database {store} holds another program's table {table}: name a database of"
                " its own for Kassei in KASSEI_STORE."
            ),
            store=shown,
            table=min(strange),
        )

    def steps(revision: Any, _context: Any) -> Iterable[Any]:
        return script._upgrade_revs("head", revision)

    with EnvironmentContext(Config(), script, fn=steps) as environment:
        environment.configure(connection=connection, version_table=VERSION_TABLE)
        with environment.begin_transaction():
            environment.run_migrations()
