"""The body of Layers: verdicts, distributions, statistics across layers and over epochs."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.analysis.configurations import configurations, members, relabelled
from core.analysis.layers import across, layer_strip, over_epochs
from core.analysis.ridges import ridges
from core.charts.palette import Style, styles
from core.charts.profiles import across_chart, epochs_chart
from core.charts.ridges import ridge_chart
from core.charts.strip import EVERY, strip_chart, strip_table
from core.charts.vega import Chart
from core.language import Translate
from pages.shared import caches, pictures
from pages.shared.binding import bound, bound_several, current_link
from pages.shared.lighting import lighting
from pages.shared.selection import Selection
from pages.shared.theme import is_dark
from pages.shared.verdicts import draw_verdicts

_MOST_DRAWN = 12
_MOST_NUMBERS = 16  # layers of which a picture says the numbers
_MOST_ABREAST = 3
_STRIPS = ("mean", "std", "zero_fraction", "saturated_fraction", "silent_fraction", "dead_fraction")
_ACROSS = ("delta_rms", "gradient_norm", "update_ratio")


def draw_layers(selection: Selection, _: Translate) -> None:
    """An epoch, and everything of the layers at it; then one statistic over all epochs."""
    count = len(members(selection.runs)[0])
    selection = _narrowed(selection)
    runs = selection.runs
    epochs = sorted(int(epoch) for epoch in selection.epochs()["epoch"].unique())
    epoch = epochs[-1]
    if len(epochs) > 1:
        epoch = st.select_slider(
            _("Epoch (0 is before training)"),
            epochs,
            width=520,
            **bound("epoch", "layers_epoch", epochs, epochs[-1]),
        )
    layers = selection.layers(epoch)
    if layers.empty:
        st.info(
            _("These networks have no hidden layers.")
            if (runs["hidden"] == "none").all()
            else _("No layer statistics at this epoch; choose another.")
        )
        return
    if epochs == [0]:
        st.info(_("No epoch has been trained to its end: this is the state at epoch 0."))
    table = configurations(runs)
    names = table["configuration"].tolist()
    draw_verdicts(layers, runs, names, _)
    if count > _MOST_DRAWN:
        st.caption(
            _("The first {count} configurations are shown of {total}.").format(
                count=_MOST_DRAWN, total=count
            )
        )
    drawn = styles(table, dark=is_dark())
    _draw_across(layers, selection, epoch, drawn, _)
    chosen = _choose_layers(sorted(int(layer) for layer in layers["layer"].unique()), _)
    _draw_ridges(selection, layers, epoch, chosen, names, drawn, _)
    _draw_strips(layers, selection, epoch, names, _)
    # A fragment: another statistic does not draw all else again.
    st.fragment(_draw_epochs)(selection, chosen, drawn, _)


def _narrowed(selection: Selection) -> Selection:
    """The first few configurations: of thousands of runs the layers alone would fill memory."""
    names, codes = members(selection.runs)
    if len(names) <= _MOST_DRAWN:
        return selection
    runs = relabelled(selection.runs[codes < _MOST_DRAWN].reset_index(drop=True))
    known = set(runs["run_id"])
    parts = (part.only(known) for part in selection.parts)
    return replace(selection, runs=runs, parts=tuple(part for part in parts if part.run_ids))


def _draw_across(
    layers: pd.DataFrame,
    selection: Selection,
    epoch: int,
    drawn: Mapping[str, Style],
    _: Translate,
) -> None:
    st.subheader(
        _("How the signal passes the layers"),
        anchor=False,
        help=_(
            "Backpropagated signal: root mean square of $\\partial L / \\partial z$ of single "
            "samples. Gradient of the weights: Frobenius norm of $\\partial \\bar L / \\partial "
            "W$. The second can stay level across layers while the first vanishes. Size of the "
            "last update: $\\|\\Delta W\\| / \\|W\\|$."
        ),
    )
    if layers["layer"].nunique() < 2:
        st.caption(_("With one hidden layer there is nothing to compare across layers."))
    charts: list[Chart] = []
    for column, statistic in zip(st.columns(3), _ACROSS, strict=True):
        frame = across(layers, selection.runs, statistic, epoch, log=True)
        with column:
            if frame.empty:
                title = _(EVERY[statistic].title)
                st.caption(_("{title}: none at this epoch.").format(title=title))
                continue
            chart = across_chart(frame, EVERY[statistic], drawn, _)
            charts.append(chart.properties(title=_(EVERY[statistic].title)))
            pictures.show(chart, key=f"across_{statistic}")
    title = _("How the signal passes the layers")
    told = _("After epoch {epoch}: geometric means over seeds, on log axes.").format(epoch=epoch)
    pictures.draw_save_all(charts, title, selection, _, key="layers_across", more=[told])


def _choose_layers(numbers: list[int], _: Translate) -> list[int]:
    """Of a deep network a few layers, so that they can be compared without scrolling far."""
    if len(numbers) <= _MOST_ABREAST + 1:
        return numbers
    first = [numbers[0], numbers[len(numbers) // 2], numbers[-1]]
    picked = st.pills(
        _("Layers whose distributions and epochs are drawn"),
        numbers,
        selection_mode="multi",
        **bound_several("layers", "layers_shown", numbers, first),
    )
    if strange := [one for one in current_link().view.get("layers", ()) if one not in numbers]:
        st.text(
            _("The link asks for layers {strange}; there are {last}.").format(
                strange=_(", ").join(map(str, strange)), last=numbers[-1]
            )
        )
    return sorted(picked) or first


def _places(numbers: list[int]) -> Iterator[tuple[DeltaGenerator, int]]:
    """Each of ``numbers`` with the column where it is drawn, a few abreast."""
    for start in range(0, len(numbers), _MOST_ABREAST):
        columns = st.columns(min(_MOST_ABREAST, len(numbers)))
        yield from zip(columns, numbers[start : start + _MOST_ABREAST], strict=False)


def _draw_ridges(
    selection: Selection,
    layers: pd.DataFrame,
    epoch: int,
    chosen: list[int],
    names: list[str],
    drawn: Mapping[str, Style],
    _: Translate,
) -> None:
    st.subheader(
        _("Distributions of activations"),
        anchor=False,
        help=_(
            "The share of activations $a = f(z)$ by value, over the probe samples and all units, "
            "the mean over seeds. Each ridge is as high as its own greatest density allows. Exact "
            "zeros are not drawn but counted on the right: they would hide the rest. Dashed: "
            "before training."
        ),
    )
    frame = _ridges(selection, chosen, epoch, layers)
    if frame.empty:
        st.caption(_("No histograms were kept of these runs at this epoch."))
        return
    before = _ridges(selection, chosen, 0, selection.layers(0)) if epoch > 0 else frame[:0]
    charts: list[Chart] = []
    there = set(frame["layer"])
    for column, layer in _places([layer for layer in chosen if layer in there]):
        # A network that is not so deep has no row.
        deep = set(frame["configuration"][frame["layer"] == layer])
        own = [name for name in names if name in deep]
        chart = ridge_chart(frame, before, layer, own, drawn, _)
        charts.append(chart)
        with column:
            pictures.show(chart, key=f"ridges_{layer}")
    title = _("Distributions of activations")
    said = _(
        "After epoch {epoch}: shares of activations by value, over the probe samples and all units,"
        " the mean over seeds; exact zeros are counted on the right. Dashed: before training."
    ).format(epoch=epoch)
    pictures.draw_save_all(charts, title, selection, _, key="layers_ridges", more=[said])


def _ridges(
    selection: Selection, chosen: list[int], epoch: int, layers: pd.DataFrame
) -> pd.DataFrame:
    """The ridges of the ``chosen`` layers after ``epoch``, whose statistics ``layers`` are."""

    def compute() -> pd.DataFrame:
        histograms = selection.histograms(epoch)
        return ridges(histograms[histograms["layer"].isin(chosen)], layers, selection.runs)

    return caches.ridges(compute, f"{selection.state} {epoch} {chosen}")


def _draw_strips(
    layers: pd.DataFrame, selection: Selection, epoch: int, names: list[str], _: Translate
) -> None:
    st.subheader(_("Layer by layer"), anchor=False)
    frame = layer_strip(layers, selection.runs, list(_STRIPS), epoch)
    tables = [strip_table(frame, EVERY[name], names, _) for name in _STRIPS]
    st.html(lighting(names) + f'<div class="k-strips">{"".join(tables)}</div>')

    def charts() -> list[Chart]:
        return [
            strip_chart(frame, EVERY[name], names, _, most_text=_MOST_NUMBERS).properties(
                title=_(EVERY[name].title)
            )
            for name in _STRIPS
        ]

    told = _("After epoch {epoch}: means over seeds.").format(epoch=epoch)
    title = _("Layer by layer")
    pictures.draw_save_all(charts, title, selection, _, key="layers_strips", more=[told], abreast=2)


def _draw_epochs(
    selection: Selection, chosen: list[int], drawn: Mapping[str, Style], _: Translate
) -> None:
    """One statistic over epochs, a chart for each of the ``chosen`` layers."""
    st.subheader(_("Over the epochs"), anchor=False)
    name = st.selectbox(
        _("Statistic"),
        list(EVERY),
        format_func=lambda column: _(EVERY[column].title),
        width=320,
        **bound("statistic", "layers_statistic", list(EVERY), "delta_rms"),
    )
    statistic = EVERY[name]
    st.caption(_(statistic.meaning))
    charts: list[Chart] = []
    layers = selection.layers()
    for column, layer in _places(chosen):
        frame = over_epochs(layers, selection.runs, name, layer, log=statistic.kind == "order")
        if len(frame):
            chart = epochs_chart(frame, statistic, layer, drawn, _)
            charts.append(chart)
            with column:
                pictures.show(chart, key=f"epochs_{layer}")
    title, told = _(statistic.title), [_(statistic.meaning), pictures.caption(selection.runs, _)]
    pictures.draw_save_all(charts, title, selection, _, key="layers_epochs", more=told)
