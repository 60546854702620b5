"""Pages of a stopped training: what its worker says late is heard, on a phone results are first."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from core.engine.company import company
from core.engine.plan import blocks
from core.experiment import Experiment
from core.report import BlockState, EpochReport, Status
from core.store import Store
from tests.browser.conftest import running, tab


def _stopped(store: Store, experiment: Experiment) -> str:
    """A job that was stopped a moment ago, with its runs at epoch 2."""
    job_id = store.submit(experiment)
    store.start_job(job_id)
    for config in experiment.grid():
        store.write(EpochReport(config.run_id, n, n, 0.0, 0.5, 0.5) for n in range(3))
    store.finish_job(job_id, Status.CANCELLED)
    return job_id


def test_where_it_stands_is_told_as_soon_as_it_is_known(tmp_path: Path, browser: Browser) -> None:
    experiment = Experiment(dataset="moons", activation=["relu", "tanh"], seed=0, epochs=9)
    (block,) = blocks(experiment.grid())
    run_ids = tuple(config.run_id for config in block.configs)
    with (
        Store.open(f"sqlite:///{tmp_path}/store.sqlite") as store,
        running(tmp_path) as server,
        tab(browser) as page,
    ):
        page.goto(f"{server.url}/Compare")
        expect(page.locator(".st-key-start")).to_contain_text("Runs: ")
        job_id = _stopped(store, experiment)
        page.goto(f"{server.url}/Compare?job={job_id}")
        expect(page.get_by_text("Stopped at epoch 2 of 9")).to_be_visible()
        expect(page.get_by_text("where it stood is not kept any more")).to_be_visible()
        store.write(EpochReport(run, 3, 3, 0.0, 0.5, 0.5) for run in run_ids)
        store.states.keep(BlockState(company(block), 3, run_ids, b"there"))
        expect(page.get_by_text("Stopped at epoch 3 of 9")).to_be_visible()
        expect(page.get_by_text("Goes on from epoch 3")).to_be_visible()


def _top(element: Locator) -> float:
    expect(element).to_be_visible()
    box = element.bounding_box()
    assert box
    return box["y"]


@pytest.mark.parametrize(("width", "first"), [(390, True), (1360, False)])
def test_on_a_phone_results_that_a_link_names_stand_above_the_form(
    tmp_path: Path, browser: Browser, width: int, first: bool
) -> None:
    experiment = Experiment(dataset="moons", activation=["relu", "tanh"], seed=0, epochs=9)
    with (
        Store.open(f"sqlite:///{tmp_path}/store.sqlite") as store,
        running(tmp_path) as server,
        tab(browser, width) as page,
    ):
        choices = page.locator(".st-key-activation")
        page.goto(f"{server.url}/Compare?job={_stopped(store, experiment)}")
        assert (_top(page.locator(".st-key-resume")) < _top(choices)) == first
        # Who came to choose meets the form first.
        page.goto(f"{server.url}/Compare")
        assert _top(choices) <= _top(page.locator(".st-key-train"))
