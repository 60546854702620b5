"""What the command line tells of a training that is under way."""

import contextlib
import io

from core.cli.progress import Progress, progress
from core.engine.company import company
from core.engine.plan import blocks
from core.experiment import Experiment
from core.report import BlockState, EpochReport, RunEnd, Status
from core.store import Store


def test_progress_counts_epochs_of_training_alone() -> None:
    seen = Progress("1 run", 2)
    told = io.StringIO()
    with contextlib.redirect_stderr(told), seen:
        assert not seen.begun
        for epoch in range(3):
            report = EpochReport("00" * 8, epoch, epoch, 0.1 * epoch, 1.0, 1.0)
            seen.saw([report])
            # The state before training is worth keeping, too.
            assert seen.begun
    assert told.getvalue().splitlines() == ["1 run", "1 of 2 epochs", "2 of 2 epochs"]


def test_what_diverged_is_no_epoch_less_for_those_it_goes_on_with() -> None:
    experiment = Experiment(dataset="moons", epochs=8, learning_rate=[0.01, 10])
    (block,) = blocks(experiment.grid())
    run_ids = tuple(config.run_id for config in block.configs)
    with Store.open("sqlite://") as store:
        store.add_runs(experiment.grid(), "", "stacked")
        ends = (Status.CANCELLED, Status.DIVERGED)
        store.write(RunEnd(run, end) for run, end in zip(run_ids, ends, strict=True))
        store.states.keep(BlockState(company(block), 4, run_ids, b""))
        seen = progress(experiment, store, "stacked")
    with seen:
        seen.saw([EpochReport(run_ids[0], 5, 5, 0.0, 1.0, 1.0)])
