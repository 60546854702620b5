"""Whose turn it is: visitors one after another, whatever each has in line."""

from core.engine.plan import blocks
from core.experiment import Experiment
from core.jobs.turns import Begun, Turns, Work
from core.report import EpochReport


def begun(turns: Turns, job_id: str, visitor: str, **lists: object) -> Begun:
    """A job under way whose runs nobody else trains are its own."""
    experiment = Experiment(dataset="moons", epochs=1, **lists)
    run_ids = frozenset(config.run_id for config in experiment.grid())
    free = [config for config in experiment.grid() if config.run_id not in turns.claimed()]
    job = Begun(job_id, visitor, run_ids, [Work(block, job_id) for block in blocks(free)])
    turns.begun[job_id] = job
    return job


def given(turns: Turns, count: int, worker: str = "here") -> list[str]:
    """The jobs whose blocks get the next turns, each of which ends before the next."""
    names = []
    for _ in range(count):
        visitor, work = next(turns.candidates(worker))
        work.worker, work.name = worker, work.job_id
        turns.had_turn(visitor)
        names.append(work.job_id)
    return names


def test_visitors_take_turns_whatever_they_have_in_line() -> None:
    turns = Turns()
    begun(turns, "a1", "Ada", hidden=[[2], [3], [4]])
    begun(turns, "a2", "Ada", hidden=[[5], [6]])
    assert given(turns, 2) == ["a1", "a1"]
    begun(turns, "b", "Ben", hidden=[[7]])
    begun(turns, "c", "Cleo", hidden=[[8]])
    # The newcomers first, then each in turn.
    assert given(turns, 6) == ["b", "c", "a1", "b", "c", "a1"]


def test_a_block_under_way_comes_before_the_visitors_next_one() -> None:
    turns = Turns()
    job = begun(turns, "a", "Ada", hidden=[[2], [3]])
    second = job.works[1]
    second.worker, second.name = "here", "name"
    assert next(turns.candidates("here"))[1] is second
    # It stands in that worker's memory alone.
    assert next(turns.candidates("there"))[1] is job.works[0]
    second.given = True
    assert next(turns.candidates("here"))[1] is job.works[0]


def test_a_run_that_two_jobs_want_is_trained_once_in_either_ones_turn() -> None:
    turns = Turns()
    wide = begun(turns, "a", "Ada", seed=[0, 1, 2])
    narrow = begun(turns, "b", "Ben", seed=[1])
    assert narrow.works == []
    assert turns.needed(narrow) == wide.works
    assert given(turns, 2) == ["a", "a"]
    wide.works.clear()
    assert turns.needed(narrow) == []


def test_deaths_count_until_a_new_epoch_of_any_of_a_jobs_blocks() -> None:
    job = begun(Turns(), "a", "Ada", hidden=[[2], [3]])
    first, second = job.works
    told = {
        work: [EpochReport(work.block.configs[0].run_id, 0, 0, 0.0, 1.0, 1.0)] for work in job.works
    }
    job.deaths = 2
    job.saw(first, told[first])
    assert job.deaths == 0
    job.deaths = 2
    # What it has shown before clears it of nothing.
    job.saw(first, told[first])
    assert job.deaths == 2
    job.saw(second, told[second])
    assert job.deaths == 0
