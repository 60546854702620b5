"""What may be trained on a public page: refused with what would fit, and what is told does fit."""

import math
import re
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from core.engine import cost
from core.engine.plan import Block, blocks
from core.errors import InvalidExperiment, KasseiError
from core.experiment import Experiment
from core.jobs import delete_runs, environment, may_stop, stop_job, submit
from core.jobs.bounds import PRIVATE, PUBLIC, bounds, check, memory, memory_together
from core.report import RunEnd, Status
from core.store import Store


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KASSEI_PUBLIC", "1")


def refusal(store: Store, experiment: Experiment) -> str:
    with pytest.raises(InvalidExperiment) as caught:
        check(experiment, PUBLIC, store, 1.0)
    return str(caught.value)


@pytest.mark.parametrize(
    ("lists", "words"),
    [
        ({"seed": range(201)}, "201 runs are more than one comparison may have here: at most 200."),
        ({"hidden": [2_000, 2_000]}, "at most 1,000,000"),
        ({"epochs": 501}, "501 epochs are more than may be trained here: at most 500."),
    ],
)
def test_more_than_a_public_page_trains_is_refused_with_what_would_fit(
    store: Store, lists: dict[str, object], words: str
) -> None:
    assert words in refusal(store, Experiment(dataset="moons", **lists))


def test_the_epochs_that_are_told_to_fit_do(store: Store) -> None:
    lists = {"dataset": "mnist", "hidden": [512, 512], "seed": range(20)}
    said = refusal(store, Experiment(epochs=100, **lists))
    epochs = re.search(r"epochs: about (\d+)", said)
    assert epochs
    assert int(epochs[1]) > 0
    check(Experiment(epochs=int(epochs[1]), **lists), PUBLIC, store, 1.0)
    runs = re.search(r"or runs: (\d+)", said)
    assert runs
    fewer = lists | {"seed": range(int(runs[1]))}
    check(Experiment(epochs=100, **fewer), PUBLIC, store, 1.0)


@pytest.mark.parametrize(
    ("lists", "fits"),
    [
        # With so many runs one epoch is too long; with two runs, so many epochs of one.
        ({"seed": range(200), "epochs": 100}, r"What would fit: runs: \d+\."),
        ({"seed": range(2), "epochs": 500}, r"What would fit: epochs: about \d+\."),
    ],
)
def test_nothing_is_told_to_fit_that_is_no_training(
    store: Store, lists: dict[str, object], fits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cost, "processors", lambda: 1)
    said = refusal(store, Experiment(dataset="mnist", hidden=[448, 448], **lists))
    assert re.search(fits, said), said


def test_where_neither_fewer_epochs_nor_runs_fit_others_are_asked_for(store: Store) -> None:
    hasty = replace(PUBLIC, seconds=0.001)
    with pytest.raises(InvalidExperiment, match="choose fewer samples or smaller networks"):
        check(Experiment(dataset="moons", seed=0, epochs=1), hasty, store, 1.0)


def test_memory_is_refused_before_it_is_taken(store: Store) -> None:
    little = replace(PUBLIC, memory=1_000 * 2**20)
    with pytest.raises(InvalidExperiment, match=r"about [\d,]+ MB of memory.*1,000 MB"):
        check(Experiment(dataset="mnist", hidden=[512]), little, store, 1.0)
    small, large = (
        memory(blocks(Experiment(dataset="moons", hidden=[units]).grid())[0]) for units in (8, 4096)
    )
    assert small < large


def test_what_is_trained_already_costs_nothing(store: Store) -> None:
    long = Experiment(dataset="mnist", hidden=[512, 512], seed=range(20), epochs=100)
    store.add_runs(long.grid(), "", "stacked")
    store.write(RunEnd(config.run_id, Status.FINISHED) for config in long.grid())
    check(long, PUBLIC, store, 1.0)


def test_the_pages_own_example_fits(store: Store) -> None:
    check(Experiment(activation=["relu", "tanh", "sigmoid"], seed=[0, 1, 2]), PUBLIC, store, 3.0)


@pytest.mark.usefixtures("public")
def test_a_visitor_may_queue_a_few_and_all_together_more(store: Store) -> None:
    for seed in range(PUBLIC.queued_each):
        last = submit(store, Experiment(dataset="moons", seed=seed), "Ada")
    with pytest.raises(KasseiError, match="3 comparisons of yours"):
        submit(store, Experiment(dataset="moons", seed=9), "Ada")
    submit(store, Experiment(dataset="moons", seed=9), "Ben")
    store.ask_stop(last)
    submit(store, Experiment(dataset="moons", seed=9), "Ada")
    for number in range(len(store.queue()), PUBLIC.queued):
        submit(store, Experiment(dataset="moons"), f"visitor {number}")
    with pytest.raises(KasseiError, match="60 comparisons wait"):
        submit(store, Experiment(dataset="moons"), "Cleo")


@pytest.mark.usefixtures("public")
def test_others_runs_are_not_deleted_on_a_public_page(store: Store) -> None:
    experiment = Experiment(dataset="moons", epochs=0)
    run_id = experiment.grid()[0].run_id
    store.ask_stop(submit(store, experiment, "Ada"))
    for other in ("Ben", ""):
        with pytest.raises(KasseiError, match="another visitor's"):
            delete_runs(store, [run_id], other)
    delete_runs(store, [run_id], "Ada")
    assert store.runs().empty


def test_a_machine_of_ones_own_has_no_bounds_but_its_memory() -> None:
    limits = bounds()
    assert replace(limits, memory=PRIVATE.memory) == PRIVATE
    assert math.isinf(limits.seconds)
    assert limits.memory < 2**45


@pytest.mark.usefixtures("public")
def test_who_began_a_comparison_stops_it_on_a_public_page(store: Store) -> None:
    job_id = submit(store, Experiment(dataset="moons"), "Ada")
    for other in ("Ben", ""):
        assert not may_stop(store.job(job_id), other)
        with pytest.raises(KasseiError, match="another visitor's"):
            stop_job(store, job_id, other)
    assert store.job(job_id).status == Status.QUEUED
    stop_job(store, job_id, "Ada")
    assert store.job(job_id).status == Status.CANCELLED


def test_blocks_side_by_side_hold_samples_that_all_seeds_share_once() -> None:
    def planned(dataset: str) -> list[Block]:
        made = (Experiment(dataset=dataset, hidden=[8], seed=seed).grid() for seed in range(3))
        return [block for configs in made for block in blocks(configs)]

    mnist, moons = planned("mnist"), planned("moons")
    pixels = 8 * (60_000 + 10_000) * (784 + 10)
    assert memory_together(mnist) == sum(map(memory, mnist)) - 2 * pixels
    assert memory_together(moons) == sum(map(memory, moons))
    assert memory_together([*mnist, *moons]) == memory_together(mnist) + memory_together(moons)


def test_whoever_has_the_page_stops_it_on_a_machine_of_ones_own(store: Store) -> None:
    job_id = submit(store, Experiment(dataset="moons"), "Ada")
    stop_job(store, job_id, "Ben")
    assert store.job(job_id).status == Status.CANCELLED


def test_a_container_may_have_what_its_group_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In both versions of control groups; "max" and absence are no limit."""
    monkeypatch.setattr(environment, "_GROUPS", tmp_path)
    whole = psutil.virtual_memory().total
    assert environment.usable_memory() == whole
    (tmp_path / "memory.max").write_text("max\n")
    assert environment.usable_memory() == whole
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text(f"{2**30}\n")
    assert environment.usable_memory() == 2**30
    assert bounds().memory == int(0.9 * 2**30)
    (tmp_path / "memory.max").write_text(f"{2**29}\n")
    assert environment.usable_memory() == 2**29
    # What trains on a scheduler's workers is bounded by theirs.
    monkeypatch.setenv("KASSEI_SCHEDULER", "tcp://far.example:8786")
    assert bounds() == PRIVATE
