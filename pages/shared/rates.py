"""Learning rates on Convergence: the map, the range test, and the button that starts one."""

import streamlit as st

from core.analysis import rates, speed
from core.analysis.comparison import headline
from core.analysis.configurations import relabelled
from core.charts.rates import CLASS_COLOURS, CLASS_TITLES, range_chart, rate_map_chart
from core.errors import InvalidExperiment
from core.language import Translate
from core.metrics import METRICS
from core.report import ACTIVE
from pages.shared import caches, pictures, training
from pages.shared.binding import bound_value
from pages.shared.markdown import escaped
from pages.shared.selection import Selection

_MOST_ROWS = 24


def draw_map(selection: Selection, _: Translate) -> None:
    """Which learning rates are too small, good, too large, or diverge, by a rule to change."""
    runs, epochs = selection.runs, selection.epochs()
    metric = METRICS[headline(runs)]
    st.subheader(
        _("Which learning rates are good"),
        anchor=False,
        help=_(
            "Each cell is the mean of its finished seeds at their last epoch. Within its row a "
            "cell is good if it is within the tolerance of the row's best; below the best rate "
            "the others are too small, above it too large; diverged if that share of its seeds "
            "did; nothing learned if even the best stays within the tolerance of an untrained "
            "network."
        ),
    )
    rule = _choose_rule(metric.share, _)
    cells = rates.rate_map(runs, epochs, metric, rule)
    names = list(dict.fromkeys(cells["name"]))
    shown = cells[cells["name"].isin(names[:_MOST_ROWS])]
    st.markdown(escaped(speed.rates(shown, _)))
    kinds = [kind for kind in CLASS_TITLES if (shown["kind"] == kind).any()]
    st.markdown(
        "  ".join(
            f':color[■]{{foreground="{CLASS_COLOURS[kind]}"}} {_(CLASS_TITLES[kind])}'
            for kind in kinds
        )
    )
    chart = rate_map_chart(shown, metric, _)
    title = _("Which learning rates are good")
    more = [
        _(
            "In each cell {metric} at the end, the mean over seeds (of shares in percent), or how"
            " many of the seeds diverged."
        ).format(metric=_(metric.title))
    ]
    st.caption(more[0])
    pictures.draw_chart(
        chart,
        title,
        selection,
        _,
        key="rates_map",
        more=more,
        saved=lambda: rate_map_chart(shown, metric, _, legend=True),
    )
    if len(names) > _MOST_ROWS:
        count = len(names) - _MOST_ROWS
        st.caption(_("{count} more rows are not drawn.").format(count=count))


def _choose_rule(share: bool, _: Translate) -> rates.RateRule:
    """The rule of the map, which the link holds."""
    usual = rates.RateRule()
    with st.popover(_("The rule"), icon=":material/rule:"):
        within = st.number_input(
            _("Good: within this of the row's best (0.02 is 2 points)")
            if share
            else _("Good: within this of the row's best R²"),
            0.0,
            1.0,
            step=0.005,
            format="%0.3f",
            **bound_value("within", "rates_within", usual.within),
        )
        lost = st.number_input(
            _("Diverged: at least this share of the seeds"),
            0.0,
            1.0,
            step=0.1,
            **bound_value("lost", "rates_lost", usual.lost),
        )
    return rates.RateRule(within=within, lost=lost)


def draw_range(selection: Selection, _: Translate) -> None:
    """The loss after a few updates by learning rate, where there are rates enough."""
    losses = rates.rate_losses(selection.runs, selection.epochs())
    if losses.empty:
        return
    found = {one.name: one for one in rates.rate_ranges(losses)}
    st.subheader(
        _("The range of learning rates"),
        anchor=False,
        help=_(
            "Smith (2017) raises the rate during one training and watches the loss. Here each "
            "rate trains a network of its own from the same start, all in one stack, so that no "
            "rate inherits what another left. Steepest: the most negative d loss / d log(rate)."
        ),
    )
    names = list(found)
    name = names[0] if len(names) == 1 else st.selectbox(_("Configuration"), names, key="range_of")
    one = found[name]
    st.markdown(f"**{escaped(speed.range_found(one, _))}**")
    marks = [
        (rate, _(words))
        for rate, words in ((one.steepest, _("steepest")), (one.stable, _("largest stable")))
        if rate == rate
    ]
    own = losses[losses["name"] == name]
    chart = range_chart(own, marks, one.start, _)
    pictures.draw_chart(chart, _("The range of learning rates"), selection, _, key="rates_range")


def draw_search(selection: Selection, _: Translate) -> None:
    """Start a range test of one of the configurations, as any other training."""
    runs = selection.runs
    if selection.job and selection.job.status in ACTIVE:
        return
    search = st.expander(
        _("Find the range of learning rates: train 24 rates for a few updates"),
        key="rates_search",
        on_change="rerun",
    )
    with search:
        st.caption(
            _(
                "From 0.00001 to 10, each for at least 150 updates from the same start, in one "
                "stack. The rest is as in the configuration that you choose, with its smallest "
                "seed and a constant rate."
            )
        )
        named = relabelled(runs, but=("learning_rate",))
        names = list(named["configuration"].unique())
        name = st.selectbox(_("Configuration"), names, key="search_of")
        # What it would cost is worked out once somebody looks.
        if not search.open:
            return
        own = named[named["configuration"] == name]
        row = own.loc[own["seed"].idxmin()]
        try:
            experiment = rates.range_test(rates.config_of(row.to_dict()))
        except InvalidExperiment as error:
            st.warning(escaped(error.told(_)))
            return
        training.draw_start(caches.store(), experiment, selection.job, _)
