"""What is done with picked runs: open, compare settings, name, tag, export, delete."""

import io
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from core.analysis.configurations import varying
from core.analysis.sentences import FIELD_TITLES
from core.jobs import delete_runs, export
from core.language import Translate
from core.metrics import METRICS
from core.store import Store
from pages.shared import caches, failures
from pages.shared.frame import PAGES
from pages.shared.run_list import STATUS_TITLES, pick

# Where picked runs can be taken.
_OPENING = ("pages/Compare.py", "pages/Convergence.py", "pages/Layers.py", "pages/Predictions.py")
MOST_EXPORTED = 2_000


def draw_picked(
    store: Store, run_ids: Sequence[str], visitor: str, public: bool, _: Translate
) -> None:
    """Everything that can be done with ``run_ids``; on a public server only with one's own."""
    frame = store.index.listed(run_ids)
    here = list(frame["run_id"])
    if not here:
        st.warning(_("The store holds none of the runs of this link."))
        st.button(_("Pick none"), on_click=pick, args=((),), key="runs_none")
        return
    if len(here) < len(run_ids):
        lost = len(run_ids) - len(here)
        st.warning(_("The store does not hold {count} of the picked runs.").format(count=lost))
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="picked"):
        st.markdown(_("Runs picked: **{count}**").format(count=len(here)), width="content")
        for page in _OPENING:
            if page in PAGES:
                _link(page, _(PAGES[page]), here)
        st.space("stretch")
        st.button(_("Pick none"), on_click=pick, args=((),), key="runs_none", type="tertiary")
    _draw_differences(frame, _)
    mine = set(here) if not public else store.index.owned(here, visitor)
    others = len(here) - len(mine)
    with st.container(horizontal=True):
        _draw_labels(store, frame, sorted(mine, key=here.index), _)
        _draw_export(store, here, "picked", _)
        _draw_deletion(store, sorted(mine, key=here.index), visitor, _)
    if others:
        st.caption(
            _(
                "{count} of the picked runs are other visitors': on a public server only one's own"
                " can be named, tagged and deleted."
            ).format(count=others)
        )


def _link(page: str, label: str, run_ids: Sequence[str]) -> None:
    kept = {"lang": st.query_params["lang"]} if "lang" in st.query_params else {}
    st.page_link(page, label=label, query_params={"runs": ",".join(run_ids), **kept})


def _draw_differences(frame: pd.DataFrame, _: Translate) -> None:
    fields = varying(frame)
    if len(frame) == 1:
        told = _("One run. Pick more to see what differs between them.")
    elif fields:
        names = _(", ").join(_(FIELD_TITLES[name]) for name in fields)
        told = _("They differ in: {fields}. All else is the same, but for the seed.").format(
            fields=names
        )
    else:
        told = _("They differ in the seed alone: what lies between them is chance.")
    st.caption(told)
    columns = {_(FIELD_TITLES[name]): frame[name].astype(str) for name in (*fields, "seed")}
    results = {
        _(METRICS[name].title): [METRICS[name].text(value) for value in frame[name]]
        for name in ("test_accuracy", "test_r2", "test_loss")
        if frame[name].notna().any()
    }
    states = {_("state"): [_(STATUS_TITLES[status]) for status in frame["status"]]}
    table = (
        frame[["run_id"]]
        .rename(columns={"run_id": _("run")})
        .assign(**columns, **results, **states)
    )
    st.dataframe(
        table, hide_index=True, height="content" if len(table) <= 12 else 420,
        alt=_("What differs between the picked runs."),
    )  # fmt: skip


def _draw_labels(store: Store, frame: pd.DataFrame, mine: Sequence[str], _: Translate) -> None:
    with st.popover(_("Name and tags"), icon=":material/sell:", disabled=not mine):
        rows = frame[frame["run_id"].isin(mine)]
        if len(rows) == 1:
            run_id = rows["run_id"].iloc[0]
            st.text_input(
                _("Name"),
                rows["name"].iloc[0],
                max_chars=200,
                key=f"runs_name_{run_id}",
                on_change=lambda: failures.keeping(
                    store.index.rename, run_id, st.session_state[f"runs_name_{run_id}"]
                ),
            )
        shared = sorted(set.intersection(*map(set, rows["tags"]))) if len(rows) else []
        # Other runs, other tags: what was chosen for some is not carried over to others.
        if st.session_state.get("runs_tagged") != list(mine):
            st.session_state["runs_tagged"] = list(mine)
            st.session_state["runs_tags"] = shared
        key = "runs_tags"
        st.multiselect(
            _("Tags that all of them have"),
            sorted({*shared, *caches.run_counts(store, store.url)["tag"]}),
            shared,
            accept_new_options=True,
            select_all=False,
            key=key,
            placeholder=_("choose, or type a new one"),
            on_change=lambda: failures.keeping(_retag, store, mine, shared, st.session_state[key]),
        )


def _retag(store: Store, run_ids: Sequence[str], before: Sequence[str], now: list[str]) -> None:
    caches.run_counts.clear()
    store.index.tag(
        run_ids, [tag for tag in now if tag not in before], [t for t in before if t not in now]
    )


def _draw_deletion(store: Store, mine: Sequence[str], visitor: str, _: Translate) -> None:
    with st.popover(_("Delete"), icon=":material/delete:", disabled=not mine):
        st.markdown(
            _("Delete for ever, with curves, layers and weights? Runs: {count}").format(
                count=len(mine)
            )
        )
        st.button(
            _("Delete for ever"),
            type="primary",
            key="runs_delete",
            on_click=failures.keeping,
            args=(_delete, store, mine, visitor),
        )


def _delete(store: Store, run_ids: Sequence[str], visitor: str) -> None:
    caches.run_counts.clear()
    # Since the page was drawn another visitor may have asked for one of them.
    delete_runs(store, run_ids, visitor)
    pick(())


def _draw_export(store: Store, run_ids: Sequence[str], key: str, _: Translate) -> None:
    """Tables as a zip file, made when it is asked for."""
    st.download_button(
        _("Export"),
        lambda: zipped(store, run_ids[:MOST_EXPORTED]),
        file_name="kassei-runs.zip",
        mime="application/zip",
        icon=":material/download:",
        key=f"runs_export_{key}",
        on_click="ignore",
        help=_("Runs, epochs and layers as CSV and Parquet. `python -m core import` reads it."),
    )


def zipped(store: Store, run_ids: Sequence[str]) -> bytes:
    """The exported tables of ``run_ids`` as a zip file.

    Raises:
        KasseiError: there is no room for them.
    """
    content = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        paths = export(store, run_ids, Path(folder))
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in paths:
                archive.write(path, path.name)
    return content.getvalue()
