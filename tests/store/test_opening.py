"""A store opens fast and for safety, and migrates itself once."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from core.errors import StoreUnavailable
from core.experiment import Experiment
from core.store import Store
from core.store.schema import MIGRATIONS, REVISION, VERSION_TABLE
from core.store.tables import METADATA

ROOT = Path(__file__).parents[2]


def child(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_fresh_store_has_the_tables_that_the_code_knows(url: str) -> None:
    Store.open(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert context.get_current_revision() == REVISION
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_the_code_wants_the_newest_migration() -> None:
    script = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])
    assert script.get_heads() == [REVISION]


def test_the_migrations_can_be_undone(url: str) -> None:
    Store.open(url).close()
    script = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])
    engine = create_engine(url)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            for revision in script.walk_revisions():
                revision.module.downgrade()
        assert inspect(connection).get_table_names() == [VERSION_TABLE]
    engine.dispose()


def test_a_store_of_the_first_version_is_brought_up_to_date_and_keeps_its_jobs(
    url: str, experiment: Experiment
) -> None:
    with Store.open(url) as store:
        job_id = store.submit(experiment, "Ada")
    script = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])
    engine = create_engine(url)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            for revision in script.walk_revisions(base="0001"):
                if revision.revision != "0001":
                    revision.module.downgrade()
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '0001'")
    engine.dispose()
    with Store.open(url) as store:
        job = store.job(job_id)
        assert (job.visitor, job.busy, len(job.run_ids)) == ("Ada", 0.0, 6)
        assert store.planned(job_id) == {}
        assert store.trainer() is None


def test_a_store_that_is_up_to_date_opens_without_alembic(url: str) -> None:
    Store.open(url).close()
    code = (
        "import sys, time; from core.store import Store; start = time.perf_counter();"
        "Store.open(sys.argv[1]).close();"
        "print(time.perf_counter() - start, 'alembic' in sys.modules)"
    )
    opening = child(code, url)
    seconds, alembic = opening.communicate()[0].split()
    assert alembic == "False"
    assert float(seconds) < 1


def test_two_processes_open_a_fresh_store_at_once(url: str) -> None:
    code = (
        "import sys; from core.store import Store; print('ready', flush=True); input();"
        "store = Store.open(sys.argv[1]); print(len(store.runs())); store.close()"
    )
    opening = [child(code, url) for _ in range(2)]
    for process in opening:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in opening:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate()[0] for process in opening] == ["0\n", "0\n"]


def test_sqlite_is_opened_for_safety(tmp_path: Path) -> None:
    with (
        Store.open(f"sqlite:///{tmp_path}/new/folders/kassei.sqlite") as store,
        store._reading() as connection,
    ):
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("foreign_keys", "synchronous", "journal_mode", "busy_timeout")
        }
    full = 2
    assert found == {
        "foreign_keys": 1,
        "synchronous": full,
        "journal_mode": "delete",
        "busy_timeout": 30_000,
    }


def test_a_relative_path_means_the_same_file_in_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, experiment: Experiment
) -> None:
    monkeypatch.chdir(tmp_path)
    with Store.open("sqlite:///kassei.sqlite") as store:
        store.add_runs(experiment.grid(), "", "stacked")
        store.close()
        monkeypatch.chdir("/")
        assert len(store.runs()) == 6


def test_a_store_in_memory_holds_runs_as_long_as_it_is_open(experiment: Experiment) -> None:
    with Store.open("sqlite://") as store, Store.open("sqlite:///:memory:") as other:
        store.add_runs(experiment.grid(), "", "stacked")
        assert len(store.runs()) == 6
        assert other.runs().empty


@pytest.mark.parametrize("name", ["postgres", "postgresql"])
def test_postgresql_is_reached_through_psycopg_3_by_its_short_names(
    postgresql: str, name: str
) -> None:
    with Store.open(postgresql.replace("postgresql+psycopg", name)) as store:
        assert store.runs().empty


def test_a_store_that_may_only_be_read_is_read(tmp_path: Path, experiment: Experiment) -> None:
    path = tmp_path / "kassei.sqlite"
    with Store.open(f"sqlite:///{path}") as store:
        store.add_runs(experiment.grid(), "", "stacked")
    with Store.open(f"sqlite:///file:{path}?mode=ro&uri=true") as store:
        assert len(store.runs()) == 6
        with pytest.raises(StoreUnavailable, match="may only be read"):
            store.submit(experiment)


def test_a_migration_that_fails_leaves_nothing_half_made(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Operations, "create_index", None)
        with pytest.raises(TypeError):
            Store.open(url)
    engine = create_engine(url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    Store.open(url).close()


def test_a_busy_sqlite_store_is_waited_for(tmp_path: Path, experiment: Experiment) -> None:
    path = tmp_path / "kassei.sqlite"
    with Store.open(f"sqlite:///{path}?timeout=0.1") as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnavailable, match="is busy with another program's work"):
                store.submit(experiment)
            # To open and to read it needs no lock.
            with Store.open(f"sqlite:///{path}?timeout=0.1") as reading:
                assert reading.runs().empty
            other.execute("ROLLBACK")
        store.submit(experiment)


def test_a_file_s_mark_changes_when_another_writes_and_not_when_one_reads(
    tmp_path: Path, experiment: Experiment
) -> None:
    url = f"sqlite:///{tmp_path}/kassei.sqlite"
    with Store.open(url) as store, Store.open(url) as other:
        # Long ago: two moments of writing are told apart by the clock of the file system.
        os.utime(tmp_path / "kassei.sqlite", (0, 0))
        before = store.mark()
        assert before is not None
        assert store.queue() == []
        assert store.mark() == before
        other.submit(experiment)
        assert store.mark() != before


def test_what_is_no_file_has_no_mark(postgresql: str, tmp_path: Path) -> None:
    with Store.open("sqlite://") as memory, Store.open(postgresql) as server:
        assert memory.mark() is None
        assert server.mark() is None
    with Store.open(f"sqlite:///{tmp_path}/kassei.sqlite") as store:
        (tmp_path / "kassei.sqlite").unlink()
        assert store.mark() is None
