"""Confusion matrices side by side, and the samples on which two networks differ."""

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from core.analysis import predictions, readings
from core.charts.digits import digits_chart
from core.charts.matrices import confusion_panel
from core.language import Translate
from core.metrics import METRICS
from pages.shared import pictures
from pages.shared.predicting import (
    Shown,
    answers,
    choose_seed,
    ended_early,
    names,
    test_images,
    with_weights,
)

_MOST_PICTURES = 18


def draw_confusions(shown: Shown, _: Translate) -> None:
    """A confusion matrix of each configuration over all its seeds, then two of them compared."""
    st.markdown(
        _(
            "**What to look for:** the mistakes, off the diagonal. Networks that are equally good"
            " can be wrong about different samples."
        ),
        help=_(
            "Confusion matrix: its entry $(i, j)$ is the share of the samples of class $i$ for"
            " which output $j$ is the largest."
        ),
    )
    rows = with_weights(shown)
    with st.spinner(_("Asking the networks ({count}) …").format(count=len(rows))):
        answered = answers(shown, rows)
    grouped = {
        str(label): [answered[run_id] for run_id in group["run_id"]]
        for label, group in rows.groupby("configuration", sort=False)
    }
    ordered = {label: grouped[label] for label in shown.of_seed["configuration"]}
    classes = [_(name) for name in names(shown.config)]
    table = predictions.confusion(ordered, classes)
    charts = []
    with st.container(horizontal=True, gap="medium", key="confusions"):
        for label, cells in table.groupby("configuration", sort=False):
            right = cells[cells["right"]]["count"].sum() / max(cells["count"].sum(), 1)
            told = _("{accuracy} right, seeds: {seeds}").format(
                accuracy=METRICS["test_accuracy"].text(float(right)), seeds=int(cells["n"].iloc[0])
            )
            own = rows[rows["configuration"] == label]
            charts.append(confusion_panel(cells, (str(label), ended_early(own, told, _)), _))
            pictures.show(charts[-1], width="content", key=f"confusion_{label}")
    title = _("What do the networks answer?")
    key = _(
        "Rows are what a sample is, columns what the network says, numbers the percent of the"
        " row; all samples of the test set, all seeds together. Green is right, blue is wrong"
        " and deepest from 10 % on."
    )
    pictures.draw_save_all(charts, title, shown.selection, _, key="confusions", more=[key])
    st.markdown(readings.frequent_mistake(table, _))
    st.caption(key)
    if len(shown.of_seed) > 1:
        _draw_disagreement(shown, answered, classes, _)


def _draw_disagreement(
    shown: Shown,
    answered: dict[str, tuple[NDArray[np.uint8], NDArray[np.int32]]],
    classes: list[str],
    _: Translate,
) -> None:
    st.subheader(_("Right here, wrong there"), anchor=False)
    labels = list(shown.of_seed["configuration"])
    left, right, last = st.columns([3, 3, 1])
    first = left.selectbox(_("This one"), labels, key="predictions_first")
    others = [label for label in labels if label != first]
    second = right.selectbox(_("and that one"), others, key="predictions_second")
    choose_seed(shown, last, _)
    runs = shown.of_seed.set_index("configuration")["run_id"]
    (one, truth), (two, _same) = answered[str(runs[first])], answered[str(runs[second])]
    found = predictions.disagreement(one, two, truth)
    st.markdown(
        readings.disagreement(found, first, second, _),
        help=_(
            "McNemar's exact test: of the $b + c$ samples that one alone gets right, each would"
            " have $b$ of them by a fair coin, $b \\sim \\mathrm{Bin}(b + c, 1/2)$, were both"
            " equally good. p is how often a coin would differ as much."
        ),
    )
    if shown.config.source.kind != "image":
        return
    left, right = st.columns(2)
    seed = _("Of seed {seed}; the first {most} in the order of the test set.").format(
        seed=shown.seed, most=_MOST_PICTURES
    )
    for place, winner, loser, rows, wrong in (
        (left, first, second, found.only_first, two),
        (right, second, first, found.only_second, one),
    ):
        told = _("**{name} alone is right**: class → the other's answer")
        place.markdown(told.format(name=winner))
        if not len(rows):
            place.caption(_("No such sample."))
            continue
        drawn = rows[:_MOST_PICTURES]
        chart = digits_chart(
            test_images(shown.config, drawn),
            [classes[c] for c in truth[drawn]],
            [classes[c] for c in wrong[drawn]],
            _,
        )
        with place:
            pictures.show(chart, width="content", key=f"digits_{winner}")
            title = _("{name} is right, {other} is wrong").format(name=winner, other=loser)
            more = [_("Below each picture: its class → the wrong answer."), seed]
            pictures.draw_save_all(
                [chart], title, shown.selection, _, key=f"digits_{winner}", more=more
            )
    st.caption(seed)


def answers_table(
    outputs: dict[str, list[NDArray[np.float32]]], classes: list[str]
) -> pd.DataFrame:
    """What each configuration answers to one drawing: the mean output over its seeds.

    Columns: configuration, answer, share, first, n, votes (seeds that answer so).
    """
    rows = []
    for label, seeds in outputs.items():
        mean = np.clip(np.nan_to_num(np.mean(seeds, axis=0)), 0, 1)
        votes = np.bincount([int(np.argmax(seed)) for seed in seeds], minlength=len(classes))
        for index, name in enumerate(classes):
            rows.append(
                {
                    "configuration": label,
                    "answer": name,
                    "share": float(mean[index]),
                    "first": index == int(np.argmax(mean)),
                    "n": len(seeds),
                    "votes": f"{votes[index]}/{len(seeds)}",
                }
            )
    return pd.DataFrame(rows)
