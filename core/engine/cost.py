"""What training will cost: a model of time for blocks, without TensorFlow.

The constants were measured (see benchmarks), each block in one thread; ``core.jobs`` corrects
the estimate by what this machine's own runs took.
"""

import itertools
from collections.abc import Iterable

from core.engine.draws import PROBE_SAMPLES
from core.engine.layout import layers_together
from core.engine.plan import Block, probe_entries
from core.engine.processors import processors
from core.experiment import RunConfig

# Seconds of one update beside its arithmetic, plain and compiled by XLA: a base and a share
# for each layer and for each group of activations in it.
_PLAIN_BASE, _PLAIN_LAYER, _PLAIN_GROUP = 1.4e-4, 6e-5, 2.5e-6
_XLA_BASE, _XLA_LAYER, _XLA_GROUP = 4e-5, 2e-5, 3e-6
_PLAIN_FLOPS, _XLA_FLOPS = 7e10, 9e10
# Seconds of an entry: of an activation, forwards and backwards; of a weight's update.
_PLAIN_ENTRY, _XLA_ENTRY = 7e-9, 7e-9
_PLAIN_WEIGHT, _XLA_WEIGHT = 3e-9, 2e-9
_TRACE, _TRACE_LAYER = 0.4, 0.07
_COMPILE, _COMPILE_LAYER, _COMPILE_GROUP = 0.2, 0.1, 0.04
# Layers of such widths take twice as long to compile: their loops are unrolled.
_UNROLLED = range(9, 41)
_TRACED_RUN = 5
_REPORT_ENTRIES = 4e7
# Of blocks side by side each takes longer by this share for each other one: 24 runs of MNIST in
# 12 blocks took 32 s without reading where blocks alone would have taken 28, 9 in six 14 for 11.
_CROWDED = 0.07
# Seconds of a number of a large file: checked, inflated, scaled and copied.
_READ_ENTRY = 4e-8
# Seconds that XLA saves for each activation that is evaluated or probed.
_REPORT_GAIN = 3e-9


def together(each: Iterable[float]) -> float:
    """Wall-clock seconds of blocks that take ``each`` so long, trained side by side here."""
    times = list(each)
    return crowding(len(times)) * max(sum(times) / processors(), max(times, default=0.0))


def crowding(blocks: int) -> float:
    """How many times as long as alone each of so many blocks takes, side by side here."""
    return 1 + _CROWDED * (max(1, min(blocks, processors())) - 1)


def reading_seconds(config: RunConfig) -> float:
    """Estimated seconds until the samples of ``config`` are there, before anything trains."""
    samples = config.train_samples + config.test_samples
    return _READ_ENTRY * samples * config.sizes[0] if config.shares_samples else 0.0


def seconds(block: Block) -> float:
    """Estimated wall-clock seconds of training ``block``, compilation included."""
    return _start(block, prefers_xla(block)) + training_seconds(block) + _reports(block)


def training_seconds(block: Block) -> float:
    """Estimated seconds of the updates alone: what runs report as their seconds, in sum."""
    updates = block.shape.epochs * block.shape.updates_per_epoch
    return updates * _update(block, prefers_xla(block))


def prefers_xla(block: Block) -> bool:
    """Whether the work ahead is long enough for XLA's compilation to pay off."""
    updates = block.shape.epochs * block.shape.updates_per_epoch
    gained = updates * (_update(block, xla=False) - _update(block, xla=True))
    return gained > 1.5 * (_start(block, xla=True) - _start(block, xla=False))


def prefers_xla_reports(block: Block) -> bool:
    """Whether there are enough epochs for compiled evaluation and probing to pay off."""
    config = block.shape
    each = config.test_samples + min(PROBE_SAMPLES, config.train_samples)
    samples = (config.epochs + 1) * each + 2 * config.train_samples
    gained = samples * len(block.configs) * sum(config.sizes[1:]) * _REPORT_GAIN
    return gained > 2 * _compilation(block)


def _layers(block: Block) -> int:
    return len(block.shape.hidden) + 1


def _traced(block: Block) -> int:
    """Layers of which a graph is made: of a run of many alike the two bodies of its loop."""
    return sum(min(len(layers), _TRACED_RUN) for layers in layers_together(block.shape))


def _groups(block: Block) -> int:
    return len({config.activation for config in block.configs})


def _start(block: Block, xla: bool) -> float:
    return _TRACE + _TRACE_LAYER * _traced(block) + (_compilation(block) if xla else 0.0)


def _compilation(block: Block) -> float:
    unrolled = sum(width in _UNROLLED for width in block.shape.hidden) / max(
        1, len(block.shape.hidden)
    )
    group = _COMPILE_GROUP * (1 + unrolled)
    return _COMPILE + _traced(block) * (_COMPILE_LAYER + group * _groups(block))


def _update(block: Block, xla: bool) -> float:
    members, layers = len(block.configs), _layers(block)
    config = block.shape
    products = sum(a * b for a, b in itertools.pairwise(config.sizes))
    # Forward, backward by weights and by inputs: three products, two operations each.
    work = 6 * members * config.batch_size * products / (_XLA_FLOPS if xla else _PLAIN_FLOPS)
    entry, weight = (_XLA_ENTRY, _XLA_WEIGHT) if xla else (_PLAIN_ENTRY, _PLAIN_WEIGHT)
    activations = config.batch_size * sum(config.sizes[1:])
    elementwise = members * (entry * activations + weight * config.parameters)
    base, layer, group = (
        (_XLA_BASE, _XLA_LAYER, _XLA_GROUP) if xla else (_PLAIN_BASE, _PLAIN_LAYER, _PLAIN_GROUP)
    )
    overhead = base + layers * (layer + group * _groups(block))
    return overhead + work + elementwise


def _reports(block: Block) -> float:
    """Evaluation and statistics, once an epoch and before the first."""
    config, members = block.shape, len(block.configs)
    products = sum(a * b for a, b in itertools.pairwise(config.sizes))
    evaluated = 2 * members * config.test_samples * products / _PLAIN_FLOPS
    probed = members * probe_entries(config) / _REPORT_ENTRIES
    start = 2 * members * config.train_samples * products / _PLAIN_FLOPS
    return start + (config.epochs + 1) * (0.01 + evaluated + probed)
