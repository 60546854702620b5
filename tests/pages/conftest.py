"""Pages as scripts, a store for them, and runs in it that have ended without a trainer."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.engine.draws import initial_weights
from core.experiment import Experiment
from core.report import EpochReport, LayerReport, Report, RunEnd, Snapshot, Status
from core.store import Store
from pages.shared import caches

ROOT = Path(__file__).resolve().parents[2]
_LOST = (Status.DIVERGED, Status.CANCELLED)


def page(name: str = "", **link: str) -> AppTest:
    """The page ``name`` (the landing page unless said) as ``link`` addresses it, not yet run."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)
    if name:
        app.switch_page(f"pages/{name}.py")
    for key, value in link.items():
        app.query_params[key] = value
    return app


def opened(name: str = "", **link: str) -> AppTest:
    """The page as it is after its first run."""
    return page(name, **link).run()


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty store that the pages use."""
    monkeypatch.setenv("KASSEI_STORE", f"sqlite:///{tmp_path / 'store.sqlite'}")
    caches.store.clear()
    caches.trainer.clear()
    return caches.store()


def layer(number: int) -> LayerReport:
    """A report of the layer ``number``, of which all statistics are a quarter."""
    numbers = dict.fromkeys(LayerReport.__dataclass_fields__, 0.25)
    return LayerReport(
        **numbers | {"layer": number, "units": 16, "histogram": (1,) * 64},  # type: ignore[arg-type]
    )


def finish(store: Store, experiment: Experiment, *endings: Status) -> str:
    """A job of ``experiment`` whose runs have ended, as a trainer would have left it."""
    job_id = store.submit(experiment)
    store.start_job(job_id)
    for number, config in enumerate(experiment.grid()):
        run = config.run_id
        ending = endings[number] if endings else Status.FINISHED
        reports = [
            EpochReport(run, epoch, epoch, float(epoch), 0.5, 0.5, 0.9, 0.8 + 0.01 * epoch,
                        layers=(layer(1), layer(2)))
            for epoch in range(3)
        ]  # fmt: skip
        store.write([*reports, RunEnd(run, ending, 7 if ending == Status.DIVERGED else None)])
    store.finish_job(job_id, Status.FINISHED)
    return job_id


@pytest.fixture
def finished() -> Callable[..., str]:
    """``finished(store, experiment, *endings)``: a job whose runs have ended."""
    return finish


def drawn_up(store: Store, experiment: Experiment, *endings: Status, early: int = 1) -> str:
    """Runs with the weights of their seeds' first draws, as if these had been trained.

    Those that ended otherwise than well have the epochs before ``early``.
    """
    store.add_runs(experiment.grid(), experiment.name, "stacked")
    for place, config in enumerate(experiment.grid()):
        weights = [
            part
            for pair in initial_weights(config.seed, config.sizes, "he_normal", "normal(0.5)")
            for part in pair
        ]
        ending = endings[place] if endings else Status.FINISHED
        reports: list[Report] = []
        for epoch in range(early if ending in _LOST else config.epochs + 1):
            scores = (0.5, 0.5) if config.source.task.kind == "classification" else ()
            reports.append(EpochReport(config.run_id, epoch, epoch, 0.1, 0.5, 0.5, *scores))
            if ending != Status.FAILED:
                reports.append(Snapshot(config.run_id, epoch, tuple(weights)))
        store.write(
            [*reports, *([] if ending == Status.RUNNING else [RunEnd(config.run_id, ending)])]
        )
    return ",".join(config.run_id for config in experiment.grid())
