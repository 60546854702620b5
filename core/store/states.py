"""Where blocks of runs stand, and runs that go on from there: with the rows of those before them.

Plain functions on a connection inside the caller's transaction, and States, which opens its
own. What a state's content is, and who may go on as whom, is the engine's.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Table,
    bindparam,
    column,
    delete,
    func,
    insert,
    select,
    update,
    values,
)

from core.report import BlockState
from core.store import reports
from core.store.runs import lock, numbers
from core.store.statements import now
from core.store.tables import EPOCHS, LAYERS, RUNS, SNAPSHOTS, STATE_RUNS, STATES

# States of all companies, and of one: those that were used longest ago make room.
MOST_BYTES = 256 * 2**20
MOST, MOST_EACH = 1_000, 2

_Transaction = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, slots=True)
class States:
    """The states of a store; ``reading`` and ``writing`` begin its transactions."""

    reading: _Transaction
    writing: _Transaction

    def standing(self, companies: Iterable[str]) -> dict[str, tuple[int, ...]]:
        """The epochs, last first, after which blocks of each company stand, where any do."""
        with self.reading() as connection:
            return standing(connection, companies)

    def go_on(
        self, company: str, run_ids: Sequence[str], epochs: int, carried: Collection[int] | None
    ) -> bytes | None:
        """Have a block's runs stand where the furthest state before ``epochs`` of it does.

        They get the rows of the runs that the state is of, and the weights of ``carried`` epochs
        (None: all). Returns the state's content; None, and no row is changed, where there is no
        such state. From now on the runs are of this company's states alone.
        """
        with self.writing() as connection:
            return go_on(connection, company, run_ids, epochs, carried)[0]

    def keep(self, state: BlockState) -> None:
        """Keep where a block stands, and no more where it stood before.

        Its runs' rows must be written until there.
        """
        with self.writing() as connection:
            keep(connection, state)


def standing(connection: Connection, companies: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """As ``States.standing``."""
    held = (
        select(func.count())
        .where(STATE_RUNS.c.company == STATES.c.company, STATE_RUNS.c.epoch == STATES.c.epoch)
        .scalar_subquery()
    )
    whole = select(STATES.c.company, STATES.c.epoch).where(STATES.c.members == held)
    asked = list(dict.fromkeys(companies))
    found: dict[str, tuple[int, ...]] = {}
    for start in range(0, len(asked), 10_000):
        query = whole.where(STATES.c.company.in_(asked[start : start + 10_000]))
        for company, epoch in connection.execute(query.order_by(STATES.c.epoch.desc())):
            found[company] = (*found.get(company, ()), epoch)
    return found


def go_on(
    connection: Connection,
    company: str,
    run_ids: Sequence[str],
    epochs: int,
    carried: Collection[int] | None,
) -> tuple[bytes | None, int]:
    """As ``States.go_on``; also how many epochs the runs have got, over all of them."""
    found = numbers(connection, run_ids)
    targets = [found[run_id] for run_id in run_ids]
    content, known = None, 0
    before = [epoch for epoch in standing(connection, [company]).get(company, ()) if epoch < epochs]
    if before:
        sources = _sources(connection, company, before[0], run_ids)
        this = _this(STATES, company, before[0])
        content = connection.execute(select(STATES.c.content).where(this)).scalar()
        # What was there a moment ago may have been deleted since.
        if content is not None and len(sources) == len(targets):
            connection.execute(update(STATES).where(this).values(updated=now()))
            known = _take_over(connection, before[0], run_ids, targets, sources, carried)
        else:
            content = None
    # Whoever is trained in other company from now on is not what those states are of any more.
    for start in range(0, len(targets), 10_000):
        mine = STATE_RUNS.c.run.in_(targets[start : start + 10_000])
        connection.execute(delete(STATE_RUNS).where(mine, STATE_RUNS.c.company != company))
    return content, known


def keep(connection: Connection, state: BlockState) -> None:
    """As ``States.keep``."""
    found = numbers(connection, state.run_ids)
    if len(found) < len(state.run_ids):
        # Deleted meanwhile: there is nothing that could be gone on from.
        return
    this = _this(STATES, state.company, state.epoch)
    connection.execute(delete(STATES).where(this | _earlier(state, found[state.run_ids[0]])))
    key = {"company": state.company, "epoch": state.epoch}
    row = {"members": len(state.run_ids), "content": state.content, "size": len(state.content)}
    connection.execute(insert(STATES).values(**key, **row, updated=now()))
    dead = state.dead or [()] * len(state.run_ids)
    rows = [
        {**key, "position": position, "run": found[run_id], "dead": json.dumps(layers)}
        for position, (run_id, layers) in enumerate(zip(state.run_ids, dead, strict=True))
    ]
    connection.execute(insert(STATE_RUNS), rows)
    _make_room(connection, state.company)


def _sources(
    connection: Connection, company: str, epoch: int, run_ids: Sequence[str]
) -> list[tuple[int, str]]:
    """The runs of a state in their order, and what it says of each.

    Locked, with those that go on, for a run that is deleted meanwhile would leave half its rows.
    """
    this = _this(STATE_RUNS, company, epoch)
    known = select(RUNS.c.run_id).join(STATE_RUNS, STATE_RUNS.c.run == RUNS.c.number).where(this)
    lock(connection, {*connection.execute(known).scalars(), *run_ids})
    query = select(STATE_RUNS.c.run, STATE_RUNS.c.dead).where(this)
    rows = connection.execute(query.order_by(STATE_RUNS.c.position))
    return [(run, dead) for run, dead in rows]


def _take_over(
    connection: Connection,
    epoch: int,
    run_ids: Sequence[str],
    targets: Sequence[int],
    sources: Sequence[tuple[int, str]],
    carried: Collection[int] | None,
) -> int:
    """Copy the rows of a state's runs, place by place, to ``targets``; how many epochs more."""
    others = [
        (source, target, json.loads(dead))
        for (source, dead), target in zip(sources, targets, strict=True)
        if source != target
    ]
    if not others:
        return 0
    given = [target for _, target, _ in others]
    # One statement a table, of lists that both databases take: a block has 1,024 runs at most.
    pairs = (
        values(column("source", Integer), column("target", Integer), name="given")
        .data([(source, target) for source, target, _ in others])
        .cte("pairs")
    )
    for table in (EPOCHS, LAYERS, SNAPSHOTS):
        connection.execute(delete(table).where(table.c.run.in_(given), table.c.epoch <= epoch))
        rest = [c for c in table.columns if c.name != "run"]
        rows = select(pairs.c.target, *rest).join(pairs, table.c.run == pairs.c.source)
        rows = rows.where(table.c.epoch <= epoch)
        if table is SNAPSHOTS and carried is not None:
            rows = rows.where(table.c.epoch.in_(sorted(carried)))
        names = ["run", *(c.name for c in rest)]
        connection.execute(insert(table).from_select(names, rows))
    shares = [
        {"of": target, "number": number, "share": share}
        for _, target, dead in others
        for number, share in enumerate(dead, start=1)
    ]
    if shares:
        place = (LAYERS.c.run == bindparam("of")) & (LAYERS.c.layer == bindparam("number"))
        last = update(LAYERS).where(place, LAYERS.c.epoch == epoch)
        connection.execute(last.values(dead_fraction=bindparam("share")), shares)
    return reports.stand(connection, run_ids)


def _make_room(connection: Connection, company: str) -> None:
    """Drop the states that were used longest ago, of one company and of all."""
    query = select(STATES.c.company, STATES.c.epoch, STATES.c.size).order_by(
        STATES.c.updated.desc()
    )
    total = count = mine = 0
    for key, epoch, size in connection.execute(query).all():
        total, count, mine = total + size, count + 1, mine + (key == company)
        if total > MOST_BYTES or count > MOST or (key == company and mine > MOST_EACH):
            total, count = total - size, count - 1
            connection.execute(delete(STATES).where(_this(STATES, key, epoch)))


def _earlier(state: BlockState, run: int) -> Any:
    """The states that ``run``, one of the block's, was in on its way to this one."""
    mine = (STATE_RUNS.c.company == state.company) & (STATE_RUNS.c.run == run)
    epochs = select(STATE_RUNS.c.epoch).where(mine, STATE_RUNS.c.epoch < state.epoch)
    return (STATES.c.company == state.company) & STATES.c.epoch.in_(epochs)


def _this(table: Table, company: str, epoch: int) -> Any:
    return (table.c.company == company) & (table.c.epoch == epoch)
