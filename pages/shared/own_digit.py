"""A digit of the visitor's own, and what every network says it is."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.analysis.drawing import as_digits, as_mnist
from core.charts import raster
from core.charts.matrices import answers_chart
from core.language import Translate
from pages.shared import pictures
from pages.shared.classified import answers_table
from pages.shared.predicting import Shown, names, samples, with_weights
from pages.shared.sheet import draw_sheet


def draw_own_digit(shown: Shown, _: Translate) -> None:
    """The sheet, what the networks are given of it, and what each of them answers."""
    st.subheader(_("Draw a digit yourself"), anchor=False)
    left, right = st.columns([1, 2], gap="medium")
    with left:
        ink = draw_sheet("predictions_sheet", _)
    mnist = shown.config.source.name == "mnist"
    given = None if ink is None else (as_mnist if mnist else as_digits)(ink)
    if given is None:
        right.info(
            _("Draw a digit from 0 to 9: every network answers at once."), icon=":material/draw:"
        )
        return
    classes = [_(name) for name in names(shown.config)]
    table = answers_table(_outputs(shown, given, mnist=mnist), classes)
    with right:
        first = table[table["first"]]
        counts = first["answer"].value_counts()
        told = _("{count} of {total} configurations answer {answer}.").format(
            count=int(counts.iloc[0]), total=len(first), answer=counts.index[0]
        )
        st.markdown(f"**{told}**")
        pictures.draw_chart(answers_chart(table, _), told, shown.selection, _, key="own_digit")
        with st.container(horizontal=True, vertical_alignment="center"):
            side = 28 if mnist else 8
            picture = given.reshape(side, side) / given.max()
            large = np.kron(raster.ink(picture), np.ones((3, 3, 1), np.uint8))
            st.image(large, width=84)
            st.caption(
                _(
                    "This is what the networks see: your digit sized and centred as those of the"
                    " data set are. Numbers are outputs in percent, the mean over seeds; they say"
                    " how sure a network is, not how right."
                ),
                width=420,
            )


def _outputs(
    shown: Shown, given: NDArray[np.float32], *, mnist: bool
) -> dict[str, list[NDArray[np.float32]]]:
    """The outputs of every run to the drawing, by configuration."""
    outputs: dict[str, list[NDArray[np.float32]]] = {
        label: [] for label in shown.of_seed["configuration"]
    }
    for row in with_weights(shown).to_dict("records"):
        x = given
        if not mnist:
            # Standardised as the training set of that run's seed was.
            data = samples(shown.config.model_copy(update={"seed": int(row["seed"])}))
            x = (given - data.offset) / data.scale
        outputs[str(row["configuration"])].append(shown.network(row).predict(x[None])[0])
    return outputs
