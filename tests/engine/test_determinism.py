"""The same block gives the same history to the last bit; in other company, but for rounding."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.engine.passes import Passes
from core.engine.plan import Block, blocks
from core.engine.pool import PassesPool
from core.engine.training import train_block
from core.report import EpochReport, Snapshot


def told(block: Block, pool: Any = None) -> list[str]:
    """Everything that training ``block`` reports, but for the seconds, to the last bit."""
    return [
        text
        for reports in train_block(block, pool=pool)
        for report in reports
        for text in _told(report)
    ]


def _told(report: object) -> Iterator[str]:
    if isinstance(report, EpochReport):
        # The shortest text that reads back as the number tells every bit, and NaN is NaN.
        yield repr(replace(report, seconds=0.0))
    elif isinstance(report, Snapshot):
        yield from (np.asarray(array).tobytes().hex() for array in report.weights)
    else:
        yield repr(report)


@pytest.fixture(scope="module")
def wide(config: Any) -> Block:
    """A block whose matrix products are large enough to be cut among threads."""
    fields = {"hidden": [128], "batch_size": 64, "optimizer": "adam", "learning_rate": 0.003}
    (block,) = blocks(
        config(**fields, activation=activation, seed=seed)
        for activation in ("relu", "tanh")
        for seed in (0, 1)
    )
    return block


@pytest.mark.parametrize("xla", [False, True], ids=["plain", "xla"])
def test_a_block_trained_twice_has_one_history(wide: Block, xla: bool, compiled: Any) -> None:
    def pool() -> PassesPool | None:
        return compiled() if xla else None

    assert told(wide, pool()) == told(wide, pool())


@pytest.mark.parametrize("xla", [False, True], ids=["plain", "xla"])
def test_blocks_alike_side_by_side_are_traced_once_and_have_the_histories_they_have_alone(
    config: Any, xla: bool, compiled: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pool() -> PassesPool:
        return compiled() if xla else PassesPool()

    def block(seed: int) -> Block:
        fields = {"optimizer": "nadam", "activation": "prelu", "hidden": [5]}
        (planned,) = blocks([config(**fields, learning_rate=0.01 * (seed + 1), seed=seed)])
        return planned

    alone = [told(block(seed), pool()) for seed in range(3)]
    traced = []
    update = Passes._update

    def counted(self: Passes, *arguments: Any) -> None:
        traced.append(1)
        update(self, *arguments)

    monkeypatch.setattr(Passes, "_update", counted)
    shared = pool()
    with ThreadPoolExecutor(3) as threads:
        together = list(threads.map(lambda seed: told(block(seed), shared), range(3)))
    assert together == alone
    assert len(traced) == 1


@pytest.mark.parametrize("activation", ["relu", "prelu"])
@pytest.mark.parametrize("optimizer", ["adagrad", "nadam"])
def test_passes_that_are_used_again_forget_what_they_trained(
    config: Any, optimizer: str, activation: str
) -> None:
    def block(seed: int, rate: float) -> Block:
        fields = {"optimizer": optimizer, "schedule": "cosine", "loss": "mse", "output": "linear"}
        fields |= {"activation": activation, "hidden": [5]}
        (planned,) = blocks([config(**fields, learning_rate=rate, seed=seed)])
        return planned

    pool = PassesPool()
    fresh = told(block(1, 0.1))
    told(block(0, 0.1), pool)
    assert told(block(1, 0.1), pool) == fresh


def test_passes_that_diverged_are_as_new_when_used_again(config: Any) -> None:
    def block(seed: int) -> Block:
        (planned,) = blocks([config(dataset="diabetes", hidden=[5], seed=seed)])
        return planned

    first, second = block(0), block(1)
    fresh = told(second)
    pool = PassesPool()
    with pool.passes(first, classification=False) as passes:
        assert isinstance(passes, Passes)
        passes.end(np.ones((1, 1), np.int32))
    assert told(second, pool) == fresh


def test_a_run_in_other_company_differs_by_rounding_alone(
    config: Any, stacked: Any, agree: Any
) -> None:
    one = config(activation="tanh", seed=1)
    others = [
        config(activation=activation, learning_rate=rate, loss=loss, seed=seed)
        for activation in ("relu", "tanh", "gelu", "step")
        for rate in (0.1, 1.0)
        for loss in ("cross_entropy", "hinge")
        for seed in (0, 1, 2)
    ]
    assert one in others
    agree(stacked(others)[others.index(one)], stacked([one])[0], one)


def test_what_is_trained_does_not_depend_on_whether_layers_are_watched(wide: Block) -> None:
    pool = PassesPool()
    watched = [r for reports in train_block(wide, pool=pool) for r in reports]
    bare = [r for reports in train_block(wide, pool=pool, statistics=False) for r in reports]
    assert all(r.layers == () for r in bare if isinstance(r, EpochReport))
    assert [t for r in bare for t in _told(r)] == [t for r in watched for t in _told(_bare(r))]


def _bare(report: object) -> object:
    return replace(report, layers=()) if isinstance(report, EpochReport) else report


@pytest.mark.parametrize("dataset", ["moons", "mnist"])
@pytest.mark.parametrize("seeds", [1, 2])
def test_updates_are_compiled_for_the_samples_that_come(
    dataset: str, seeds: int, config: Any
) -> None:
    """With blanks, while these are read: of another shape they would be compiled again."""
    whole = {"train_samples": 60_000, "test_samples": 10_000} if dataset == "mnist" else {}
    (block,) = blocks(
        config(dataset=dataset, hidden=[4], seed=seed, **whole) for seed in range(seeds)
    )
    pool = PassesPool()
    with pool.passes(block, classification=True) as passes:
        passes.compile()
        (traced,) = passes.functions.train._traced
        compiled = [tuple(spec.shape) for spec in traced.structured_input_signature[0][:2]]
    inputs = pool.inputs(block)
    assert compiled == [tuple(inputs.x.shape), tuple(inputs.y.shape)]
