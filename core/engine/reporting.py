"""From what an epoch measured to its reports: a pure function of arrays, without TensorFlow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.engine import layout
from core.engine.plan import Block
from core.engine.regions import of_learned_slopes, of_variants
from core.engine.statistics import LayerArrays, layer_reports
from core.report import EpochReport, LayerReport, Report, RunEnd, Snapshot, Status

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
            # Of targets that are all alike it is not defined.
            metrics[f"{name}_r2"] = np.where(spread > 0, 1 - sums.scores[..., 0] / spread, np.nan)
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
    z = probed.pre[layer]
    if probed.slopes:
        saturated, flat = of_learned_slopes(z, probed.slopes[layer])
    else:
        names = tuple(config.activation for config in block.configs[: block.variants])
        saturated, flat = of_variants(z, names)
    shape = (-1, *z.shape[2:])
    absent = np.full(members, np.nan, np.float32)
    update = probed.update_norms[layer].reshape(-1) if probed.update_norms else absent
    arrays = LayerArrays(
        pre=z.reshape(shape),
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
