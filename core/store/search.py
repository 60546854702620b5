"""Finding runs: words, filters and an order, of which the database hands out one page.

Plain functions on a connection inside the caller's transaction. Fields of a config are read
from its JSON by the database itself, so that ten thousand runs never come to Python.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
)

from core.report import CONFIG_COLUMNS, Status
from core.store.statements import plain
from core.store.tables import JOB_RUNS, JOBS, NAMES, OUTCOMES, RUNS, TAGS

# What runs can be filtered by: fields of few values, each a text.
FACETS: tuple[str, ...] = ("dataset", "activation", "loss", "optimizer")
SORTS: tuple[str, ...] = ("created", "name", "experiment", "status", *CONFIG_COLUMNS, *OUTCOMES)

_TEXTS = (
    *("dataset", "hidden", "activation", "output", "loss", "schedule", "optimizer"),
    *("kernel_initializer", "bias_initializer"),
)
# Runs are numbered as they are made.
_BY_NUMBER = ("created",)
# Beyond this no search is meant; each word costs a look at every run.
_MOST_WORDS = 10


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched, and how it is ordered; nothing said finds every run, newest first.

    ``words`` must all occur in a run's id, name, tags, experiment or choices; ``fields`` are
    the values of FACETS of which a run has one; ``tags`` are all had; ``visitor`` is one whose
    job asked for the run. ``sort`` is one of SORTS; runs without that value come last.
    """

    words: str = ""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    statuses: tuple[Status, ...] = ()
    tags: tuple[str, ...] = ()
    visitor: str | None = None
    sort: str = "created"
    descending: bool = True


def find(
    connection: Connection, query: Query, limit: int, offset: int = 0
) -> tuple[list[str], int]:
    """The run_ids of one page of what ``query`` finds, and how many it finds in all."""
    conditions = list(_conditions(connection, query))
    # Without a condition the number of all runs is known without reading them.
    every = select(func.count()).select_from(RUNS).scalar_subquery()
    total = func.count().over() if conditions else every
    statement = select(RUNS.c.run_id, total).select_from(_named()).where(*conditions)
    key = _sort_key(connection, query.sort)
    order = [(key.desc() if query.descending else key.asc()).nulls_last()]
    if query.sort not in _BY_NUMBER:
        order.append(RUNS.c.number.desc())
    rows = connection.execute(statement.order_by(*order).limit(limit).offset(offset)).all()
    if rows or not offset:
        return [row[0] for row in rows], rows[0][1] if rows else 0
    # A page after the last one: only the count is told.
    return [], find(connection, query, 1)[1]


def choices(connection: Connection) -> dict[str, dict[str, int]]:
    """How many runs have each value of FACETS and each status, the most frequent first."""
    columns = [*(_config(connection, name).as_string() for name in FACETS), RUNS.c.status]
    rows = connection.execute(select(*columns, func.count()).group_by(*columns))
    counts: dict[str, dict[str, int]] = {name: {} for name in (*FACETS, "status")}
    for *values, count in rows:
        for name, value in zip(counts, values, strict=True):
            counts[name][value] = counts[name].get(value, 0) + count
    return {
        name: dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
        for name, found in counts.items()
    }


def _named() -> Any:
    return RUNS.outerjoin(NAMES, NAMES.c.run == RUNS.c.number)


def _conditions(connection: Connection, query: Query) -> Iterable[ColumnElement[bool]]:
    for word in plain(query.words).split()[:_MOST_WORDS]:
        yield _says(connection, word)
    for name, values in query.fields.items():
        if name in FACETS and values:
            yield _config(connection, name).as_string().in_([plain(value) for value in values])
    if query.statuses:
        yield RUNS.c.status.in_([status.value for status in query.statuses])
    for tag in query.tags:
        yield _tagged(TAGS.c.tag == plain(tag))
    if query.visitor is not None:
        yield exists(
            select(literal(1))
            .select_from(JOB_RUNS.join(JOBS, JOBS.c.number == JOB_RUNS.c.job))
            .where(JOB_RUNS.c.run == RUNS.c.number, JOBS.c.visitor == plain(query.visitor))
        )


def _says(connection: Connection, word: str) -> ColumnElement[bool]:
    """Whether a run says ``word`` anywhere, in any case."""

    def said(text: ColumnElement[str]) -> ColumnElement[bool]:
        return text.icontains(word, autoescape=True)

    chosen: ColumnElement[str] = literal("")
    for name in _TEXTS:
        chosen = chosen + " " + _config(connection, name).as_string()
    return or_(
        said(RUNS.c.run_id),
        said(RUNS.c.experiment),
        said(NAMES.c.name),
        _tagged(said(TAGS.c.tag)),
        # The text of the config says the names of its fields, too; most words are in neither.
        and_(said(RUNS.c.config), said(chosen)),
    )


def _tagged(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return RUNS.c.number.in_(select(TAGS.c.run).where(condition))


def _sort_key(connection: Connection, sort: str) -> ColumnElement[Any]:
    if sort in CONFIG_COLUMNS:
        value = _config(connection, sort)
        key: ColumnElement[Any] = value.as_string() if sort in _TEXTS else value.as_float()
        return key
    if sort == "name":
        return NAMES.c.name
    if sort not in SORTS:
        sort = "created"
    return RUNS.c.number if sort in _BY_NUMBER else RUNS.c[sort]


def _config(connection: Connection, name: str) -> Any:
    """A field of the config, which is JSON in a column of text."""
    postgresql = connection.dialect.name == "postgresql"
    # SQLite reads JSON out of text as it is, and would turn a cast into a number.
    return (cast if postgresql else type_coerce)(RUNS.c.config, JSON)[name]


def owned(connection: Connection, numbers: Sequence[int], visitor: str) -> set[int]:
    """Those of the runs that belong to ``visitor``: all jobs that asked for them are theirs."""
    if not visitor:
        return set()
    query = (
        select(JOB_RUNS.c.run)
        .join(JOBS, JOBS.c.number == JOB_RUNS.c.job)
        .where(JOB_RUNS.c.run.in_(numbers))
        .group_by(JOB_RUNS.c.run)
        .having(func.min(JOBS.c.visitor) == visitor, func.max(JOBS.c.visitor) == visitor)
    )
    return set(connection.execute(query).scalars())
