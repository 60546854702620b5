"""Activations on the page Functions: f and f', their numbers, 50 layers, a formula."""

import math

import pandas as pd
import streamlit as st

from core.analysis.costs import Costs
from core.analysis.depth import SEEDS, WIDTH
from core.analysis.shapes import Shape, arguments, shape
from core.catalog import ACTIVATIONS, KERNEL_INITIALIZERS, Activation
from core.catalog.formula import FORMULA, activation, label
from core.catalog.notation import EXAMPLE
from core.charts.functions import depth_chart, function_chart
from core.charts.palette import colour_of
from core.charts.poster import Row
from core.errors import BundleUnavailable, InvalidExperiment
from core.language import Translate
from core.metrics import number
from pages.shared import caches, pictures
from pages.shared.binding import bound, bound_text, bound_value
from pages.shared.function_costs import draw_costs, relative_cost
from pages.shared.markdown import escaped
from pages.shared.theme import is_dark


def draw(depth: bool, _: Translate) -> None:
    """The menu of functions, the formula of the visitor's own, and one of the two parts."""
    left, right, last = st.columns([3, 6, 2], vertical_alignment="bottom", gap="medium")
    own = _ask_formula(right, _)
    named = [name for name in ACTIVATIONS if name != FORMULA.name]
    names = [*named, *([FORMULA.name] if own else [])]
    # Whoever writes a formula wants to see it.
    first = FORMULA.name if own else "sigmoid" if depth else "gelu"
    chosen = left.selectbox(
        _("Function in bold"), names, **bound("function", "function", names, first)
    )
    record = own if own and chosen == FORMULA.name else ACTIVATIONS[chosen]
    records = tuple(named) + ((own.title,) if own else ())
    if depth:
        _draw_depth(record, records, _)
    else:
        reach = last.slider(_("z up to"), 1, 10, **bound_value("reach", "reach", 5))
        _draw_function(record, records, reach, _)


def _ask_formula(place: st.delta_generator.DeltaGenerator, _: Translate) -> Activation | None:
    text = place.text_input(
        _("A formula of your own in x"),
        placeholder=EXAMPLE,
        help=_(
            "Numbers, x, + - * / **, brackets, pi, e, exp, log, sqrt, abs, sin, cos, tanh, erf,"
            " sigmoid, relu, softplus, min, max, where(x > 0, …, …) and more. It is read, never"
            " executed."
        ),
        **bound_text("formula", "formula"),
    )
    if not text:
        return None
    try:
        return activation(text)
    except InvalidExperiment as error:
        st.warning(escaped(error.told(_)))
        return None


def _shown_name(record: Activation) -> str:
    return record.title if record.name == FORMULA.name else record.name


def _draw_function(record: Activation, names: tuple[str, ...], reach: int, _: Translate) -> None:
    frame = caches.function_curves(names, reach)
    colour, name = colour_of(record.name, dark=is_dark()), _shown_name(record)
    charts, words = st.columns([7, 5], gap="medium")
    with charts:
        for column, title in (
            ("value", _("f(z): what a unit passes on")),
            ("slope", _("f′(z): the factor on the gradient on its way back")),
        ):
            chart = function_chart(frame, name, colour, column, title, _)
            pictures.show(chart, key=f"function_{column}")
            picture = _("{name}: {what}").format(name=name, what=title)
            told = pictures.about(picture, None, _, _others(name, names, _))

            def still(column: str = column, title: str = title) -> list[Row]:
                # Half the points are smooth enough, and make half the specification.
                return [[function_chart(frame.iloc[::2], name, colour, column, title, _)]]

            pictures.draw_save(still, told, _, key=f"function_{column}_save")
    with words:
        _draw_words(record, _)
    st.caption(
        _(
            "Look for where f′ is near 0: there a unit learns nothing, and passes no gradient on."
            " The others are grey; point at one to read its name."
        )
    )
    st.subheader(_("All of them in numbers"), anchor=False)
    _draw_table(names, _)
    draw_costs(_)


def _others(chosen: str, names: tuple[str, ...], _: Translate) -> str:
    """Which curve of a picture is which."""
    rest = _(", ").join(name for name in names if name != chosen)
    return _("In bold {name}; in grey {others}.").format(name=chosen, others=rest)


def _draw_words(record: Activation, _: Translate) -> None:
    own = record.name == FORMULA.name
    st.markdown(f"#### {escaped(label(f'formula({record.title})') if own else _(record.title))}")
    st.latex(record.formula)
    st.latex(record.slope_formula)
    if arguments(record):
        pairs = zip(record.parameters, arguments(record), strict=True)
        st.caption(", ".join(f"{parameter.name} = {value:g}" for parameter, value in pairs))
    numbers = shape(record)
    st.markdown(f"**{_finding(numbers, _)}**")
    st.markdown(f":material/add: {_(record.strengths)}\n\n:material/remove: {_(record.weaknesses)}")
    if own:
        st.caption(
            _(
                "The derivative is made from your formula itself, by the rules of calculus. Extrema"
                " are looked for from −10 to 10."
            )
        )
        st.page_link(
            "pages/Compare.py",
            label=_("Train it against ReLU and tanh"),
            icon=":material/play_arrow:",
            query_params=_training(record.title),
        )
    else:
        st.caption(escaped(record.reference))


def _training(formula: str) -> dict[str, str]:
    """The link to Compare's form filled with the formula; it trains nothing by itself."""
    kept = {"lang": st.query_params["lang"]} if "lang" in st.query_params else {}
    return {"dataset": "moons", "activation": f"relu,tanh,formula({formula})", **kept}


def _finding(numbers: Shape, _: Translate) -> str:
    """What the slope means for a deep network, in one sentence."""
    if not math.isfinite(numbers.mean):
        return _("For some inputs from N(0, 1) it is no number: a run that meets them diverges.")
    size = max(abs(numbers.steepest), abs(numbers.flattest))
    if size == 0:
        return _("The slope is 0 everywhere: no layer below can learn.")
    if size < 0.999:
        told = _(
            "The slope is at most {slope}: ten layers leave at most {power} of a gradient, but for"
            " what the weights add."
        )
        return told.format(slope=number(size), power=number(size**10))
    if numbers.saturated > 0.3:
        told = _(
            "Of inputs from N(0, 1), {share} % meet a slope of at most 5 % of the greatest: units"
            " that do not learn from them."
        )
        return told.format(share=f"{100 * numbers.saturated:.0f}")
    if abs(numbers.mean) > 0.1:
        told = _("Its mean for inputs from N(0, 1) is {mean}: the next layer's inputs lean.")
        return told.format(mean=number(numbers.mean, 2))
    told = _("Its slope reaches {slope}, and its mean for inputs from N(0, 1) is near 0: centred.")
    return told.format(slope=number(size))


def _draw_table(names: tuple[str, ...], _: Translate) -> None:
    rows = []
    costs = _costs()
    for name in names:
        record = ACTIVATIONS.get(name) or activation(name)
        numbers = shape(record)
        rows.append(
            {
                _("function"): label(f"formula({name})") if name not in ACTIVATIONS else name,
                _("greatest f′ (at z)"): _at(numbers.steepest, numbers.steepest_at),
                _("least f′ (at z)"): _at(numbers.flattest, numbers.flattest_at),
                _("range of f"): f"{_bound(numbers.low)} … {_bound(numbers.high)}",
                _("mean for N(0, 1)"): f"{numbers.mean + 0:.3f}",
                _("saturated for N(0, 1)"): f"{100 * numbers.saturated:.0f} %",
                _("cost of f and f′"): relative_cost(costs, name) if costs else "–",
            }
        )
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content",
        column_config={_("function"): st.column_config.Column(pinned=True)},
    )
    st.caption(
        _(
            "Mean 0 is centred on zero. Saturated: |f′| is at most 5 % of its greatest. Cost: times"
            " that of relu, forward and back, as the engine compiles it; a formula of your own is"
            " not measured."
        )
    )
    learned = [name for name in names if name in ACTIVATIONS and ACTIVATIONS[name].learned]
    if learned:
        told = _(
            "{names}: the slope below 0 is learned; the numbers are of the one it starts from."
        )
        st.caption(told.format(names=escaped(", ".join(learned))))


def _costs() -> Costs | None:
    try:
        return caches.activation_costs()
    except BundleUnavailable:
        # Told where the costs themselves are shown.
        return None


def _at(value: float, at: float) -> str:
    """A value of f' and where it is reached, or to where z goes when f' tends to it."""
    if math.isnan(value):
        return "–"
    if math.isinf(at):
        return f"{number(value)} (→ {number(at)})"
    # A kink's two sides are next to it, on a grid.
    return f"{number(value)} ({round(at, 2) + 0:.2f})".replace("(-", "(−")


def _bound(value: float) -> str:
    return number(value) if math.isfinite(value) else ("∞" if value > 0 else "−∞")


def _draw_depth(record: Activation, names: tuple[str, ...], _: Translate) -> None:
    weights = st.selectbox(
        _("Initial weights"),
        list(KERNEL_INITIALIZERS),
        width=260,
        **bound("weights", "weights", list(KERNEL_INITIALIZERS), "glorot_uniform"),
    )
    frame = caches.signals(names, weights)
    colour, name = colour_of(record.name, dark=is_dark()), _shown_name(record)
    own = frame[frame["activation"] == name]
    last = own[own["layer"] == own["layer"].max()].iloc[0]
    st.markdown(
        "**"
        + _(
            "{name} with {weights}: after 50 layers the gradient is {gradient} times what it was,"
            " the spread of the signal {spread}. The articles' (max |f′|)^50 would be {bound}."
        ).format(
            name=escaped(label(f"formula({name})") if name not in ACTIVATIONS else name),
            weights=escaped(weights),
            gradient=number(last["gradient"], 2),
            spread=number(last["spread"], 2),
            bound=number(last["bound"], 2),
        )
        + "**"
    )
    first = st.container()
    meaning = _(
        "Look for the line that stays level. Inputs from N(0, 1) through 50 untrained layers of"
        " {width} units, no biases; {seeds} draws of the weights, the same for every function;"
        " the gradient is the geometric mean of the root mean square of Jv/v for random v, J"
        " the Jacobian. Dashed: (max |f′|)^n, which leaves the weights out."
    ).format(width=WIDTH, seeds=SEEDS)
    left, right = st.columns(2)
    for place, column, title in (
        (first, "gradient", _("Gradient left after n layers")),
        (left, "mean", _("Mean of f(z)")),
        (right, "spread", _("Spread (standard deviation) of f(z)")),
    ):
        chart = depth_chart(frame, name, colour, column, title, _, log=column == "gradient")
        with place:
            picture = _("{name}, {weights}: {what}").format(name=name, weights=weights, what=title)
            more = [_others(name, names, _), meaning]
            pictures.draw_chart(chart, picture, None, _, key=f"depth_{column}", more=more)
    st.caption(meaning)
