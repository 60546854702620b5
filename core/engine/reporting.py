"""From what an epoch measured to its reports: a pure function of arrays, without TensorFlow."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.catalog import ACTIVATIONS
from core.catalog.choice import parse
from core.engine import layout
from core.engine.plan import Block
from core.engine.statistics import FLAT, Flags, LayerArrays, layer_reports, regions
from core.language import N_
from core.report import SATURATION, EpochReport, LayerReport, Report, RunEnd, Snapshot, Status

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Totals over samples for each member, (seeds, variants): the loss, and two scores.

    ``scores[..., 0]`` is the number of right answers (classification) or the sum of squared
    errors (regression), ``scores[..., 1]`` the sum of absolute errors (regression). ``live``
    has, for each hidden layer, the units whose f'(z) was not 0 for some sample.
    """

    loss: NDArray[np.float64]
    scores: NDArray[np.float64]
    live: tuple[NDArray[np.bool_], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Probed:
    """What the probe samples showed: per hidden layer z, f(z), delta, and norms by member.

    Arrays are (seeds, variants, samples, units), norms (seeds, variants); ``slopes`` are the
    learned slopes of prelu (seeds, variants, 1, units), else empty; ``update_norms`` is empty
    before the first update.
    """

    pre: list[Array]
    post: list[Array]
    delta: list[Array]
    gradient_norms: list[Array]
    weight_norms: list[Array]
    update_norms: list[Array]
    slopes: list[Array]


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Everything that the reports of one epoch are made of; nobody changes it any more.

    ``targets`` are those of the samples in the sums, (seeds or 1, samples, outputs).
    """

    epoch: int
    seconds: float
    classification: bool
    train: Sums
    test: Sums
    targets: tuple[Array, Array]
    diverged_at: NDArray[np.int32]


def epoch_reports(
    block: Block,
    measured: Measured,
    probed: Probed | None,
    kept: tuple[Array, Array] | None = None,
) -> list[Report]:
    """The reports of every member; of those that have diverged until then, that they have.

    Without ``probed`` there are no statistics of layers; ``kept`` are the members' weights
    (see ``core.engine.layout``) where the epoch keeps them.
    """
    layers = _layers(block, measured, probed) if probed else []
    metrics = _metrics(block, measured)
    diverged_at = measured.diverged_at.reshape(-1)
    last = measured.epoch == block.shape.epochs
    reports: list[Report] = []
    for place, config in enumerate(block.configs):
        if diverged_at[place] >= 0:
            reports.append(RunEnd(config.run_id, Status.DIVERGED, int(diverged_at[place])))
            continue
        reports.append(
            EpochReport(
                run_id=config.run_id,
                epoch=measured.epoch,
                updates=measured.epoch * config.updates_per_epoch,
                seconds=measured.seconds / len(block.configs),
                layers=tuple(layer[place] for layer in layers),
                **{name: float(values[place]) for name, values in metrics.items()},
            )
        )
        if kept:
            seed, variant = divmod(place, block.variants)
            weights = layout.member(config, kept[0][seed, :, variant], kept[1][seed, variant])
            reports.append(Snapshot(config.run_id, measured.epoch, weights))
        if last:
            reports.append(RunEnd(config.run_id, Status.FINISHED))
    return reports


def _metrics(block: Block, measured: Measured) -> dict[str, NDArray[np.float64]]:
    metrics = {}
    parts = (("train", measured.train), ("test", measured.test))
    for (name, sums), targets in zip(parts, measured.targets, strict=True):
        count = targets.shape[1]
        metrics[f"{name}_loss"] = sums.loss / count
        if measured.classification:
            metrics[f"{name}_accuracy"] = sums.scores[..., 0] / count
            continue
        spread = targets.astype(np.float64).var(axis=(1, 2))[:, None] * count
        with np.errstate(all="ignore"):
            metrics[f"{name}_r2"] = 1 - sums.scores[..., 0] / spread
        metrics[f"{name}_mae"] = sums.scores[..., 1] / count
    axes = (block.seeds, block.variants)
    return {name: np.broadcast_to(v, axes).reshape(-1) for name, v in metrics.items()}


def _layers(block: Block, measured: Measured, probed: Probed) -> list[list[LayerReport]]:
    """The reports of each hidden layer, by member."""
    layers = range(len(block.shape.hidden))
    return [_layer(block, measured, probed, layer) for layer in layers]


def _layer(block: Block, measured: Measured, probed: Probed, layer: int) -> list[LayerReport]:
    """The reports of one hidden layer, by member."""
    members = len(block.configs)
    saturated, flat = _regions(block, probed, layer)
    shape = (-1, *probed.pre[layer].shape[2:])
    absent = np.full(members, np.nan, np.float32)
    update = probed.update_norms[layer].reshape(-1) if probed.update_norms else absent
    arrays = LayerArrays(
        pre=probed.pre[layer].reshape(shape),
        post=probed.post[layer].reshape(shape),
        delta=probed.delta[layer].reshape(shape),
        saturated=saturated.reshape(shape),
        flat=flat.reshape(shape),
        gradient_norm=probed.gradient_norms[layer].reshape(-1),
        weight_norm=probed.weight_norms[layer].reshape(-1),
        update_norm=update,
        dead=(~measured.train.live[layer]).mean(axis=2).reshape(-1),
    )
    return layer_reports(layer + 1, arrays)


def _regions(block: Block, probed: Probed, layer: int) -> tuple[Flags, Flags]:
    """Where f'(z) of the probe is saturated, and where it is flat: see LayerArrays."""
    z = probed.pre[layer]
    if probed.slopes:
        alpha = probed.slopes[layer]
        return regions(np.where(z > 0, np.float32(1), alpha), np.maximum(1, np.abs(alpha)))
    saturated, flat = np.empty(z.shape, bool), np.empty(z.shape, bool)
    # Variants are sorted by activation: each function is asked once, for a slice.
    first = 0
    names = [config.activation for config in block.configs[: block.variants]]
    while first < block.variants:
        end = first + names[first:].count(names[first])
        chosen = parse(names[first], ACTIVATIONS, N_("activation"))
        record, own = ACTIVATIONS[chosen.name], z[:, first:end]
        steepest = np.float32(record.steepest(*chosen.arguments))
        if record.slope_on_tensors:
            # A formula can be flat wherever it likes: each entry is asked.
            found = regions(record.slope(own, *chosen.arguments), float(steepest))
            saturated[:, first:end], flat[:, first:end] = found
            first = end
            continue
        bounds = (np.float32(SATURATION) * steepest, np.nextafter(FLAT, np.float32(0)))
        for place, bound in zip((saturated, flat), bounds, strict=True):
            intervals = record.flat(float(bound), *chosen.arguments)
            place[:, first:end] = _within(own, intervals)
        first = end
    return saturated, flat


def _within(z: Array, intervals: Sequence[tuple[float, float]]) -> Flags:
    """Whether z lies in one of the half-open intervals; NaN lies in none."""
    inside = np.zeros(z.shape, bool)
    for low, high in intervals:
        if low == -np.inf and high == np.inf:
            return ~np.isnan(z)
        if low == -np.inf:
            inside |= z < np.float32(high)
        elif high == np.inf:
            inside |= z >= np.float32(low)
        else:
            inside |= (z >= np.float32(low)) & (z < np.float32(high))
    return inside
