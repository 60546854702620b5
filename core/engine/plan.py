"""Which runs train together: from configs to blocks, the unit of one compiled pass.

Runs alike but for activation, output, loss, learning rate, initializers and seed can
share one stack. A block is a rectangle of it, some seeds times some variants, as large as
memory and cache allow. The plan depends on the configs alone, never on a measurement, so
that the same experiment trains in the same company. This module knows no TensorFlow.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.engine.draws import PROBE_SAMPLES
from core.experiment import RunConfig

# What may differ inside a stack, as members side by side.
VARIANT_FIELDS = (
    *("activation", "output", "loss", "learning_rate"),
    *("kernel_initializer", "bias_initializer"),
)

# Weights of a block: 2 networks of 784-128-128-10, whose weights, gradients and both moments of
# Adam (16 bytes a weight) take 4 MB. Blocks train side by side: more and smaller ones keep
# processors busy to the end, and one of many shows its first epoch sooner.
_BLOCK_WEIGHTS = 250_000
# Of networks of so many layers a block holds more: to trace it takes seconds.
DEEP, _OF_DEEP = 15, 4
# Pre-activations of the probe: z, a, delta and f' of every member live at once (16 bytes).
BLOCK_PROBE_ENTRIES = 8_000_000
_BLOCK_MEMBERS = 1_024
# Into so many blocks a stack is cut that one could hold, for processors to share.
_SIDE_BY_SIDE = 3
# Weights below which a block takes about as long with half of its networks.
_LEAST_WEIGHTS = 50_000
# Of so many blocks one more compilation is a part that counts.
_FEW = 4
# Inputs of all seeds, 4 bytes each, held by NumPy and by TensorFlow.
_BLOCK_SAMPLE_ENTRIES = 40_000_000


@dataclass(frozen=True, slots=True)
class Block:
    """Runs trained in one pass: ``configs[s * variants + k]`` is seed s, variant k."""

    configs: tuple[RunConfig, ...]
    seeds: int
    variants: int

    @property
    def shape(self) -> RunConfig:
        """Any of the configs: what is alike in all of them."""
        return self.configs[0]

    @property
    def seed_numbers(self) -> tuple[int, ...]:
        """The seed of each row of members."""
        return tuple(config.seed for config in self.configs[:: self.variants])

    def structure(self) -> "Block":
        """The block without what is not compiled into its passes: equal where it is all alike."""
        alike = {"seed": 0, "learning_rate": 1.0, "kernel_initializer": "", "bias_initializer": ""}
        return Block(
            tuple(config.model_copy(update=alike) for config in self.configs),
            self.seeds,
            self.variants,
        )


def blocks(configs: Iterable[RunConfig]) -> list[Block]:
    """Cut ``configs`` into blocks, each run in exactly one, in the order first met."""
    planned: list[Block] = []
    for stack in _grouped(configs, _alike):
        planned.extend(_cut(stack))
    return planned


def _alike(config: RunConfig) -> tuple[object, ...]:
    # Learned slopes are weights that other activations have not: a stack of their own.
    fields = config.model_dump(exclude={*VARIANT_FIELDS, "seed"})
    return (config.learns_slopes, *fields.values())


def _variant(config: RunConfig) -> tuple[object, ...]:
    return tuple(getattr(config, field) for field in VARIANT_FIELDS)


def _cut(stack: Sequence[RunConfig]) -> Iterator[Block]:
    """Rectangles of a stack: seeds that have the same variants, cut to what a block holds."""
    by_seed = {run[0].seed: sorted(run, key=_variant) for run in _grouped(stack, lambda c: c.seed)}
    alike_seeds: dict[tuple[object, ...], list[int]] = {}
    for seed, runs in by_seed.items():
        alike_seeds.setdefault(tuple(map(_variant, runs)), []).append(seed)
    for seeds in alike_seeds.values():
        runs = by_seed[seeds[0]]
        most = min(members(runs[0]), max(_least(runs[0]), -(-len(stack) // _SIDE_BY_SIDE)))
        for places in _together(runs, most):
            together = min(seeds_at_once(runs[0]), max(1, most // len(places)))
            for first, last in _alike_shares(len(seeds), together):
                chosen = [by_seed[seed][place] for seed in seeds[first:last] for place in places]
                yield Block(tuple(chosen), seeds=last - first, variants=len(places))


def _together(runs: Sequence[RunConfig], most: int) -> list[list[int]]:
    """The places of one seed's runs by block, of ``most`` runs each.

    Where every function has as many rates and initializers, each block has all functions, or as
    many as it holds, and some of these: such blocks are alike, and compiled once.
    """
    by_kind: dict[tuple[str, ...], list[int]] = {}
    for place, run in enumerate(runs):
        by_kind.setdefault((run.activation, run.output, run.loss), []).append(place)
    kinds = list(by_kind.values())
    if len({len(places) for places in kinds}) == 1:
        return [
            sorted(place for places in kinds[first:last] for place in places[low:high])
            for first, last in _even(len(kinds), most)
            for low, high in _alike_shares(len(kinds[0]), most // (last - first))
        ]
    return [list(range(low, high)) for low, high in _even(len(runs), most)]


def members(config: RunConfig) -> int:
    """How many runs like ``config`` one block holds."""
    more = _OF_DEEP if len(config.hidden) >= DEEP else 1
    weights = more * _BLOCK_WEIGHTS // config.parameters
    entries = more * BLOCK_PROBE_ENTRIES // max(1, probe_entries(config))
    return max(1, min(weights, entries, _BLOCK_MEMBERS))


def probe_entries(config: RunConfig) -> int:
    """Pre-activations that the probe of a run like ``config`` looks at."""
    return min(PROBE_SAMPLES, config.train_samples) * sum(config.hidden)


def _least(config: RunConfig) -> int:
    """How many runs like ``config`` are not shared between processors."""
    return max(1, _LEAST_WEIGHTS // config.parameters)


def seeds_at_once(config: RunConfig) -> int:
    """How many seeds' samples one block holds: any number of the same, few large ones."""
    if config.shares_samples:
        return _BLOCK_MEMBERS
    samples = config.train_samples + config.test_samples
    return max(1, _BLOCK_SAMPLE_ENTRIES // (samples * config.sizes[0]))


def _alike_shares(count: int, most: int) -> Iterator[tuple[int, int]]:
    """``_even``; a few spans of one length, compiled once, where that is not much smaller."""
    alike = max(share for share in range(1, most + 1) if count % share == 0)
    few = count <= _FEW * most and 2 * alike >= min(count, most)
    return _even(count, alike if few else most)


def _even(count: int, most: int) -> Iterator[tuple[int, int]]:
    """Cut ``count`` into the fewest spans of at most ``most``, as equal as can be."""
    parts = -(-count // most)
    edges = [count * part // parts for part in range(parts + 1)]
    return itertools.pairwise(edges)


def _grouped(configs: Iterable[RunConfig], key: object) -> list[list[RunConfig]]:
    groups: dict[object, list[RunConfig]] = {}
    for config in configs:
        groups.setdefault(key(config), []).append(config)  # type: ignore[operator]
    return list(groups.values())
