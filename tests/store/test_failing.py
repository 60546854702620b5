"""What fails while it is written is said in a sentence, and what was there stays."""

import resource
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.pool import Pool

from core.errors import StoreUnavailable
from core.experiment import Experiment
from core.report import EpochReport, RunEnd, Snapshot, Status
from core.store import Store

MEGABYTE = 2**20


def big(run_id: str, epoch: int) -> Snapshot:
    """Five megabytes that no file system can make smaller."""
    noise = np.random.default_rng(epoch).standard_normal(5 * MEGABYTE // 8)
    return Snapshot(run_id, epoch, (noise,))


def held(store: Store, run_ids: list[str]) -> tuple[pd.DataFrame, pd.DataFrame, bytes]:
    """Everything that a store holds of some runs."""
    weights = b"".join(array.tobytes() for array in store.weights(run_ids[0]))
    return store.runs(run_ids), store.epochs(run_ids), weights


def check_kept(store: Store, run_ids: list[str], before: tuple[pd.DataFrame, ...]) -> None:
    after = held(store, run_ids)
    pd.testing.assert_frame_equal(after[0], before[0])
    pd.testing.assert_frame_equal(after[1], before[1])
    assert after[2] == before[2]


def first_reports(run_id: str) -> list[EpochReport | Snapshot]:
    return [EpochReport(run_id, 0, 0, 0.0, 2.3, 2.3), Snapshot(run_id, 0, (np.eye(3),))]


def more_reports(run_id: str) -> list[EpochReport | Snapshot | RunEnd]:
    late = EpochReport(run_id, 1, 10, 0.1, 0.5, 0.5)
    return [late, big(run_id, 1), RunEnd(run_id, Status.FINISHED)]


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file grow beyond ``size`` bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_that_cannot_grow_keeps_what_it_holds(
    tmp_path: Path, experiment: Experiment
) -> None:
    path = tmp_path / "kassei.sqlite"
    run_ids = [config.run_id for config in experiment.grid()]
    with Store.open(f"sqlite:///{path}") as store:
        store.add_runs(experiment.grid(), "", "stacked")
        store.write(first_reports(run_ids[0]))
        before = held(store, run_ids)
        with (
            files_of_at_most(MEGABYTE),
            pytest.raises(StoreUnavailable, match=r"disk is full or failing.*is intact"),
        ):
            store.write(more_reports(run_ids[0]))
        check_kept(store, run_ids, before)
        store.write(more_reports(run_ids[0]))
        assert store.snapshot_epochs(run_ids[0]) == (0, 1)
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_full_database_keeps_what_it_holds(tmp_path: Path, experiment: Experiment) -> None:
    run_ids = [config.run_id for config in experiment.grid()]

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 256")

    event.listen(Pool, "connect", limit)
    try:
        with Store.open(f"sqlite:///{tmp_path}/kassei.sqlite") as store:
            store.add_runs(experiment.grid(), "", "stacked")
            store.write(first_reports(run_ids[0]))
            before = held(store, run_ids)
            with pytest.raises(StoreUnavailable, match=r"\(database or disk is full\)"):
                store.write(more_reports(run_ids[0]))
            check_kept(store, run_ids, before)
    finally:
        event.remove(Pool, "connect", limit)


def test_a_full_server_keeps_what_it_holds(postgresql: str, experiment: Experiment) -> None:
    run_ids = [config.run_id for config in experiment.grid()]
    engine = create_engine(postgresql)
    with Store.open(postgresql) as store:
        store.add_runs(experiment.grid(), "", "stacked")
        store.write(first_reports(run_ids[0]))
        before = held(store, run_ids)
        with engine.begin() as connection:
            # The server says what it says when a disk is full (53100), at the last table.
            connection.exec_driver_sql(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"
            )
            connection.exec_driver_sql(
                "CREATE TRIGGER full_disk BEFORE INSERT ON snapshots EXECUTE FUNCTION full_disk()"
            )
        with pytest.raises(StoreUnavailable, match=r"full or failing \(could not extend file\)"):
            store.write(more_reports(run_ids[0]))
        check_kept(store, run_ids, before)
    engine.dispose()


def test_a_server_that_dropped_its_connections_is_found_again(
    postgresql: str, experiment: Experiment
) -> None:
    engine = create_engine(postgresql)
    with Store.open(postgresql) as store:
        store.add_runs(experiment.grid(), "", "stacked")
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND application_name = 'kassei'"
            )
        assert len(store.runs()) == 6
    engine.dispose()


def test_a_write_that_is_interrupted_leaves_nothing(store: Store, run_ids: list[str]) -> None:
    def interrupted() -> Iterator[EpochReport]:
        yield EpochReport(run_ids[0], 0, 0, 0.0, 1.0, 1.0)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.write(interrupted())
    assert store.epochs(run_ids).empty
    # The lock is free again: another write does not wait for it.
    start = time.monotonic()
    store.write([EpochReport(run_ids[0], 0, 0, 0.0, 1.0, 1.0)])
    assert time.monotonic() - start < 5


def test_a_file_that_was_moved_away_is_not_replaced_and_is_found_when_it_is_back(
    tmp_path: Path, experiment: Experiment
) -> None:
    path, away = tmp_path / "kassei.sqlite", tmp_path / "away"
    with Store.open(f"sqlite:///{path}") as store, Store.open(f"sqlite:///{path}") as other:
        store.add_runs(experiment.grid(), "", "stacked")
        path.rename(away)
        for asked in (store, other):
            with pytest.raises(StoreUnavailable, match=r"cannot be opened.*be put back"):
                asked.runs()
            with pytest.raises(StoreUnavailable, match="cannot be opened"):
                asked.submit(experiment)
        assert not path.exists()
        away.rename(path)
        assert len(store.runs()) == len(other.runs()) == 6
        store.submit(experiment)


def test_a_connection_to_a_file_that_another_took_the_place_of_is_replaced(
    tmp_path: Path, experiment: Experiment
) -> None:
    path, away = tmp_path / "kassei.sqlite", tmp_path / "away"
    with Store.open(f"sqlite:///{path}") as store:
        store.add_runs(experiment.grid(), "", "stacked")
        path.rename(away)
        with Store.open(f"sqlite:///{path}"):
            assert store.runs().empty
        away.replace(path)
        assert len(store.runs()) == 6
