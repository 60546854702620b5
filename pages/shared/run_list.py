"""The list of runs: search, filters and order, one page of the table, and what is picked.

The database finds and orders; only the rows that are shown come here. What is picked stays
picked on other pages of the list, and is part of the link (``?runs=``).
"""

import hashlib
from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from core.analysis.sentences import FIELD_TITLES
from core.language import N_, Translate
from core.metrics import METRICS, number
from core.report import Status
from core.store import Query, Store
from data import DATASETS
from pages.shared import caches
from pages.shared.binding import bound, bound_value, current_link, follow, pick_runs
from pages.shared.frame import draw_link
from pages.shared.theme import is_dark

ROWS = 25
MOST_PICKED = 200
MOST_LINES = 300
SECONDS = N_("seconds of training")

# The orders that a reader may want, and which of them begin with the largest.
ORDERS = {
    "created": (N_("newest first"), True),
    "test_accuracy": (N_("best test accuracy first"), True),
    "test_r2": (N_("best test R² first"), True),
    "test_loss": (N_("lowest test loss first"), False),
    "train_seconds": (N_("shortest training first"), False),
    "name": (N_("by name"), False),
    "dataset": (N_("by data set"), False),
    "activation": (N_("by activation"), False),
    "learning_rate": (N_("by learning rate"), False),
    "seed": (N_("by seed"), False),
}
STATUS_TITLES = {
    Status.QUEUED: N_("queued"),
    Status.RUNNING: N_("in training"),
    Status.FINISHED: N_("finished"),
    Status.DIVERGED: N_("diverged"),
    Status.FAILED: N_("failed"),
    Status.CANCELLED: N_("stopped"),
}
_FILTERS = ("dataset", "activation", "loss", "optimizer")


def choose_query(store: Store, visitor: str, _: Translate) -> Query:
    """What is searched: words, filters, and the order."""
    counts = caches.run_counts(store, store.url)
    words, order = st.columns([5, 2], vertical_alignment="bottom")
    said = words.text_input(
        _("Search"),
        **bound_value("words", "runs_words", ""),
        icon=":material/search:",
        placeholder=_("name, tag, experiment, activation …"),
        help=_("All words must occur, in any order."),
        max_chars=200,
    )
    sort = order.selectbox(
        _("Order"),
        list(ORDERS),
        format_func=lambda key: _(ORDERS[key][0]),
        **bound("sort", "runs_sort", list(ORDERS), next(iter(ORDERS))),
    )
    with st.expander(_("Filter"), icon=":material/filter_list:"):
        columns = st.columns(3)
        fields = {
            name: tuple(_filter(columns[place % 3], name, FIELD_TITLES[name], counts[name], _))
            for place, name in enumerate(_FILTERS)
        }
        statuses = columns[1].multiselect(
            _("State"),
            [status for status in STATUS_TITLES if status in counts["status"]],
            format_func=lambda status: f"{_(STATUS_TITLES[status])} ({counts['status'][status]})",
            key="runs_status",
            placeholder=_("all"),
        )
        tags = _filter(columns[2], "tag", N_("tags"), counts["tag"], _)
        mine = st.checkbox(_("Only what I have trained in this visit"), key="runs_mine")
    return Query(
        words=said,
        fields={name: values for name, values in fields.items() if values},
        statuses=tuple(statuses),
        tags=tuple(tags),
        visitor=visitor if mine else None,
        sort=sort,
        descending=ORDERS[sort][1],
    )


def _filter(
    place: st.delta_generator.DeltaGenerator,
    name: str,
    title: str,
    counts: dict[str, int],
    _: Translate,
) -> list[str]:
    words = _(title)
    # A tag that was chosen may have been taken from its last run meanwhile.
    chosen = [value for value in st.session_state.get(f"runs_{name}", ()) if value not in counts]
    picked: list[str] = place.multiselect(
        words[:1].upper() + words[1:],
        [*counts, *chosen],
        format_func=lambda value: f"{value} ({counts.get(value, 0)})",
        key=f"runs_{name}",
        placeholder=_("all"),
        select_all=False,
    )
    return picked


def picked() -> list[str]:
    """The run_ids that are picked, in the order in which they were."""
    return list(current_link().view.get("runs", ()))[:MOST_PICKED]


def pick(run_ids: Sequence[str]) -> None:
    """Pick these and no others; tables that are shown forget their marks."""
    chosen = list(dict.fromkeys(run_ids))[:MOST_PICKED]
    pick_runs(chosen)
    st.session_state["runs_version"] = st.session_state.get("runs_version", 0) + 1


def draw_table(store: Store, query: Query, _: Translate) -> int:
    """One page of what ``query`` finds, to pick from; returns how many runs it finds."""
    page = current_link().view.get("page", 1)
    frame, total = store.index.page(query, ROWS, ROWS * (page - 1))
    pages = max(1, -(-total // ROWS))
    if page > pages:
        # The search found less than the one before.
        follow({"page": None})
        frame, total = store.index.page(query, ROWS)
    if not total:
        return 0
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_("Runs: **{count}**").format(count=f"{total:,}"), width="content")
        st.caption(_("Mark rows to pick them for comparison."), width="content")
        if pages > 1:
            st.space("stretch")
            st.pagination(pages, max_visible_pages=5, **bound_value("page", "runs_page", 1))
    ids = list(frame["run_id"])
    chosen = picked()
    version = st.session_state.get("runs_version", 0)
    key = f"runs_{version}_{hashlib.sha256(','.join(ids).encode()).hexdigest()[:12]}"
    marked = [place for place, run_id in enumerate(ids) if run_id in chosen]
    st.dataframe(
        _shown(frame, _),
        key=key,
        hide_index=True,
        on_select=lambda: _mark(key, ids),
        selection_mode="multi-row",
        selection_default={"selection": {"rows": marked}},
        column_config={
            _("learning rate"): st.column_config.NumberColumn(format="%g"),
            _("tags"): st.column_config.ListColumn(),
            _("made"): st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        },
        height="content",
        alt=_("The runs that were found, a row a run."),
    )
    return total


def draw_nothing(query: Query, _: Translate) -> None:
    """What stands where the table would: nothing found, or nothing there yet."""
    if query != Query(sort=query.sort, descending=query.descending):
        st.info(_("No run is found: take away words or filters."), icon=":material/search_off:")
        return
    st.info(
        _("Nothing has been trained yet. What you train appears here."), icon=":material/inbox:"
    )
    draw_link("pages/Compare.py", _("Train your own comparison"), icon=":material/play_arrow:")


def draw_lines(store: Store, query: Query, total: int, _: Translate) -> None:
    """Parallel coordinates of what is found, drawn when they are asked for."""
    if not st.toggle(_("Parallel coordinates"), key="runs_lines"):
        return
    from core.analysis.parallel import parallel
    from core.charts.parallel import BRUSH, parallel_chart
    from core.charts.poster import WIDTH
    from pages.shared import pictures

    run_ids, total = store.index.find(query, MOST_LINES)
    axes = parallel(store.runs(run_ids))
    st.markdown(
        _(
            "Each line is a run: its settings on the left, what came of them on the right. Drag a"
            " rectangle over an axis to keep the runs that pass there."
        )
    )
    if total > MOST_LINES:
        st.caption(
            _("The first {shown} of {total} runs, in the order of the list.").format(
                shown=f"{MOST_LINES:,}", total=f"{total:,}"
            )
        )
    titles = [_(_axis_title(name)) for name in axes.names]
    draw = partial(parallel_chart, axes.positions, axes.ticks, titles, _)
    chart = draw(dark=is_dark())
    state = st.vega_lite_chart(
        chart.to_arrow(), key="runs_parallel", on_select="rerun", selection_mode=[BRUSH],
        alt=_("Parallel coordinates: a line a run across its settings and results."),
    )  # fmt: skip
    pictures.draw_save(
        lambda: [[draw()]], pictures.about(_("What has been trained?"), None, _), _,
        key="runs_parallel_save", width=WIDTH,
    )  # fmt: skip
    brushed = state["selection"].get(BRUSH) or {}
    if "value" in brushed and "key" in brushed:
        inside = axes.within(brushed["key"], *brushed["value"])
        st.button(
            _("Pick what passes there (runs: {count})").format(count=len(inside)),
            disabled=not inside,
            on_click=pick,
            args=(inside,),
            key="runs_pick_inside",
        )


def _axis_title(name: str) -> str:
    if name in FIELD_TITLES:
        return FIELD_TITLES[name]
    return METRICS[name].title if name in METRICS else SECONDS


def _mark(key: str, ids: Sequence[str]) -> None:
    """Take over what is marked on this page of the table."""
    rows = st.session_state[key]["selection"]["rows"]
    marked = [ids[row] for row in rows if row < len(ids)]
    elsewhere = [run_id for run_id in picked() if run_id not in ids]
    chosen = [*elsewhere, *marked][:MOST_PICKED]
    pick_runs(chosen)


def _shown(frame: pd.DataFrame, _: Translate) -> pd.DataFrame:
    """The columns of the table, under translated headings."""
    results = [
        _result(dataset, accuracy, r2)
        for dataset, accuracy, r2 in zip(
            frame["dataset"], frame["test_accuracy"], frame["test_r2"], strict=True
        )
    ]
    shown = pd.DataFrame(
        {
            _("name"): frame["name"].where(frame["name"] != "", frame["experiment"]),
            _("data set"): frame["dataset"],
            _("activation"): frame["activation"],
            _("learning rate"): frame["learning_rate"],
            _("test result"): results,
            _("state"): [_(STATUS_TITLES[Status(status)]) for status in frame["status"]],
            _("seed"): frame["seed"],
            _("epochs"): [
                f"{done}/{of}"
                for done, of in zip(frame["epochs_done"], frame["epochs"], strict=True)
            ],
            _("loss"): frame["loss"],
            _("hidden layers"): frame["hidden"],
            _("tags"): frame["tags"],
            _("made"): frame["created"],
            _("run"): frame["run_id"],
        }
    )
    # What none of these runs has would be an empty column.
    absent = [_(name) for name in ("name", "tags") if not any(map(len, shown[_(name)]))]
    return shown.drop(columns=absent)


def _result(dataset: str, accuracy: float, r2: float) -> str:
    """Accuracy in percent, or R² of a regression."""
    regression = DATASETS[dataset.partition("(")[0]].task.kind == "regression"
    if regression:
        return "–" if pd.isna(r2) else f"R² {number(r2)}"
    return METRICS["test_accuracy"].text(accuracy)
