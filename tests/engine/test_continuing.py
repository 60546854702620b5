"""Training that goes on from a state has the history of one that was never interrupted."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np
import pytest

from core.catalog import OPTIMIZERS, SCHEDULES
from core.engine import states, training
from core.engine.company import company
from core.engine.plan import Block, blocks
from core.engine.pool import PassesPool
from core.engine.training import train_block
from core.experiment import RunConfig
from core.report import BlockState, EpochReport, Report, RunEnd, Snapshot, Status

# What else is chosen with an optimizer, so that each test covers more than one thing.
BESIDE: dict[str, dict[str, Any]] = {
    "sgd": {"clip_norm": 0.5, "l2": 0.01},
    "nesterov": {"activation": "prelu"},
    "adam": {"hidden": []},
    "adamw": {"clip_norm": 1.0, "activation": "prelu"},
    "adagrad": {"loss": "mse", "output": "linear"},
}


def family(config: Any, optimizer: str, epochs: int, **fields: Any) -> Block:
    """A block of two seeds and two rates, one of which may be too high."""
    beside = {"hidden": [6, 5], "batch_size": 32} | BESIDE.get(optimizer, {}) | fields
    (block,) = blocks(
        config(optimizer=optimizer, epochs=epochs, learning_rate=rate, seed=seed, **beside)
        for rate in (0.01, 0.05)
        for seed in (0, 1)
    )
    return block


def told(block: Block, lists: Sequence[Sequence[Report]]) -> list[list[str]]:
    """What was reported, to the last bit, but for the seconds, by the runs' places in the block."""
    places = {run.run_id: str(place) for place, run in enumerate(block.configs)}
    return [[_text(report, places) for report in reports] for reports in lists if reports]


def _text(report: Report, places: dict[str, str]) -> str:
    place = places[report.run_id]
    if isinstance(report, EpochReport):
        return repr(replace(report, run_id=place, seconds=0.0))
    if isinstance(report, Snapshot):
        weights = (np.asarray(array).tobytes().hex() for array in report.weights)
        return f"{place} after {report.epoch}: {' '.join(weights)}"
    return repr(replace(report, run_id=place))


def trained(
    block: Block,
    pool: PassesPool | None = None,
    start: BlockState | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[list[list[Report]], BlockState | None]:
    """The lists of reports of ``block``, and where it stands in the end."""
    kept: list[BlockState] = []
    content = start.content if start else None
    lists = list(train_block(block, stop, pool, start=content, keep=kept.append))
    return lists, kept[0] if kept else None


def epochs_of(lists: Sequence[Sequence[Report]]) -> Iterator[EpochReport]:
    return (r for reports in lists for r in reports if isinstance(r, EpochReport))


def longer_equals(short: Block, long: Block, pool: Callable[[], PassesPool]) -> None:
    """``long`` trained from where ``short`` ended is ``long`` trained from the start."""
    assert company(short) == company(long)
    last = short.shape.epochs
    begun, state = trained(short, pool())
    assert state
    assert (state.epoch, state.run_ids) == (last, tuple(run.run_id for run in short.configs))
    whole, end = trained(long, used := pool())
    rest, again = trained(long, used, state)
    assert told(long, rest) == told(long, whole[last + 1 :])
    assert end
    assert again
    for one, other in zip(_variables(end), _variables(again), strict=True):
        assert one.tobytes() == other.tobytes()
    # What a run sees as its last epoch, a longer one sees as one in between.
    places = [run.run_id for run in short.configs]
    seen = {r.run_id: state.dead[places.index(r.run_id)] for r in epochs_of(begun) if state.dead}
    for mine, other in zip(_epochs(short, begun[:last]), _epochs(long, whole[:last]), strict=True):
        assert mine == other
    ends = zip(epochs_of(begun[last:]), epochs_of(whole[last : last + 1]), strict=True)
    for mine, other in ends:
        dead = seen.get(mine.run_id, ())
        assert dead == tuple(layer.dead_fraction for layer in other.layers)
        assert _text(_with_dead(mine, dead), {mine.run_id: "0"}) == _text(
            other, {other.run_id: "0"}
        )


def _epochs(block: Block, lists: Sequence[Sequence[Report]]) -> list[list[str]]:
    return told(block, [[r for r in reports if isinstance(r, EpochReport)] for reports in lists])


def _with_dead(report: EpochReport, dead: Sequence[float]) -> EpochReport:
    layers = zip(report.layers, dead, strict=True)
    return replace(report, layers=tuple(replace(one, dead_fraction=d) for one, d in layers))


def _variables(state: BlockState) -> tuple[np.ndarray[Any, Any], ...]:
    with np.load(io.BytesIO(state.content), allow_pickle=False) as archive:
        return tuple(archive[name] for name in sorted(archive.files) if name.isdigit())


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_run_trained_longer_has_the_history_of_one_that_was_longer_from_the_start(
    config: Any, optimizer: str
) -> None:
    longer_equals(family(config, optimizer, 3), family(config, optimizer, 7), PassesPool)


def test_so_it_is_when_compiled(config: Any, compiled: Any) -> None:
    longer_equals(
        family(config, "adam", 2, hidden=[6]),
        family(config, "adam", 4, hidden=[6]),
        compiled,
    )


@pytest.mark.parametrize("updates", [1, 4, 6, 15])
def test_a_stopped_block_goes_on_within_the_epoch_in_which_it_was_stopped(
    config: Any, updates: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of four updates each, in the first of which a member diverges."""
    monkeypatch.setattr(training, "_SLICE_SECONDS", 0.0)
    fields = {"dataset": "diabetes", "loss": "mse", "epochs": 4, "batch_size": 32, "hidden": [4]}
    (block,) = blocks(config(**fields, learning_rate=rate) for rate in (0.1, 1e6))
    pool, looks = PassesPool(), count()
    whole, _ = trained(block, pool)
    begun, state = trained(block, pool, stop=lambda: next(looks) >= updates)
    assert {r.status for r in begun[-1] if isinstance(r, RunEnd)} == {Status.CANCELLED}
    assert state
    assert state.epoch == updates // 4
    rest, _ = trained(block, pool, state)
    if updates >= 4:
        # Who had diverged says so again.
        assert rest.pop(0) == [r for r in whole[1] if isinstance(r, RunEnd)]
    assert told(block, begun[:-1]) + told(block, rest) == told(block, whole)


def test_a_block_says_on_its_way_where_it_stands_and_all_before_it_is_reported(
    config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is lost after it, what goes on from there is the rest of it."""
    monkeypatch.setattr(training, "_KEEP_SECONDS", 0.0)
    block = family(config, "adam", 4, hidden=[6])
    lists: list[list[Report]] = []
    stood: list[tuple[int, BlockState]] = []

    def keep(state: BlockState) -> None:
        stood.append((len(lists), state))

    pool = PassesPool()
    for reports in train_block(block, pool=pool, keep=keep):
        lists.append(reports)
    # Reports of the start come first; a state follows those of its epoch.
    assert [(told, state.epoch) for told, state in stood] == [(2, 1), (3, 2), (4, 3), (5, 4)]
    for before, state in stood[:-1]:
        rest, _ = trained(block, pool, state)
        assert told(block, rest) == told(block, lists[before:])


def test_members_that_diverged_stay_ended_and_say_so_again(config: Any) -> None:
    tame = [config(dataset="diabetes", loss="mse", epochs=3, seed=seed) for seed in (0, 1)]
    wild = [one.model_copy(update={"learning_rate": 1e6}) for one in tame]
    (short,) = blocks([*tame, *wild])
    (long,) = blocks(one.model_copy(update={"epochs": 6}) for one in [*tame, *wild])
    whole, _ = trained(long)
    _, state = trained(short)
    assert state
    rest, _ = trained(long, start=state)
    ends = {r.run_id: r for reports in whole for r in reports if isinstance(r, RunEnd)}
    diverged = {end for end in ends.values() if end.status is Status.DIVERGED}
    assert len(diverged) == 2
    assert set(rest[0]) == diverged
    assert told(long, rest[1:]) == told(long, whole[4:])


def test_each_that_diverged_says_the_update_at_which_it_did_also_after_going_on(
    config: Any,
) -> None:
    """One after the other, some by their test loss alone: each is told once, epochs behind."""
    fields = {"dataset": "diabetes", "hidden": [6, 5], "activation": "linear", "loss": "mse"}
    fields |= {"train_samples": 128}
    rates = (0.001, 0.9, 1.0, 1.1, 1.4, 2.0, 3.0, 10.0, 100.0, 1000.0)
    (block,) = blocks(
        config(**fields, optimizer="sgd", learning_rate=rate, batch_size=128, epochs=60)
        for rate in rates
    )

    def ends(lists: Sequence[Sequence[Report]]) -> dict[str, RunEnd]:
        return {r.run_id: r for reports in lists for r in reports if isinstance(r, RunEnd)}

    kept: list[BlockState] = []
    before = ends(list(train_block(block, keep=kept.append)))
    again = ends(list(train_block(block, start=kept[-1].content)))
    updates = {end.diverged_at for end in before.values() if end.status is Status.DIVERGED}
    assert len(updates) > 1
    for run_id, end in before.items():
        if end.status is Status.DIVERGED:
            assert again[run_id] == end


def test_nothing_is_left_to_train_where_all_have_diverged(config: Any) -> None:
    (block,) = blocks([config(dataset="diabetes", loss="mse", learning_rate=1e6)])
    lists, state = trained(block)
    assert state
    again, _ = trained(block, start=state)
    assert [type(r) for reports in again for r in reports] == [RunEnd]
    assert again[0][0] == lists[-1][-1]


def test_what_is_no_state_or_one_of_another_network_is_begun_from_the_start(config: Any) -> None:
    block = family(config, "sgd", 1)
    _, other = trained(family(config, "sgd", 1, hidden=[3]))
    assert other
    whole, state = trained(block, pool := PassesPool())
    assert state
    for content in (b"", b"PK\x03\x04", other.content, state.content[:-40]):
        lists, _ = trained(block, pool, replace(state, content=content))
        assert told(block, lists) == told(block, whole)


def test_a_state_that_is_too_large_is_not_kept(
    config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = family(config, "sgd", 1)
    _, state = trained(block, pool := PassesPool())
    assert state
    monkeypatch.setattr(states, "MOST_BYTES", len(state.content) // 8)
    assert trained(block, pool)[1] is None


def test_company_is_all_but_the_length_where_no_schedule_looks_at_the_end(config: Any) -> None:
    def key(**fields: Any) -> str:
        return company(Block((RunConfig(**config(**fields).model_dump()),), 1, 1))

    assert key(epochs=3) == key(epochs=4)
    for schedule in SCHEDULES:
        fixed = schedule != "constant"
        assert (key(epochs=3, schedule=schedule) != key(epochs=4, schedule=schedule)) is fixed
    others = [{"seed": 9}, {"learning_rate": 0.2}, {"l1": 0.1}, {"train_samples": 64}]
    keys = {key(), *(key(**fields) for fields in others)}
    assert len(keys) == 5
    # So long that it is compiled: rounding differs.
    assert key(epochs=100_000) != key(epochs=3)
