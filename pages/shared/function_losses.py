"""Losses and softmax on the page Functions: values, gradients, what an outlier does, p - t."""

import streamlit as st

from core.analysis import pulls
from core.catalog import LOSSES
from core.charts.functions import bars_chart, loss_chart, outlier_chart
from core.language import Translate
from core.metrics import number
from pages.shared import pictures
from pages.shared.binding import bound, bound_value

# Okabe & Ito (2008).
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")


def draw_losses(_: Translate) -> None:
    """Every loss against its error or probability, with its gradient; then an outlier."""
    st.caption(
        _(
            "Look at the gradient: it is what a sample does to the weights. Where it stays, a far"
            " sample pulls no harder than a near one; where it grows, the farthest leads."
        )
    )
    classes = _(
        "Gradients of classes are along p, the other class's probability being 1 − p; hinge is"
        " drawn over the margin 2p − 1. On one-hot targets kl_divergence is cross_entropy."
    )
    for title, frame, axis in (
        (_("Of an error"), pulls.against_residual(), _("residual y − t")),
        (
            _("Of a probability"),
            pulls.against_probability(),
            _("predicted probability of the right class, of two"),
        ),
    ):
        st.subheader(title, anchor=False)
        names = list(dict.fromkeys(frame["loss"]))
        colours = dict(zip(names, _COLOURS, strict=False))
        left, right = st.columns(2, gap="medium")
        for place, column, name in (
            (left, "value", _("Loss")),
            (right, "gradient", _("Gradient")),
        ):
            chart = loss_chart(frame, axis, column, name, colours, _)
            with place:
                key, more = f"losses_{names[0]}_{column}", [] if "mse" in names else [classes]
                pictures.draw_chart(chart, f"{title}: {name}", None, _, key=key, more=more)
        with st.expander(_("Formulas and sources")):
            for name in names:
                loss = LOSSES[name]
                st.markdown(f"**{_(loss.title)}**. {_(loss.strengths)} {_(loss.weaknesses)}")
                st.latex(loss.formula)
                st.caption(loss.reference)
    st.caption(classes)
    _draw_outlier(_)


def _draw_outlier(_: Translate) -> None:
    st.subheader(_("What an outlier does"), anchor=False)
    at = st.slider(
        _("One more measurement, at"), -20.0, 20.0, step=0.5,
        **bound_value("outlier", "outlier", 8.0),
    )  # fmt: skip
    fits = pulls.fits(at)
    colours = dict(zip(fits["loss"], _COLOURS, strict=False))
    chart = outlier_chart(pulls.MEASURED, at, fits, colours, _)
    by_loss = fits.set_index("loss")
    told = _(
        "Ten measurements near 0 and one at {at}: mse answers {mse}, mae {mae}. Of all pulls at 0,"
        " the one outlier has {squared} % under mse and {absolute} % under mae."
    )
    finding = told.format(
        at=f"{at:g}",
        mse=_fixed(by_loss["fit"]["mse"]),
        mae=_fixed(by_loss["fit"]["mae"]),
        squared=f"{100 * by_loss['pull']['mse']:.0f}",
        absolute=f"{100 * by_loss['pull']['mae']:.0f}",
    )
    ticks = _("Each tick is the one number whose mean loss over all eleven is least.")
    title, more = _("What an outlier does"), [finding, ticks]
    pictures.draw_chart(chart, title, None, _, key="outlier_chart", more=more)
    st.markdown(f"**{finding}**")
    st.caption(ticks)


def _fixed(value: float) -> str:
    # Adding 0 turns a -0 that rounding left into 0.
    return f"{round(value, 2) + 0:.2f}".replace("-", "−")


def draw_softmax(_: Translate) -> None:
    """Three scores with sliders, their probabilities, and the gradient p - t."""
    st.caption(
        _(
            "Move a score z: softmax shares out 1 among the classes, and cross-entropy pulls each"
            " score by p − t, its probability less what it should be."
        )
    )
    firsts = {"z1": 2.0, "z2": 0.5, "z3": -1.0}
    columns = st.columns(4, gap="medium")
    scores = [
        column.slider(
            _("score of class {number}").format(number=place),
            -10.0, 10.0, step=0.1, **bound_value(key, key, first),
        )
        for place, (column, (key, first)) in enumerate(
            zip(columns, firsts.items(), strict=False), start=1
        )
    ]  # fmt: skip
    right = columns[3].selectbox(
        _("right class"), [1, 2, 3], **bound("class", "right_class", [1, 2, 3], 1)
    )
    frame = pulls.softmax_parts(scores, right - 1)
    titles = {
        "p": _("p: probabilities"),
        "t": _("t: what is right"),
        "gradient": _("∂loss/∂z = p − t"),
    }
    charts = []
    for column, (part, title) in zip(st.columns(3, gap="medium"), titles.items(), strict=True):
        charts.append(bars_chart(frame[frame["part"] == part], title, _))
        with column:
            pictures.show(charts[-1], key=f"bars_{part}")
    p = frame[(frame["part"] == "p") & (frame["label"] == str(right))]["value"].iloc[0]
    finding = _(
        "The right class has {percent} %: its score is pulled up by {pull}, the others are"
        " pushed down by as much together."
    ).format(percent=f"{100 * p:.1f}", pull=number(1 - p, 2))
    pictures.draw_save_all(charts, titles["gradient"], None, _, key="softmax", more=[finding])
    st.markdown(f"**{finding}**")
    # In two lines: one would be cut on a phone.
    st.latex(
        r"\begin{gathered} L = -\sum_i t_i \ln p_i,\quad p_i = \frac{e^{z_i}}{\sum_j e^{z_j}} \\"
        r"\Rightarrow\quad \frac{\partial L}{\partial z_i} = p_i - t_i \end{gathered}"
    )
    st.caption("Bridle, 1990")
