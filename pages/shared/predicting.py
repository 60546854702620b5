"""What Predictions draws from: the runs of one data set, their networks, samples and answers.

Weights are read as they are needed, and only of the runs that are shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from core.analysis.configurations import members, numbered, relabelled
from core.analysis.forward import Network, network
from core.analysis.predictions import classes
from core.analysis.sentences import FIELD_TITLES
from core.document import from_row
from core.experiment import RunConfig
from core.language import N_, Translate
from core.report import ACTIVE, GIVEN_UP, Status
from data import Dataset, Source, load
from data.mnist import pixels, test_arrays
from data.sizing import settings
from pages.shared import caches
from pages.shared.markdown import escaped
from pages.shared.selection import Selection

MOST_PANELS = 12
_SEED = "predictions_seed"
# Ends before the last epoch.
EARLY = (Status.DIVERGED, *GIVEN_UP)
_ENDS = {
    Status.DIVERGED: N_("diverged; {score}"),
    Status.CANCELLED: N_("stopped; {score}"),
    Status.FAILED: N_("failed; {score}"),
}
_COUNTS = {
    Status.DIVERGED: N_("diverged: {count}"),
    Status.CANCELLED: N_("stopped: {count}"),
    Status.FAILED: N_("failed: {count}"),
}
# Images that become floats at once.
_SHARE = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The runs of one data set, of which one seed is looked at.

    ``runs`` has a column ``configuration``; ``of_seed`` are those of the chosen seed whose
    weights were kept, at most MOST_PANELS, in the order of the configurations; ``kept`` are the
    epochs of these weights by run_id, first to last; ``config`` is the first one's: all share its
    data set; ``seeds`` are those that can be chosen.
    """

    selection: Selection
    runs: pd.DataFrame
    of_seed: pd.DataFrame
    kept: Mapping[str, tuple[int, ...]]
    config: RunConfig
    left_out: int
    seeds: tuple[int, ...]

    @property
    def seed(self) -> int:
        """The seed that is looked at."""
        return self.config.seed

    def network(self, run: Mapping[Any, Any], epoch: int | None = None) -> Network:
        """The network of a row of ``runs`` after ``epoch`` (None: the last that was kept).

        Raises:
            KasseiError: no weights of that epoch, or of another network.
        """
        return network(from_row(run), self.selection.weights(run["run_id"], epoch))

    def epochs(self) -> list[int]:
        """The epochs of which the weights of every run that is shown were kept.

        Those that ended before their last epoch do not count where others went on.
        """
        rows = self.of_seed
        for early in (EARLY, (Status.DIVERGED,), ()):
            lasting = rows["run_id"][~rows["status"].isin(early)]
            if len(lasting):
                return sorted(set.intersection(*(set(self.kept[one]) for one in lasting)))
        return []

    def epoch_of(self, run: Mapping[Any, Any], epoch: int | None) -> int:
        """The epoch at which ``run`` is looked at: its last kept one up to ``epoch`` (None: all).

        Its first, where none was kept so early.
        """
        kept = self.kept[run["run_id"]]
        return max((one for one in kept if epoch is None or one <= epoch), default=kept[0])


def choose_shown(selection: Selection, _: Translate) -> Shown | None:
    """One data set and one seed of ``selection``; None, and why, where no weights were kept."""
    runs = selection.runs
    datasets = list(dict.fromkeys(runs["dataset"]))
    columns = st.columns([2, 2, 3], vertical_alignment="bottom")
    title = FIELD_TITLES["dataset"]
    dataset = datasets[0]
    if len(datasets) > 1:
        dataset = columns[1].selectbox(_(title), datasets, key="predictions_dataset")
        # What differs between two data sets is no label among the runs of one.
        runs = relabelled(runs[runs["dataset"] == dataset])
    seeds = tuple(sorted(int(seed) for seed in runs["seed"].unique()))
    seed = st.session_state.get(_SEED, seeds[0])
    if _by_seed(from_row(runs.iloc[0].to_dict()).source):
        seed = columns[0].selectbox(
            _("Seed: one split and one draw of the first weights"), seeds, key=_SEED
        )
    seed = seed if seed in seeds else seeds[0]
    chosen = runs[runs["seed"] == seed].drop_duplicates("configuration")
    kept = {run_id: selection.snapshot_epochs(run_id) for run_id in chosen["run_id"]}
    there = chosen["run_id"].map(lambda run_id: bool(kept[run_id])).to_numpy(bool)
    with_weights = chosen[there]
    if with_weights.empty:
        _tell_none(runs, _)
        return None
    _tell_missing(chosen[~there], _)
    order = numbered(with_weights["configuration"], members(runs)[0])
    shown = with_weights.iloc[np.argsort(order, kind="stable")]
    drawn = shown.head(MOST_PANELS)
    config = from_row(drawn.iloc[0].to_dict())
    return Shown(selection, runs, drawn, kept, config, len(shown) - MOST_PANELS, seeds)


def _by_seed(source: Source) -> bool:
    """Whether all that is drawn of such data is of one seed, not of all together."""
    return source.kind == "plane" or source.task.kind == "regression"


def choose_seed(shown: Shown, place: DeltaGenerator, _: Translate) -> None:
    """The menu of the seed, beside the only thing that is of one seed."""
    place.selectbox(_("Seed"), shown.seeds, key=_SEED)


def _tell_none(runs: pd.DataFrame, _: Translate) -> None:
    """Why there is nothing to draw."""
    statuses = set(runs["status"])
    if statuses & set(ACTIVE):
        st.info(
            _(
                "Still in training. Weights of small networks are kept along the way, those of"
                " large ones at the end: look again then."
            ),
            icon=":material/hourglass_top:",
        )
    elif statuses & set(GIVEN_UP):
        st.warning(_("These runs ended before any weights were kept: nothing can be predicted."))
    elif statuses == {Status.DIVERGED}:
        st.warning(_("These runs diverged before any weights were kept: nothing can be predicted."))
    else:
        st.info(
            _("The weights of these runs were not kept; train them here to see their answers."),
            icon=":material/inventory_2:",
        )


def _tell_missing(runs: pd.DataFrame, _: Translate) -> None:
    """Which ``runs`` have no weights, and whether they may have any yet."""
    for told, statuses in (
        (_("Without weights yet, and so not shown: {names}."), ACTIVE),
        (_("Diverged before weights were kept, and so not shown: {names}."), (Status.DIVERGED,)),
        (_("Ended before weights were kept, and so not shown: {names}."), GIVEN_UP),
        (
            _("Weights were not kept of these, and so they are not shown: {names}."),
            (Status.FINISHED,),
        ),
    ):
        own = runs[runs["status"].isin(statuses)]
        if len(own):
            st.caption(escaped(told.format(names=_(", ").join(own["configuration"]))))


def ended(shown: Shown, run: Mapping[Any, Any], epoch: int | None, score: str, _: Translate) -> str:
    """``score`` of ``run`` as it is looked at after ``epoch``: with what is unlike the others.

    How it ended, where it did so early; its epoch, where that is another (None: its last).
    """
    own = shown.epoch_of(run, epoch)
    if own != (run["epochs"] if epoch is None else epoch):
        score = _("epoch {epoch}: {score}").format(epoch=own, score=score)
    return _(_ENDS.get(run["status"], "{score}")).format(score=score)


def ended_early(runs: pd.DataFrame, score: str, _: Translate) -> str:
    """``score`` of ``runs`` together, and how many of them ended before their last epoch."""
    counts = [(told, int((runs["status"] == status).sum())) for status, told in _COUNTS.items()]
    return _(", ").join([score, *(_(told).format(count=count) for told, count in counts if count)])


def samples(config: RunConfig) -> Dataset:
    """The samples of ``config``'s seed. Not for MNIST, whose images fill a page's memory.

    Raises:
        DataUnavailable: they cannot be read.
    """
    return load(
        config.dataset,
        seed=config.seed,
        train_samples=config.train_samples,
        test_samples=config.test_samples,
        noise=config.noise,
        outliers=config.outliers,
    )


def test_images(config: RunConfig, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Pictures of the test set of ``config``'s seed, (rows, height, width), ink from 0 to 1.

    Raises:
        DataUnavailable: they cannot be read.
    """
    if config.source.name == "mnist":
        flat = pixels(_mnist(config)[0][rows])
    else:
        data = samples(config)
        ink = data.x_test * data.scale + data.offset
        flat = np.asarray(ink[rows] / ink.max(), np.float32)
    return flat.reshape(-1, *config.source.shape)


def _mnist(config: RunConfig) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    chosen = settings(
        config.dataset, train_samples=config.train_samples, test_samples=config.test_samples
    )
    return test_arrays(chosen, config.seed)


def _tested(config: RunConfig) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """Inputs of the test set, those of MNIST as bytes, and labels."""
    if config.source.name == "mnist":
        return _mnist(config)
    data = samples(config)
    return data.x_test, np.asarray(data.y_test, np.int32)


def _named(net: Network, inputs: NDArray[Any]) -> NDArray[np.uint8]:
    """The class that ``net`` names for each of the inputs of ``_tested``."""
    if inputs.dtype != np.uint8:
        return classes(net, inputs)
    parts = [inputs[start : start + _SHARE] for start in range(0, len(inputs), _SHARE)]
    return np.concatenate([classes(net, pixels(part)) for part in parts])


def answers(
    shown: Shown, rows: pd.DataFrame
) -> dict[str, tuple[NDArray[np.uint8], NDArray[np.int32]]]:
    """What each of the runs names for its test samples, and their labels, by run_id.

    Raises:
        KasseiError: samples or weights that cannot be read.
    """
    found = {}
    read: dict[tuple[object, ...], tuple[NDArray[Any], NDArray[np.int32]]] = {}

    def compute(row: Mapping[Any, Any]) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
        config = from_row(row)
        key = (config.train_samples, config.test_samples, config.noise, config.seed)
        if key not in read:
            # One set of images at a time.
            read.clear()
            read[key] = _tested(config)
        x, labels = read[key]
        return _named(shown.network(row), x), labels

    for row in rows.to_dict("records"):
        state = f"{row['run_id']} {row['epochs_done']} {row['status']}"
        found[str(row["run_id"])] = caches.answers(partial(compute, row), state)
    return found


def with_weights(shown: Shown) -> pd.DataFrame:
    """All runs, of every seed, whose weights were kept, of the configurations that are shown."""
    runs = shown.runs[shown.runs["configuration"].isin(set(shown.of_seed["configuration"]))]
    return runs[[bool(shown.selection.snapshot_epochs(run_id)) for run_id in runs["run_id"]]]


def names(config: RunConfig) -> Sequence[str]:
    """The names of the classes."""
    return config.source.class_names or [str(label) for label in range(config.sizes[-1])]
