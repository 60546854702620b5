"""What training reports and every table holds: records and column names, one vocabulary.

The engine yields these records, the store keeps them, the frames of analysis, charts
and exports have these columns. Accuracies and fractions are 0 to 1, seconds wall-clock,
norms Euclidean, losses without penalties. NaN stands for "does not apply".
"""

from dataclasses import dataclass, field
from enum import StrEnum
from math import nan


class Status(StrEnum):
    """Where a run or a job stands; a job is never DIVERGED."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    DIVERGED = "diverged"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = (Status.QUEUED, Status.RUNNING)
# A run in one of these is trained to its end; the same config is not trained twice.
TRAINED = (Status.FINISHED, Status.DIVERGED)
# A run in one of these was given up, and may be trained anew.
GIVEN_UP = (Status.FAILED, Status.CANCELLED)
ENDED = (*TRAINED, *GIVEN_UP)

# An activation is saturated at z where abs(f'(z)) is at most this share of its greatest.
SATURATION = 0.05


@dataclass(frozen=True, slots=True)
class LayerReport:
    """Statistics of one hidden layer after one epoch, over the probe samples.

    z = pre-activation, a = f(z), both (samples, units); delta = d(loss of one sample)/dz.
    ``histogram`` counts the entries of a in 64 equal bins from ``histogram_low`` to
    ``histogram_high``.
    """

    layer: int
    units: int
    pre_mean: float
    pre_std: float
    mean: float
    std: float
    second_moment: float
    q01: float
    q05: float
    q25: float
    q50: float
    q75: float
    q95: float
    q99: float
    zero_fraction: float
    saturated_fraction: float
    silent_fraction: float
    dead_fraction: float
    delta_rms: float
    delta_mean_norm: float
    gradient_norm: float
    weight_norm: float
    update_ratio: float
    histogram_low: float
    histogram_high: float
    histogram: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EpochReport:
    """One run after one epoch; epoch 0 is the state before training.

    train_* are over the epoch's batches as seen (epoch 0: over the training set), test_*
    over the test set. ``updates`` and ``seconds`` count from the start of training; the
    seconds of a run that trained in a stack are its share of the stack's.
    """

    run_id: str
    epoch: int
    updates: int
    seconds: float
    train_loss: float
    test_loss: float
    train_accuracy: float = nan
    test_accuracy: float = nan
    train_r2: float = nan
    test_r2: float = nan
    train_mae: float = nan
    test_mae: float = nan
    layers: tuple[LayerReport, ...] = ()


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended. ``diverged_at`` is the update whose loss was not finite."""

    run_id: str
    status: Status
    diverged_at: int | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A run's weights after an epoch: arrays in the order of the Keras model's weights."""

    run_id: str
    epoch: int
    weights: tuple[object, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class BlockState:
    """Where a block of runs stands after ``epoch``: what its training goes on from.

    ``company`` says who may go on as it, ``run_ids`` the block's runs in their order. ``dead``
    has, for each of them, each hidden layer's dead_fraction after ``epoch`` as a longer run
    reports it; empty where that is what they reported themselves.
    """

    company: str
    epoch: int
    run_ids: tuple[str, ...]
    content: bytes = field(repr=False)
    dead: tuple[tuple[float, ...], ...] = ()


Report = EpochReport | Snapshot | RunEnd

LAYER_STATISTICS: tuple[str, ...] = (
    *("pre_mean", "pre_std", "mean", "std", "second_moment"),
    *("q01", "q05", "q25", "q50", "q75", "q95", "q99"),
    *("zero_fraction", "saturated_fraction", "silent_fraction", "dead_fraction"),
    *("delta_rms", "delta_mean_norm", "gradient_norm", "weight_norm", "update_ratio"),
)
LAYER_COLUMNS: tuple[str, ...] = ("run_id", "epoch", "layer", "units", *LAYER_STATISTICS)

CLASSIFICATION_METRICS: tuple[str, ...] = ("train_accuracy", "test_accuracy")
REGRESSION_METRICS: tuple[str, ...] = ("train_r2", "test_r2", "train_mae", "test_mae")
EPOCH_COLUMNS: tuple[str, ...] = (
    *("run_id", "epoch", "updates", "seconds", "train_loss", "test_loss"),
    *CLASSIFICATION_METRICS,
    *REGRESSION_METRICS,
)

CONFIG_COLUMNS: tuple[str, ...] = (
    *("dataset", "train_samples", "test_samples", "noise", "outliers"),
    *("hidden", "activation", "output", "loss", "learning_rate", "schedule", "optimizer"),
    *("batch_size", "epochs", "kernel_initializer", "bias_initializer"),
    *("l1", "l2", "clip_norm", "seed"),
)
OUTCOME_COLUMNS: tuple[str, ...] = (
    *("status", "epochs_done", "updates", "train_seconds", "parameters"),
    *("train_loss", "test_loss", *CLASSIFICATION_METRICS, "best_test_accuracy"),
    *(*REGRESSION_METRICS, "best_test_r2", "best_epoch", "diverged_at"),
)
RUN_COLUMNS: tuple[str, ...] = ("run_id", "experiment", *CONFIG_COLUMNS, *OUTCOME_COLUMNS)
