"""The trainer, a real process: jobs are trained, stopped, failed and resumed, and nothing stays."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from core.engine.processors import processors
from core.errors import told_message
from core.experiment import Experiment
from core.jobs import TrainerProcess, train
from core.jobs.trainer import TURN_SECONDS
from core.language import translator
from core.report import Status
from core.store import Store

from .conftest import ROOT, descendants, ended, same_numbers, until, worker_of


def test_epochs_appear_while_a_job_trains_and_are_those_of_direct_training(
    shared: Store, trainer: TrainerProcess
) -> None:
    experiment = Experiment(
        name="both ways", dataset="moons", activation=["relu", "tanh"], seed=[0, 1], epochs=600
    )
    job_id = shared.submit(experiment)
    until(lambda: shared.job(job_id).epochs_done > 0)
    under_way = shared.job(job_id)
    assert under_way.status == Status.RUNNING
    assert under_way.epochs_done < under_way.epochs_total == 4 * 600
    job = ended(shared, job_id)
    assert (job.status, job.message, job.runs_done) == (Status.FINISHED, "", 4)
    assert job.epochs_done == job.epochs_total

    direct = train(experiment)
    same_numbers(shared.runs(job.run_ids), direct.store.runs(job.run_ids))
    same_numbers(shared.epochs(job.run_ids), direct.store.epochs(job.run_ids))
    same_numbers(shared.layers(job.run_ids), direct.store.layers(job.run_ids))
    for run_id in job.run_ids:
        for there, here in zip(shared.weights(run_id), direct.store.weights(run_id), strict=True):
            assert there.tobytes() == here.tobytes()


def test_a_stopped_job_keeps_its_epochs_and_begins_no_more_blocks(
    shared: Store, trainer: TrainerProcess
) -> None:
    """A block a network and number of epochs: one trains by processor, the others wait."""
    networks = processors() + 2
    hidden = [[8 + more] for more in range(networks)]
    job_id = shared.submit(Experiment(dataset="moons", hidden=hidden, epochs=[100_000, 0]))
    until(lambda: shared.job(job_id).epochs_done > 5)
    shared.ask_stop(job_id)
    asked = datetime.now(UTC)
    job = ended(shared, job_id)
    assert job.status == Status.CANCELLED
    assert job.finished
    assert (job.finished - asked).total_seconds() < 5
    runs = shared.runs(job.run_ids)
    long = runs[runs["epochs"] > 0]
    assert set(long["status"]) == {"cancelled"}
    begun = long[long["epochs_done"] > 0]
    assert 1 <= len(begun) <= processors()
    assert 5 < begun["epochs_done"].sum() < 100_000
    # Of those that waited, not even the state before training was measured.
    finished = runs[runs["status"] == "finished"]
    measured = shared.epochs(job.run_ids).groupby("run_id")["epoch"].max()
    waited = len(long) - len(set(measured.index) & set(long["run_id"]))
    assert waited >= networks - processors()
    assert set(finished["run_id"]) < set(measured.index)
    assert all(measured[begun["run_id"]].to_numpy() == begun["epochs_done"].to_numpy())
    assert len(runs) == 2 * networks
    assert len(finished) < networks


def test_a_job_without_data_fails_in_a_sentence_and_the_next_one_trains(
    shared: Store, trainer: TrainerProcess
) -> None:
    impossible = shared.submit(Experiment(dataset="mnist", seed=[0, 1]))
    possible = shared.submit(Experiment(dataset="circles", epochs=1))
    failed = ended(shared, impossible)
    assert failed.status == Status.FAILED
    assert "digits is there meanwhile" in told_message(failed.message, str)
    assert "Traceback" not in failed.message
    japanese = told_message(failed.message, translator("ja"))
    assert "digits" in japanese
    assert "meanwhile" not in japanese
    assert set(shared.provenance(failed.run_ids)["message"]) == {failed.message}
    assert set(shared.runs(failed.run_ids)["status"]) == {"failed"}
    assert ended(shared, possible).status == Status.FINISHED


def test_a_run_that_diverges_does_not_fail_its_job(shared: Store, trainer: TrainerProcess) -> None:
    rates = Experiment(dataset="plane", learning_rate=[0.01, 1e5], optimizer="sgd", epochs=3)
    job = ended(shared, shared.submit(rates))
    assert job.status == Status.FINISHED
    assert list(shared.runs(job.run_ids)["status"]) == ["finished", "diverged"]


def test_only_what_is_not_trained_yet_is_trained(shared: Store, trainer: TrainerProcess) -> None:
    first = ended(shared, shared.submit(Experiment(dataset="gauss", seed=[0, 1], epochs=2)))
    before = shared.runs(first.run_ids)
    more = ended(shared, shared.submit(Experiment(dataset="gauss", seed=[0, 1, 2], epochs=2)))
    assert more.runs_done == 3
    # Clock and all: these rows were not written again.
    assert shared.runs(first.run_ids).equals(before)
    known = shared.submit(Experiment(dataset="gauss", seed=[2, 0], epochs=2))
    assert shared.job(known).status == Status.FINISHED


@pytest.mark.skipif(sys.platform != "linux", reason="only there a process tells what it maps")
def test_the_trainer_loads_no_frames_and_its_worker_only_what_trains(
    shared: Store, trainer: TrainerProcess
) -> None:
    """Of both as they are after a job: Keras would import pandas and scikit-learn, too."""
    assert ended(shared, shared.submit(Experiment(dataset="gauss", epochs=1))).runs_done == 1
    worker = worker_of(os.getpid())
    frames = {"pandas", "pyarrow", "sklearn", "h5py"}
    assert "tensorflow" in packages(worker)
    assert not packages(worker) & {*frames, "sqlalchemy", "psycopg_binary"}
    assert "numpy" in packages(worker.parent())
    assert not packages(worker.parent()) & {*frames, "tensorflow", "scipy"}


def packages(process: psutil.Process | None) -> set[str]:
    """The packages whose compiled modules a process has loaded."""
    assert process is not None
    found = {Path(mapped.path).parts for mapped in process.memory_maps()}
    return {p[p.index("site-packages") + 1] for p in found if "site-packages" in p}


def test_a_visitor_with_many_jobs_delays_anothers_by_one_turn_at_most(
    shared: Store, trainer: TrainerProcess
) -> None:
    """Ada's first networks train for minutes; Ben waits for no more of her than of himself."""
    many = [
        shared.submit(Experiment(dataset="xor", hidden=[units], epochs=100_000), "Ada")
        for units in range(40, 60)
    ]
    until(lambda: shared.job(many[0]).epochs_done > 0)
    before = sum(shared.job(job_id).busy for job_id in many)
    single = ended(shared, shared.submit(Experiment(dataset="gauss", epochs=150, seed=7), "Ben"))
    assert single.status == Status.FINISHED
    adas = [shared.job(job_id) for job_id in many]
    assert {job.status for job in adas[processors() :]} == {Status.QUEUED}
    # Turns are of a second, one a processor, and end with what they have begun.
    waited = (sum(job.busy for job in adas) - before) / processors()
    assert waited <= single.busy + 3 * TURN_SECONDS
    for job_id in many:
        shared.ask_stop(job_id)
    until(lambda: not shared.queue())


def test_closing_is_prompt_and_leaves_no_process(shared: Store, trainer: TrainerProcess) -> None:
    """In the middle of a job, which the next trainer takes up."""
    job_id = shared.submit(Experiment(dataset="xor", hidden=[512, 512], epochs=400))
    until(lambda: shared.job(job_id).epochs_done > 0)
    worker = worker_of(os.getpid())
    asked = time.monotonic()
    trainer.close()
    assert time.monotonic() - asked < 10
    assert not worker.is_running()
    assert shared.job(job_id).status == Status.RUNNING
    shared.ask_stop(job_id)


def test_closing_is_prompt_while_tensorflow_starts(tmp_path: Path) -> None:
    """Its import hears nothing for seconds, and needs not be waited for."""
    trainer = TrainerProcess(f"sqlite:///{tmp_path}/kassei.sqlite")
    assert trainer.ensure()
    worker = worker_of(os.getpid())
    # Dask alone has some 130 MB.
    until(lambda: worker.memory_info().rss > 200 * 2**20)
    asked = time.monotonic()
    trainer.close()
    assert time.monotonic() - asked < 10
    assert not worker.is_running()


PARENT = """
import sys
from core.jobs import TrainerProcess
trainer = TrainerProcess(sys.argv[1])
trainer.ensure()
print("started", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("killed", ["parent", "trainer"])
def test_no_process_outlives_the_one_that_needs_it(
    tmp_path: Path, mine: list[psutil.Process], killed: str
) -> None:
    command = [sys.executable, "-c", PARENT, f"sqlite:///{tmp_path}/kassei.sqlite"]
    parent = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"started\n"
        worker_of(parent.pid)
        family = descendants(parent.pid)
        mine += family
        assert len(family) >= 2
        victim = parent.pid if killed == "parent" else family[0].pid
        os.kill(victim, signal.SIGKILL)
        left = family if killed == "parent" else family[1:]
        until(lambda: not any(_lives(process) for process in left), seconds=15)
        parent.kill()


def _lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_a_trainer_that_cannot_live_is_not_started_in_a_storm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in that ends at once, and writes when the system started it."""
    script, log = tmp_path / "python", tmp_path / "log"
    # The 22nd field, in ticks: its own clock is read late on a busy machine.
    began = "read -r line < /proc/$$/stat; set -- ${line##*) }; echo ${20}"
    script.write_text(f"#!/bin/sh\n{began} >> {log}\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    process = TrainerProcess(f"sqlite:///{tmp_path}/kassei.sqlite")
    process.ensure()
    until(lambda: log.exists() and len(log.read_text().split()) == 4)
    process.close()
    tick = os.sysconf("SC_CLK_TCK")
    moments = [int(line) / tick for line in log.read_text().split()]
    pauses = [late - early for early, late in pairwise(moments)]
    assert all(pause > least - 0.05 for pause, least in zip(pauses, (1, 2, 4), strict=True))


POISON = """
import importlib.abc, os, signal, sys

class Poison(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "core.engine.inputs":
            sys.meta_path.remove(self)
            import core.engine.samples as module
            real = module.samples
            def samples(config, seeds):
                if config.dataset == "wine":
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(config, seeds)
            module.samples = samples

sys.meta_path.insert(0, Poison())
"""


def test_a_job_that_kills_its_worker_is_failed_and_blocks_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Training on wine kills the worker: three times, and in between another's job is trained."""
    (tmp_path / "sitecustomize.py").write_text(POISON)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{ROOT}")
    with Store.open(f"sqlite:///{tmp_path}/kassei.sqlite") as store:
        poison = store.submit(Experiment(dataset="wine", seed=[0, 1], epochs=2), "Ada")
        sound = store.submit(Experiment(dataset="circles", epochs=2), "Ben")
        trainer = TrainerProcess(store.url)
        trainer.ensure()
        assert ended(store, sound).status == Status.FINISHED
        job = ended(store, poison)
        trainer.close()
        assert job.status == Status.FAILED
        assert "ended its worker 3 times" in told_message(job.message, str)
        assert set(store.runs(job.run_ids)["status"]) == {"failed"}
