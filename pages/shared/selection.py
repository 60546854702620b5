"""Which runs a page shows: as the link says, from this server's store or the shipped results.

    ?gallery=NAME          shipped results
    ?job=ID                an experiment in this server's store
    ?runs=ID,ID,…          runs picked by hand
    ?activation=…&seed=…   the fields of an experiment, on any server that holds its runs

A link's runs are found by their ids, which are hashes of what they are. Where nobody holds
them, Compare opens with its form filled; a link never starts a training.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from core.analysis.configurations import relabelled
from core.document import from_yaml
from core.errors import KasseiError, StoreUnavailable, UnknownRun
from core.experiment import Experiment
from core.language import N_, Translate
from core.report import TRAINED
from core.sharing.links import Link, encode, picked
from core.sharing.shipped import Shipped
from core.store import Job, Store
from pages.shared import caches, failures
from pages.shared.binding import current_link
from pages.shared.caches import Source
from pages.shared.frame import draw_link
from pages.shared.markdown import escaped

SHIPPED = "mnist-activations"


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Runs of one source; ``state`` says which, and changes when what they have reported does."""

    source: Source
    run_ids: tuple[str, ...]
    state: str

    def only(self, run_ids: Container[str]) -> "Part":
        """Those of the runs that are among ``run_ids``."""
        kept = tuple(run_id for run_id in self.run_ids if run_id in run_ids)
        return Part(self.source, kept, _digest(self.state, *kept))


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """The runs of a page. Frames are shared among visitors, and never changed.

    ``runs`` has the columns of ``core.report`` and the labels of ``configuration``; the rest is
    read when it is asked for.
    ``name`` is the experiment's question, if it has one; ``absent`` counts the runs that the
    link names and this server does not hold; ``parameters`` are those of a link that shows the
    same elsewhere.
    """

    name: str
    runs: pd.DataFrame
    experiment: Experiment | None
    parameters: Mapping[str, str]
    parts: tuple[Part, ...]
    gallery: str | None = None
    job: Job | None = None
    absent: int = 0

    def question(self, _: Translate) -> str:
        """``name``; of shipped results in the reader's language."""
        return _(self.name) if self.gallery else self.name

    @property
    def state(self) -> str:
        """What caches of these runs go by: it changes when what they have reported does."""
        return " ".join(part.state for part in self.parts)

    def epochs(self) -> pd.DataFrame:
        """EPOCH_COLUMNS of the runs."""
        return self._read("epochs", None)

    def layers(self, epoch: int | None = None) -> pd.DataFrame:
        """LAYER_COLUMNS of the runs, after one epoch or all."""
        return self._read("layers", epoch)

    def histograms(self, epoch: int | None = None) -> pd.DataFrame:
        """run_id, epoch, layer, bin, low, high, count: a row a bin."""
        return self._read("histograms", epoch)

    def holds(self, experiment: Experiment) -> bool:
        """Whether every run of ``experiment`` is here, and needs no training."""
        here = set(self.runs["run_id"][self.runs["status"].isin(TRAINED)])
        return all(config.run_id in here for config in experiment.grid())

    def snapshot_epochs(self, run_id: str) -> tuple[int, ...]:
        """The epochs whose weights were kept, first to last; none where none were."""
        return self._of(run_id).source.snapshot_epochs(run_id)

    def weights(self, run_id: str, epoch: int | None = None) -> tuple[NDArray[np.generic], ...]:
        """The weights after ``epoch`` (None: the last kept), in the order of the Keras model's.

        Raises:
            UnknownRun: no weights of that epoch were kept.
        """
        part = self._of(run_id)
        return caches.weights(part.source, part.state, run_id, epoch)

    def _read(self, table: str, epoch: int | None) -> pd.DataFrame:
        frames = [
            caches.table(part.source, table, part.run_ids, part.state, epoch) for part in self.parts
        ]
        return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)

    def _of(self, run_id: str) -> Part:
        for part in self.parts:
            if run_id in part.run_ids:
                return part
        raise UnknownRun(N_("The run {run_id} is not among those that are shown."), run_id=run_id)


def choose_runs(_: Translate) -> Selection:
    """The runs that the link names, else the shipped comparison; stops a page that has none."""
    try:
        found = find_runs(current_link())
    except KasseiError as error:
        st.warning(escaped(error.told(_)))
        found = None
        if isinstance(error, StoreUnavailable):
            failures.draw_return(lambda: caches.store().queue())
        else:
            found = _shipped_or_stop(_)
    else:
        if found is None:
            _tell_absent(_)
    if found is None:
        st.stop()
    if found.absent:
        count, total = found.absent, found.absent + len(found.runs)
        told = _("{count} of the {total} runs of this link are not on this server.")
        st.caption(told.format(count=count, total=total))
    return found


def tell_unheld(found: Selection | None, where: DeltaGenerator, _: Translate) -> None:
    """Where runs were not ``found`` of which the link says nothing, that it is so."""
    if found is None and not _says_what_they_are(current_link()):
        where.info(
            _("The runs of this link are not on this server, and it does not say what they are.")
        )


def _says_what_they_are(link: Link) -> bool:
    """Whether runs that nobody holds can be trained: a job that is known, too, says what it was."""
    return link.experiment is not None or "job" in link.view


def _tell_absent(_: Translate) -> None:
    """That nobody here holds the runs of the link, and the way to train them if it says how."""
    tell_unheld(None, st.container(), _)
    if _says_what_they_are(current_link()):
        st.info(_("The runs of this link are not on this server: they can be trained here."))
        draw_link("pages/Compare.py", _("Open them in Compare"), icon=":material/tune:")


def names_runs(link: Link) -> bool:
    """Whether ``link`` says which runs are shown."""
    return link.experiment is not None or bool({"gallery", "job", "runs"} & link.view.keys())


def find_runs(link: Link) -> Selection | None:
    """The runs that ``link`` names; None where this server holds none of them.

    Raises:
        KasseiError: a name that the link says is unknown, or the store cannot be read.
    """
    view = link.view
    if "gallery" in view:
        return shipped(view["gallery"])
    if "job" in view:
        try:
            found = of_job(caches.store().job(view["job"]))
        except StoreUnavailable:
            raise
        except KasseiError:
            # Another server's job; the experiment beside it says what it was.
            if link.experiment is None:
                raise
        else:
            # Those that were deleted may be among the shipped ones.
            return found if len(found.runs) else _of_experiment(found.experiment)
    if "runs" in view:
        return _gathered(view["runs"], None)
    if link.experiment is not None:
        return _of_experiment(link.experiment)
    return shipped(SHIPPED)


def shipped(name: str) -> Selection:
    """The shipped results ``name``.

    Raises:
        BundleUnavailable: there are none, or they cannot be read.
    """
    bundle = caches.gallery(name)
    part = Part(Shipped(bundle), tuple(bundle.runs["run_id"]), _digest(name))
    title = bundle.experiment.name
    where = {"gallery": name}
    return Selection(title, bundle.runs, bundle.experiment, where, (part,), gallery=name)


def of_job(job: Job) -> Selection:
    """The runs of a job, as far as they are.

    Raises:
        KasseiError: the store cannot be read, or the experiment is no longer valid.
    """
    store = caches.store()
    experiment = from_yaml(job.document)
    runs, part = _stored(store, job.run_ids)
    where = encode(experiment, job=job.id)
    deleted = len(experiment.grid()) - len(runs)
    return Selection(job.name, runs, experiment, where, (part,), job=job, absent=deleted)


def _of_experiment(experiment: Experiment | None) -> Selection | None:
    ids = [config.run_id for config in experiment.grid()] if experiment else []
    return _gathered(tuple(ids), experiment)


def _gathered(ids: tuple[str, ...], experiment: Experiment | None) -> Selection | None:
    """The runs with these ids from the store, and what it does not hold from the gallery."""
    failure: StoreUnavailable | None = None
    frames, parts = [], []
    try:
        runs, part = _stored(caches.store(), ids)
        if len(runs):
            frames.append(runs)
            parts.append(part)
    except StoreUnavailable as error:
        failure = error
    left = set(ids) - {run_id for part in parts for run_id in part.run_ids}
    for name, held in caches.shipped_runs().items():
        if left & held:
            bundle = caches.gallery(name)
            runs = bundle.runs[bundle.runs["run_id"].isin(left)]
            left -= held
            frames.append(runs)
            every = Part(Shipped(bundle), tuple(bundle.runs["run_id"]), _digest(name))
            parts.append(every.only(set(runs["run_id"])))
    if failure and left:
        raise failure
    if not parts:
        return None
    # The store's come in order and labelled; what is joined, or a part, has other labels.
    alone = len(parts) == 1 and not isinstance(parts[0].source, Shipped)
    runs = frames[0] if alone else _together(frames, ids)
    found = Selection(
        experiment.name if experiment else "",
        runs,
        experiment,
        encode(experiment) if experiment else picked(runs),
        tuple(parts),
    )
    return replace(found, absent=len(left))


def _shipped_or_stop(_: Translate) -> Selection | None:
    try:
        return shipped(SHIPPED)
    except KasseiError as error:
        st.error(escaped(error.told(_)))
        return None


def _stored(store: Store, ids: Sequence[str]) -> tuple[pd.DataFrame, Part]:
    """Those of the runs that ``store`` holds; read anew when they have changed."""
    progress = store.index.progress(ids)
    held = tuple(run_id for run_id in dict.fromkeys(ids) if run_id in progress)
    state = _digest(store.url, *(f"{run_id} {progress[run_id]}" for run_id in held))
    runs = caches.runs(store, held, state)
    return runs, Part(store, tuple(runs["run_id"]), state)


def _together(frames: Sequence[pd.DataFrame], ids: Sequence[str]) -> pd.DataFrame:
    """Runs of several sources in the order of ``ids``, with labels of what differs among all."""
    place = {run_id: index for index, run_id in enumerate(ids)}
    runs = pd.concat(frames).sort_values("run_id", key=lambda c: c.map(place), kind="stable")
    return relabelled(runs.reset_index(drop=True))


def _digest(*told: str) -> str:
    """A short name of what is ``told``."""
    return blake2b("\n".join(told).encode(), digest_size=12).hexdigest()
