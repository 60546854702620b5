"""Training in this process: an experiment in, results out.

The trainer does the same with each block in a worker; see ``core.jobs.trainer``.
"""

import itertools
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from core.engine.plan import Block
from core.engine.processors import processors
from core.engine.samples import read_ahead
from core.engine.start import start
from core.errors import (
    InvalidExperiment,
    KasseiError,
    StoreUnavailable,
    TrainingFailed,
    as_message,
    reason,
)
from core.experiment import Experiment, RunConfig
from core.jobs.abreast import Stop, abreast
from core.jobs.claiming import shares
from core.jobs.identity import is_gone, own_name
from core.jobs.planning import plan, start_of
from core.jobs.results import Results
from core.jobs.writing import Told, stored
from core.language import N_
from core.report import BlockState, Report, Status
from core.store import Store, in_memory
from data import forget

if TYPE_CHECKING:
    from core.engine.pool import PassesPool

ENGINES = ("stacked", "keras")

Watch = Callable[[Sequence[Report]], None]


def train(
    experiment: Experiment,
    *,
    store: Store | str | None = None,
    engine: str = "stacked",
    stop: Callable[[], bool] = lambda: False,
    watch: Watch | None = None,
    told: Callable[[str], None] = lambda _: None,
    alone: bool = False,
) -> Results:
    """Train every run of ``experiment`` that ``store`` does not hold yet, in this process.

    Runs that are longer than one that it holds, or were stopped, go on from there. Runs that the
    store's trainer or another program trains are waited for. TensorFlow, where it is not there
    yet, is started with one thread for each operation: blocks train side by side, each in a thread.

    Args:
        experiment: what to train.
        store: a Store or its URL; None keeps the results in memory.
        engine: "stacked" (all runs at once), or "keras" (one ``fit`` after another: the
            reference, whose runs have run_ids of their own).
        stop: asked several times a second; True ends the training, and what was recorded stays.
        watch: called with each list of reports once it is stored.
        told: called with a message of what is waited for, and an empty one when that is over.
        alone: nothing else uses Keras in this process, which then starts it without what it has
            for others' inputs (pandas, scikit-learn): sooner by a quarter, and 140 MB smaller.

    Raises:
        KasseiError: a sentence; runs that were not trained are failed with it. TrainingFailed
            if it is the training itself that failed.
    """
    if engine not in ENGINES:
        raise InvalidExperiment(
            N_("Unknown engine {value}; valid are {valid}."),
            value=repr(engine)[:40],
            valid=", ".join(ENGINES),
        )
    kept = Store.open(store or "sqlite://") if not isinstance(store, Store) else store
    configs = experiment.grid()
    ids = {config.id_under(engine): config for config in configs}
    claim = kept.claims.enter(experiment, engine, own_name(), is_gone)
    with _ending(kept, claim, stop):
        for mine in shares(kept, claim, stop, told):
            rest = [config for run_id, config in ids.items() if run_id in mine]
            trained = _reports(configs, rest, engine, stop, kept, alone)
            # Closed by name: see ``stored``.
            with closing(stored(kept, trained)) as written:
                for reports in written:
                    if watch:
                        watch(reports)
    return Results(kept, tuple(ids))


def _reports(
    configs: Sequence[RunConfig],
    rest: Sequence[RunConfig],
    engine: str,
    stop: Callable[[], bool],
    store: Store,
    alone: bool,
) -> Generator[Told, None, None]:
    """The reports of training ``rest`` of ``configs``, blocks side by side, until ``stop``.

    Blocks go on from the store's states; behind their reports come the states they keep.
    """
    if not rest:
        return
    # What is imported here brings TensorFlow.
    if engine == "keras":
        start(alone=alone, one_thread=False)
        from core.engine.reference import train_run

        for config in itertools.takewhile(lambda _: not stop(), rest):
            yield from train_run(config, stop)
        return
    ahead = plan(configs, {config.run_id for config in rest}, store)
    with ThreadPoolExecutor(1, "samples") as thread:
        reading = thread.submit(read_ahead, ahead[0].block.shape)
        start(alone=alone)
    # Unreadable samples are told once, not by each block that asks for them again.
    reading.result()
    from core.engine.pool import PassesPool

    pool, lasts = PassesPool(), not in_memory(store.url)

    def tasks() -> Iterator[Callable[[Stop], Iterable[Told]]]:
        for one in ahead:
            begins = start_of(one.block, store.states.go_on)
            yield partial(_of_block, one.block, pool, begins, lasts)

    try:
        yield from abreast(tasks(), processors(), stop)
    finally:
        # What was read ahead of blocks that did not begin.
        forget()


def _of_block(
    block: Block, pool: "PassesPool", start: bytes | None, lasts: bool, stop: Stop
) -> Iterator[Told]:
    """What training ``block`` tells: reports, and behind them the states that it keeps."""
    from core.engine.training import train_block

    # A store in this memory is gone with it: nobody goes on from there.
    states = list[BlockState]()
    keep = states.append if lasts else None
    for reports in train_block(block, stop, pool, start=start, keep=keep):
        yield reports
        # As soon as the reports before them are on their way: long blocks keep many.
        while states:
            yield states.pop(0)
    yield from states


@contextmanager
def _ending(store: Store, claim: str, stop: Callable[[], bool]) -> Iterator[None]:
    """Whatever ends the training, no run is left as if it still trained.

    Runs that were trained to their end stay finished, and those that a job needs wait for it.
    """

    def end(status: Status, message: str = "") -> None:
        store.claims.leave(claim, status, message)

    try:
        yield
    except Exception as error:
        # A store that cannot be written cannot be told so; the reason is raised.
        with suppress(StoreUnavailable):
            end(Status.FAILED, as_message(error))
        if isinstance(error, KasseiError):
            raise
        raise TrainingFailed(N_("Training failed: {reason}."), reason=reason(error)) from error
    except BaseException:
        with suppress(StoreUnavailable):
            end(Status.CANCELLED)
        raise
    end(Status.CANCELLED if stop() else Status.FINISHED)
