"""Small runs, how to train them by either engine, and when two histories agree."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pytest

from core.engine.cost import prefers_xla
from core.engine.passes import Passes
from core.engine.plan import Block, blocks
from core.engine.pool import PassesPool
from core.engine.reference import train_run
from core.engine.training import train_block
from core.experiment import RunConfig
from core.report import EpochReport, LayerReport, Report, RunEnd, Snapshot

# A loss is a mean over samples, each rounded to float32 (6e-8) at each of some ten steps, and
# rounding grows with the updates; the product promises 1e-4 over three epochs.
LOSS = 1e-4
# Statistics of a layer are compared to the size of what they are statistics of: a mean of
# numbers of size s is known to a share of s, however near to 0 the mean is.
SHARE = 5e-4
# A mean of a layer's two sides of a boundary moves when one entry crosses it.
CROSSINGS = 2


@dataclass
class Run:
    """The history of one run: its epochs' reports, its snapshots and its end."""

    epochs: list[EpochReport] = field(default_factory=list)
    snapshots: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    end: RunEnd | None = None


def collect(lists: Iterable[Iterable[Report]]) -> dict[str, Run]:
    """The runs, by run_id, that an engine's lists of reports tell of."""
    runs: dict[str, Run] = {}
    told = [list(reports) for reports in lists]
    assert all(told), "nothing to tell is not told"
    for report in (report for reports in told for report in reports):
        run = runs.setdefault(report.run_id, Run())
        assert run.end is None, "nothing comes after a run's end"
        if isinstance(report, EpochReport):
            run.epochs.append(report)
        elif isinstance(report, Snapshot):
            run.snapshots[report.epoch] = report.weights
        else:
            run.end = report
    return runs


def never() -> bool:
    return False


class Compiled(PassesPool):
    """A pool whose passes are compiled by XLA, however short the work, and never used again.

    Blocks are all alike that one of these has.
    """

    def __init__(self, *, reports: bool = False) -> None:
        super().__init__()
        self._reports = reports
        self._like: Passes | None = None
        self._making = threading.Lock()

    @contextmanager
    def passes(
        self, block: Block, *, classification: bool, statistics: bool = True
    ) -> Iterator[Passes]:
        with self._making:
            passes = Passes(
                block, classification, xla=True, xla_reports=self._reports, like=self._like
            )
            self._like = self._like or passes
        yield passes


def _stacked(
    configs: Sequence[RunConfig], xla: bool = False, *, xla_reports: bool = False
) -> list[Run]:
    found: dict[str, Run] = {}
    for block in blocks(configs):
        assert not prefers_xla(block), "too long a run for a test of plain graphs"
        pool = Compiled(reports=xla_reports) if xla else None
        found |= collect(train_block(block, pool=pool))
    return [found[config.run_id] for config in configs]


@cache
def _referred(config: RunConfig) -> Run:
    (run,) = collect(train_run(config, never)).values()
    return run


def _config(**fields: Any) -> RunConfig:
    """A run of 24 updates; test and training sets of one size spare the reference a trace."""
    small: dict[str, Any] = {
        "dataset": "digits",
        "train_samples": 128,
        "test_samples": 128,
        "batch_size": 16,
        "epochs": 3,
        "hidden": [10, 8],
        "optimizer": "sgd",
        "learning_rate": 0.1,
    }
    return RunConfig(**small | fields)


def _agree(ours: Run, theirs: Run, config: RunConfig) -> None:
    # The same initial weights to the last bit, and the same weights learned from them.
    assert ours.snapshots.keys() == theirs.snapshots.keys()
    for epoch, weights in theirs.snapshots.items():
        for mine, other in zip(ours.snapshots[epoch], weights, strict=True):
            bound = SHARE * np.sqrt(np.mean(np.square(other))) if epoch else 0
            np.testing.assert_allclose(mine, other, rtol=0, atol=bound)
    assert len(ours.epochs) == len(theirs.epochs)
    for mine, other in zip(ours.epochs, theirs.epochs, strict=True):
        assert (mine.epoch, mine.updates) == (other.epoch, other.updates)
        _agree_on_metrics(mine, other, config)
        assert len(mine.layers) == len(other.layers) == len(config.hidden)
        for layer, reference in zip(mine.layers, other.layers, strict=True):
            _agree_on_layer(layer, reference, config, mine.epoch)
    assert ours.end is not None
    assert theirs.end is not None
    assert (ours.end.status, ours.end.diverged_at) == (theirs.end.status, theirs.end.diverged_at)


def _agree_on_metrics(mine: EpochReport, other: EpochReport, config: RunConfig) -> None:
    place = f"epoch {mine.epoch}"
    for name in ("train_loss", "test_loss", "train_mae", "test_mae"):
        ours, theirs = getattr(mine, name), getattr(other, name)
        assert ours == pytest.approx(theirs, rel=LOSS, abs=1e-7, nan_ok=True), f"{name}, {place}"
    for name, samples in (("train", config.train_samples), ("test", config.test_samples)):
        ours, theirs = getattr(mine, f"{name}_accuracy"), getattr(other, f"{name}_accuracy")
        # Samples on the boundary between two classes fall to either side by rounding.
        flips = CROSSINGS / samples + 1e-6
        assert ours == pytest.approx(theirs, abs=flips, nan_ok=True), f"{name}_accuracy, {place}"
        ours, theirs = getattr(mine, f"{name}_r2"), getattr(other, f"{name}_r2")
        # 1 - r2 is the mse in units of the variance, hence as exact as a loss.
        bound = LOSS * max(1.0, abs(1 - theirs))
        assert ours == pytest.approx(theirs, abs=bound, nan_ok=True), f"{name}_r2, {place}"


def _agree_on_layer(ours: LayerReport, theirs: LayerReport, config: RunConfig, epoch: int) -> None:
    assert (ours.layer, ours.units) == (theirs.layer, theirs.units)
    entries = min(512, config.train_samples) * theirs.units
    z = float(np.hypot(theirs.pre_mean, theirs.pre_std))
    a = float(np.sqrt(theirs.second_moment))
    jump = 1.0 if config.activation == "step" else 0.0
    values = SHARE * a + jump * CROSSINGS / entries
    bounds = {"pre_mean": SHARE * z, "pre_std": SHARE * z}
    bounds |= dict.fromkeys(("mean", "std"), values)
    bounds["second_moment"] = SHARE * a**2 + jump * CROSSINGS / entries
    # An order statistic is one entry, and moves by the distance to the next if two change places.
    bounds |= dict.fromkeys(("q01", "q05", "q25", "q50", "q75", "q95", "q99"), 2 * values)
    bounds |= dict.fromkeys(("zero_fraction", "saturated_fraction"), CROSSINGS / entries)
    # A unit is silent or dead by its one most active sample.
    bounds |= dict.fromkeys(("silent_fraction", "dead_fraction"), 1 / theirs.units)
    bounds["delta_rms"] = SHARE * theirs.delta_rms
    bounds["delta_mean_norm"] = SHARE * theirs.delta_rms * np.sqrt(theirs.units)
    bounds["gradient_norm"] = SHARE * theirs.gradient_norm
    bounds["weight_norm"] = SHARE * theirs.weight_norm
    # The change is a difference of weights that are known to 6e-8 each.
    bounds["update_ratio"] = SHARE * theirs.update_ratio + 1e-7
    for name, bound in bounds.items():
        mine, other = getattr(ours, name), getattr(theirs, name)
        assert mine == pytest.approx(other, rel=0, abs=float(bound) + 1e-9, nan_ok=True), (
            f"{name} of layer {ours.layer}, epoch {epoch}"
        )


@pytest.fixture(scope="session")
def config() -> Callable[..., RunConfig]:
    """A small run on digits, with any of its fields replaced."""
    return _config


@pytest.fixture(scope="session")
def stacked() -> Callable[..., list[Run]]:
    """Train configs by the stack, in as few blocks as the plan makes; runs in their order.

    In plain graphs, or with ``xla=True`` compiled by XLA, with ``xla_reports=True`` all of it.
    """
    return _stacked


@pytest.fixture(scope="session")
def compiled() -> type[PassesPool]:
    """The pool that compiles by XLA whatever the work."""
    return Compiled


@pytest.fixture(scope="session")
def referred() -> Callable[[RunConfig], Run]:
    """Train a config by ``keras.Model.fit``."""
    return _referred


@pytest.fixture(scope="session")
def agree() -> Callable[[Run, Run, RunConfig], None]:
    """Assert that two histories of a config are the same but for rounding."""
    return _agree
