"""Decision surfaces side by side, after the epoch that the reader picks or plays; hidden units."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from core.analysis import predictions, readings
from core.analysis.predictions import Window
from core.charts.surfaces import (
    sample_marks,
    surface_panel,
    surface_picture,
    unit_pictures,
    units_chart,
)
from core.language import Translate
from core.metrics import METRICS, Metric
from data import Dataset
from pages.shared import caches, failures, pictures
from pages.shared.binding import bound, follow
from pages.shared.predicting import Shown, ended, samples

_POINTS = 200
_PLAYING = "predictions_playing"
_STEP_SECONDS = 1.0


def draw_planar(shown: Shown, _: Translate) -> None:
    """Surfaces of all configurations, with a slider of epochs that plays by itself."""
    data = samples(shown.config)
    st.markdown(
        _(
            "**What to look for:** how each network divides the plane. ReLU and its kin cut it in"
            " straight lines, tanh and sigmoid in soft curves; before training the division has"
            " nothing to do with the points."
        ),
        help=_(
            "Decision surface: the network's output at each point $(x_1, x_2)$. Where the outputs"
            " of two classes are equal, $y_i(x) = y_j(x)$, lies the boundary between them."
        ),
    )
    playing = bool(st.session_state.get(_PLAYING, False))
    # A fragment: only the surfaces are drawn again while it plays.
    st.fragment(_draw, run_every=_STEP_SECONDS if playing else None)(shown, data, _)
    seen = st.expander(
        _("What each hidden unit sees"),
        icon=":material/grid_view:",
        key="predictions_inside",
        on_change="rerun",
    )
    with seen, failures.told(_):
        labels = shown.of_seed["configuration"].tolist()
        label = st.selectbox(_("Configuration"), labels, key="predictions_units", width=320)
        # A hundred pictures: drawn once somebody looks.
        if seen.open:
            _draw_units(shown, data, label, _)


def _draw(shown: Shown, data: Dataset, _: Translate) -> None:
    with failures.told(_):
        epochs = shown.epochs()
        epoch = _choose_epoch(epochs, _) if epochs else None
        _draw_surfaces(shown, data, epoch, _)


def _choose_epoch(epochs: list[int], _: Translate) -> int:
    """The epoch of the slider, or the next one while it plays."""
    if len(epochs) == 1:
        told = _("After epoch {epoch}.") if epochs[0] else _("At epoch 0, before training.")
        st.caption(told.format(epoch=epochs[0]))
        return epochs[0]
    playing = bool(st.session_state.get(_PLAYING, False))
    title = _("Epoch (0 is before training)")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if playing:
            place = st.session_state.get("predictions_place", -1) + 1
            if place >= len(epochs):
                _stop(epochs[-1])
                st.rerun()
            st.session_state["predictions_place"] = place
            epoch: int = epochs[place]
            st.button(
                _("Stop"), icon=":material/stop:", key="predictions_stop", on_click=_stop,
                args=(epoch,),
            )  # fmt: skip
            st.progress((place + 1) / len(epochs), text=_("epoch {count}").format(count=epoch))
            return epoch
        st.button(_("Play"), icon=":material/play_arrow:", key="predictions_play", on_click=_start)
        chosen: int = st.select_slider(
            title, epochs, **bound("epoch", "predictions_epoch", epochs, epochs[-1]), width=420
        )
    return chosen


def _start() -> None:
    st.session_state[_PLAYING] = True
    st.session_state["predictions_place"] = -1


def _stop(epoch: int) -> None:
    st.session_state[_PLAYING] = False
    follow({"epoch": str(epoch)})


def _draw_surfaces(shown: Shown, data: Dataset, epoch: int | None, _: Translate) -> None:
    window = predictions.window(data)
    spots = predictions.points(data, _POINTS)
    targets = _targets(spots, data)
    metric = METRICS["test_r2" if targets else "test_accuracy"]
    looked_at = {
        str(run["run_id"]): shown.epoch_of(run, epoch) for run in shown.of_seed.to_dict("records")
    }
    scores = _scores(shown, looked_at, metric)
    marks = sample_marks(spots, targets, _)
    what = _("target") if targets else _("class")
    charts = []
    with st.container(horizontal=True, gap="medium", key="surfaces"):
        for run in shown.of_seed.to_dict("records"):
            own = looked_at[run["run_id"]]
            draw = partial(_ground, shown, run, own, data)
            ground = caches.background(draw, _state(run, own))
            label = str(run["configuration"])
            score = f"{_(metric.title)} {metric.text(scores.get(run['run_id'], np.nan))}"
            told = ended(shown, run, epoch, score, _)
            chart = surface_panel(ground, marks, _corners(window), (label, told), what, _)
            charts.append(chart)
            pictures.show(chart, width="content", key=f"surface_{run['run_id']}")
    title = _("What do the networks answer?")
    seed = _("Seed {seed}.").format(seed=shown.seed)
    if epoch is not None:
        seed = _("Seed {seed}, after epoch {epoch}.").format(seed=shown.seed, epoch=epoch)
    key = _(
        "The background is the answer of the network, pale where it is unsure; points are samples:"
        " rimmed in white those of the training, in black those of the test, crosses are outliers."
        " x1 and x2 are the inputs in their own units."
    )
    pictures.draw_save_all(charts, title, shown.selection, _, key="surfaces", more=[seed, key])
    # Only what stands at the same epoch, or at its end, is better or worse.
    alike = {
        str(run["configuration"]): scores.get(run["run_id"], np.nan)
        for run in shown.of_seed.to_dict("records")
        if looked_at[run["run_id"]] == (run["epochs"] if epoch is None else epoch)
    }
    if said := readings.best_and_worst(alike, metric, shown.seed, _):
        st.markdown(said)
    st.caption(key)


def _ground(shown: Shown, run: Mapping[Any, Any], epoch: int, data: Dataset) -> str:
    """The picture of what the network of ``run`` answers over the plane."""
    inputs = predictions.mesh(predictions.window(data), data)
    surface = predictions.surface(shown.network(run, epoch), inputs, data)
    return surface_picture(surface, _targets(predictions.points(data, _POINTS), data))


def _pictures(
    shown: Shown, run: Mapping[Any, Any], epoch: int, data: Dataset
) -> tuple[Mapping[str, NDArray[Any]], ...]:
    """What the hidden units of the network of ``run`` see, by layer."""
    inputs = predictions.mesh(predictions.window(data), data, 48)
    layers = predictions.units(shown.network(run, epoch), inputs)
    return tuple(unit_pictures(surfaces[:48]) for surfaces in layers)


def _state(run: Mapping[Any, Any], epoch: int) -> str:
    """What pictures of ``run`` after ``epoch`` go by."""
    return f"{run['run_id']} {run['epochs_done']} {run['status']} {epoch}"


def _scores(shown: Shown, looked_at: Mapping[str, int], metric: Metric) -> dict[str, float]:
    """The metric of each run of the seed after the epoch at which it is ``looked_at``."""
    epochs = shown.selection.epochs()
    # By numbers first: of thousands of runs most rows go with them.
    epochs = epochs[epochs["epoch"].isin(set(looked_at.values()))]
    known = zip(epochs["run_id"], epochs["epoch"], epochs[metric.column].astype(float), strict=True)
    return {run_id: score for run_id, epoch, score in known if looked_at.get(run_id) == epoch}


def _draw_units(shown: Shown, data: Dataset, label: str, _: Translate) -> None:
    run = shown.of_seed[shown.of_seed["configuration"] == label].to_dict("records")[0]
    kept = shown.epochs()
    asked = st.session_state.get("predictions_epoch")
    epoch = shown.epoch_of(run, asked if asked in kept else max(kept, default=None))
    layers = caches.units(partial(_pictures, shown, run, epoch, data), _state(run, epoch))
    if not layers:
        st.caption(_("These networks have no hidden layers."))
        return
    meaning = _(
        "Each picture is one unit's activation over the same plane: blue above 0, brown below,"
        " pale at 0, the deepest colour its own largest value. A picture of one colour is a"
        " unit that tells nothing apart: dead, or saturated everywhere."
    )
    st.caption(meaning)
    charts = []
    with st.container(horizontal=True, gap="medium"):
        for number, cells in enumerate(layers, 1):
            chart = units_chart(cells, number, _)
            pictures.show(chart, width="content", key=f"units_{number}")
            charts.append(chart)
    title = _("What each hidden unit sees: {name}").format(name=label)
    pictures.draw_save_all(charts, title, shown.selection, _, key="units", more=[meaning])


def _targets(spots: pd.DataFrame, data: Dataset) -> tuple[float, float] | None:
    """The targets of a regression that colours span: all but the outliers."""
    if data.source.task.kind != "regression":
        return None
    clean = spots[~spots["outlier"]]["target"]
    return float(clean.quantile(0.02)), float(clean.quantile(0.98))


def _corners(window: Window) -> tuple[float, float, float, float]:
    return window.left, window.right, window.bottom, window.top
