"""Trainings on Compare: who may stop one, why one failed, and a store that fails meanwhile."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.errors import InvalidExperiment, StoreUnavailable, as_message
from core.experiment import Experiment
from core.report import EpochReport, Status
from core.store import Store
from pages.shared import caches, progress
from pages.shared.progress import Watch, _told, seconds_left

from .conftest import opened, page

Finished = Callable[..., str]

_compare = partial(opened, "Compare")


@pytest.mark.usefixtures("store")
def test_a_job_that_the_store_does_not_hold_is_one_sentence() -> None:
    app = _compare(job="nope")
    assert not app.exception
    assert [alert.value for alert in (*app.warning, *app.error)] == [
        "The store holds no job 'nope'."
    ]


def test_a_trainer_that_waits_has_no_speed(store: Store) -> None:
    lease = store.take_lease("trainer", "1", lambda _: False)
    assert lease
    lease.renew(address="", workers=1, trouble="", speed=12.0)
    told = "The trainer is ready"
    assert told in [line.value for line in _compare().caption]
    store.start_job(store.submit(Experiment(dataset="moons", seed=7)))
    captions = [line.value for line in _compare().caption]
    caches.trainer().close()
    (line,) = [line for line in captions if line.startswith(told)]
    assert line.endswith("12 epochs a second")


def test_progress_says_that_a_worker_starts_again_and_no_time_when_all_is_done(
    store: Store,
) -> None:
    job_id = store.submit(Experiment(dataset="moons", epochs=4))
    store.start_job(job_id)
    lease = store.take_lease("trainer", "1", lambda _: False)
    assert lease

    def told(workers: int, *, hindered: bool = False) -> str:
        lease.renew(address="", workers=workers, trouble="", speed=1.0)
        line, trainer = store.queue(), store.trainer()
        return _told(store.job(job_id), line, trainer, str, hindered=hindered, left=2.0)

    (run_id,) = store.job(job_id).run_ids
    # Before its first epoch nothing starts again, and something happens.
    assert told(1).endswith("the networks are being prepared …")
    assert "again" not in told(0)
    lease.record(job_id, 2.0, [EpochReport(run_id, n, n, 0.0, 0.5, 0.5) for n in range(3)])
    assert told(1) == "50 % · epochs: 2 of 4 · runs: 1 · about 2.0 s left"
    assert told(0).startswith("The trainer is starting again; what was trained is kept")
    # Of what waits for room on a disk nobody knows how long it takes.
    assert told(1, hindered=True) == "50 % · epochs: 2 of 4 · runs: 1 · training waits"
    lease.record(job_id, 2.0, [EpochReport(run_id, n, n, 0.0, 0.5, 0.5) for n in (3, 4)])
    left = seconds_left(store.job(job_id), Watch(job_id, 0.0, 2), 4.0)
    assert left is None


def test_the_time_left_is_at_the_pace_since_the_first_epoch_that_was_seen(store: Store) -> None:
    job_id = store.submit(Experiment(dataset="moons", epochs=10))
    (run_id,) = store.job(job_id).run_ids
    lease = store.take_lease("trainer", "1", lambda _: False)
    assert lease
    lease.record(job_id, 60.0, [EpochReport(run_id, n, n, 0.0, 0.5, 0.5) for n in range(5)])
    # Two epochs in four seconds since then, however long the first two were waited for.
    job, begun = store.job(job_id), Watch(job_id, 100.0, 2)
    assert seconds_left(job, begun, 104.0) == 6 * 4 / 2
    assert seconds_left(job, begun, 101.0) is None
    assert seconds_left(job, Watch(job_id, 100.0, 4), 104.0) is None
    # Epochs that were copied meanwhile from shorter runs took no time.
    copied = replace(job, epochs_done=8, epochs_known=4)
    assert seconds_left(copied, begun, 104.0) == 2 * 4 / 2


def test_a_page_watches_the_pace_anew_for_each_job_and_after_a_stall(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter((0.0, 4.0, 3_604.0, 3_608.0, 3_612.0))
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    lease = store.take_lease("trainer", "1", lambda _: False)
    assert lease
    job_id = store.submit(Experiment(dataset="moons", epochs=20))
    store.start_job(job_id)
    (run_id,) = store.job(job_id).run_ids
    app = page("Compare", job=job_id)

    def told(last: int, trouble: str = "") -> str:
        """After one more look, when ``last`` is the last epoch."""
        reports = [EpochReport(run_id, n, n, 0.0, 0.5, 0.5) for n in range(last + 1)]
        lease.record(job_id, 1.0, reports)
        lease.renew(address="", workers=1, trouble=trouble, speed=1.0)
        app.run()
        assert not app.exception
        text: str = app.get("progress")[0].proto.text
        return text.partition("runs: 1")[2]

    full = as_message(StoreUnavailable("The store cannot be written, for its disk is full."))
    assert told(2) == ""
    assert told(4) == " · about 32 s left"
    assert told(4, full) == " · training waits"
    # An hour on, there is room: two epochs in the four seconds after the first look.
    assert told(5) == ""
    assert told(7) == " · about 26 s left"
    caches.trainer().close()


def test_a_full_disk_is_told_and_no_time_left_until_there_is_room(store: Store) -> None:
    job_id = store.submit(Experiment(dataset="moons", epochs=4))
    store.start_job(job_id)
    (run_id,) = store.job(job_id).run_ids
    lease = store.take_lease("trainer", "1", lambda _: False)
    assert lease
    lease.record(job_id, 2.0, [EpochReport(run_id, n, n, 0.0, 0.5, 0.5) for n in range(3)])
    full = StoreUnavailable("The store cannot be written, for its disk is full.")
    told = []
    for trouble in (as_message(full), ""):
        lease.renew(address="", workers=1, trouble=trouble, speed=1.0)
        app = _compare(job=job_id)
        assert not app.exception
        told.append((app.get("progress")[0].proto.text, [said.value for said in app.warning]))
    caches.trainer().close()
    assert told == [
        ("50 % · epochs: 2 of 4 · runs: 1 · training waits", [str(full)]),
        ("50 % · epochs: 2 of 4 · runs: 1", []),
    ]


def test_a_store_that_cannot_be_opened_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KASSEI_STORE", f"sqlite:///{tmp_path / 'file' / 'store.sqlite'}")
    caches.store.clear()
    app = _compare()
    caches.store.clear()
    assert not app.exception
    assert len(app.error) == 1


def _spoil(store: Store) -> None:
    """Another program writes over the file of a store that is open."""
    path = Path(store.url.removeprefix("sqlite:///"))
    path.write_bytes(b"not a database" * max(1000, path.stat().st_size // 14))


def test_a_store_that_fails_when_train_is_pressed_is_one_sentence_and_choices_stay(
    store: Store,
) -> None:
    app = _compare()
    app.button_group(key="activation").set_value(["gelu"]).run()
    _spoil(store)
    app.button(key="train").click().run()
    assert not app.exception
    assert len(app.error) == 1
    assert app.button_group(key="activation").value == ["gelu"]
    app.slider(key="seeds").set_value(4).run()
    assert not app.exception
    assert len(app.error) == 1
    assert app.button_group(key="activation").value == ["gelu"]


def test_runs_that_are_picked_while_they_train_show_their_training(store: Store) -> None:
    job_id = store.submit(Experiment(dataset="moons", activation=["gelu", "silu"]))
    store.start_job(job_id)
    app = _compare(runs=store.job(job_id).run_ids[0])
    caches.trainer().close()
    assert not app.exception
    assert app.button_group(key="activation").value == ["gelu", "silu"]
    app.button(key="stop").click().run()
    assert not app.exception
    assert store.job(job_id).stop_asked


def test_on_a_public_page_only_who_began_a_training_can_stop_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KASSEI_PUBLIC", "1")
    job_id = store.submit(Experiment(dataset="moons"), "somebody else")
    store.start_job(job_id)
    app = _compare(job=job_id)
    caches.trainer().close()
    assert not app.exception
    assert [button.key for button in app.button if button.key == "stop"] == []


def test_a_store_that_fails_when_stop_is_pressed_is_one_sentence(store: Store) -> None:
    job_id = store.submit(Experiment(dataset="moons", activation="gelu"))
    store.start_job(job_id)
    app = _compare(job=job_id)
    caches.trainer().close()
    _spoil(store)
    app.button(key="stop").click().run()
    assert not app.exception
    assert len(app.error) == 1
    assert app.button_group(key="activation").value == ["gelu"]


def test_a_store_that_fails_between_two_reads_is_one_sentence(
    store: Store, finished: Finished
) -> None:
    experiment = Experiment(dataset="moons", activation=["relu", "tanh"], seed=[0, 1], epochs=2)
    app = _compare(job=finished(store, experiment))
    with closing(sqlite3.connect(store.url.removeprefix("sqlite:///"))) as connection, connection:
        # The job can be read, what it trained cannot.
        connection.execute("DROP TABLE layers")
        connection.execute("DROP TABLE epochs")
    caches.table.clear()
    app.run()
    assert not app.exception
    assert app.error
    assert app.button_group(key="activation").value == ["relu", "tanh"]


def test_a_failed_job_says_why(store: Store) -> None:
    job_id = store.submit(Experiment(dataset="moons"))
    store.start_job(job_id)
    store.finish_job(job_id, Status.FAILED, "The disk is full.")
    app = _compare(job=job_id)
    assert not app.exception
    assert app.error[0].value == "Training failed: The disk is full."


def test_a_failed_job_says_why_in_the_readers_language(store: Store) -> None:
    job_id = store.submit(Experiment(dataset="moons"))
    store.start_job(job_id)
    lost = InvalidExperiment("{field} is an empty list; give at least one value.", field="seed")
    store.finish_job(job_id, Status.FAILED, as_message(lost))
    app = _compare(job=job_id, lang="ja")
    assert not app.exception
    assert "空のリスト" in app.error[0].value
    assert "seed" in app.error[0].value


def test_a_stopped_job_says_so(store: Store) -> None:
    job_id = store.submit(Experiment(dataset="moons"))
    store.ask_stop(job_id)
    app = _compare(job=job_id)
    assert any(text.value.startswith("**Stopped at epoch 0 of ") for text in app.markdown)
