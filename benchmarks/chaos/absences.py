"""A database that is away, and a disk that is full, while the service trains."""

import contextlib
import resource
import time
from pathlib import Path

from benchmarks.chaos.histories import (
    PATIENCE,
    Scale,
    check_integrity,
    compare,
    compare_stopped,
)
from benchmarks.family import Family, until
from benchmarks.postgres import Server
from core.errors import StoreUnavailable
from core.experiment import Experiment
from core.report import Status
from core.store import Store

# The page and the training are back so soon after the database is.
_BACK_SECONDS = 10.0


def away(folder: Path, scale: Scale) -> str:
    """The database's server gone for half a minute, while a visitor looks."""
    # It needs a browser, which the others do not.
    from benchmarks.chaos.visiting import visitor

    seconds = 5.0 if scale.short else 30.0
    server = Server()
    # It ends when it is told to: until then there is something to look at.
    job = Experiment(dataset="circles", activation=["relu", "tanh"], epochs=50_000)
    try:
        family = Family(server.url)
        with Store.open(server.url) as store:
            job_id = store.submit(job)
            until(lambda: store.job(job_id).epochs_done > 0, PATIENCE)
            with visitor(server.url, job_id) as seen:
                before = store.job(job_id).epochs_done
                server.stop()
                told = seen.is_told(seconds + 60)
                time.sleep(max(0.0, seconds - told))
                with contextlib.suppress(StoreUnavailable):
                    store.job(job_id)
                    raise AssertionError("the server answers")
                server.start()
                well = seen.is_well(PATIENCE)
                back = until(lambda: store.job(job_id).epochs_done > before + 100, PATIENCE)
            epochs = compare_stopped(store, job_id, job, folder)
    finally:
        family.end()
        server.remove()
    assert scale.short or well + back <= _BACK_SECONDS, (well, back)
    return (
        f"gone {seconds:.0f} s; the page says so after {told:.1f} s, is well {well:.1f} s after its"
        f" return, trains {back:.1f} s later, {epochs} epochs equal"
    )


def full(folder: Path, scale: Scale) -> str:
    """A disk that is full for a while: the trainer's files may not grow beyond what they are."""
    path = folder / "kassei.sqlite"
    jobs = [Experiment(dataset="spiral", activation=["relu", "tanh"], epochs=600)]
    with Store.open(f"sqlite:///{path}") as store:
        family = Family(f"sqlite:///{path}")
        try:
            job_id = store.submit(jobs[0])
            until(lambda: store.job(job_id).epochs_done > 0, PATIENCE)
            trainer = family.find("trainer")
            _, hard = resource.prlimit(trainer.pid, resource.RLIMIT_FSIZE)
            size = path.stat().st_size
            resource.prlimit(trainer.pid, resource.RLIMIT_FSIZE, (size, hard))
            time.sleep(3 if scale.short else 30)
            stood = store.job(job_id).epochs_done
            time.sleep(3)
            assert store.job(job_id).epochs_done == stood
            assert store.job(job_id).status == Status.RUNNING
            check_integrity(path)
            resource.prlimit(trainer.pid, resource.RLIMIT_FSIZE, (hard, hard))
            back = until(lambda: store.job(job_id).epochs_done > stood, PATIENCE)
            until(lambda: not store.queue(), PATIENCE)
            assert store.job(job_id).status == Status.FINISHED
            epochs = compare(store, jobs, folder)
        finally:
            family.end()
    return f"goes on {back:.1f} s after there is room, {epochs} epochs equal"
