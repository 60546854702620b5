"""A page of a stopped training hears what its worker says a moment later."""

from pathlib import Path

from playwright.sync_api import Page, expect

from core.engine.company import company
from core.engine.plan import blocks
from core.experiment import Experiment
from core.report import BlockState, EpochReport, Status
from core.store import Store
from tests.browser.conftest import running


def test_where_it_stands_is_told_as_soon_as_it_is_known(tmp_path: Path, page: Page) -> None:
    experiment = Experiment(dataset="moons", activation=["relu", "tanh"], seed=0, epochs=9)
    (block,) = blocks(experiment.grid())
    run_ids = tuple(config.run_id for config in block.configs)
    with running(tmp_path) as server, Store.open(f"sqlite:///{tmp_path}/store.sqlite") as store:
        page.goto(f"{server.url}/Compare")
        expect(page.locator(".st-key-start")).to_contain_text("Runs: ")
        job_id = store.submit(experiment)
        store.start_job(job_id)
        store.write(EpochReport(run, n, n, 0.0, 0.5, 0.5) for run in run_ids for n in range(3))
        store.finish_job(job_id, Status.CANCELLED)
        page.goto(f"{server.url}/Compare?job={job_id}")
        expect(page.get_by_text("Stopped at epoch 2 of 9")).to_be_visible()
        expect(page.get_by_text("where it stood is not kept any more")).to_be_visible()
        store.write(EpochReport(run, 3, 3, 0.0, 0.5, 0.5) for run in run_ids)
        store.states.keep(BlockState(company(block), 3, run_ids, b"there"))
        expect(page.get_by_text("Stopped at epoch 3 of 9")).to_be_visible()
        expect(page.get_by_text("Goes on from epoch 3")).to_be_visible()
