"""Index: the runs of a store as a list that people search, order, name and tag.

Each method is one short transaction. What a page shows is asked of the database a page at a
time: nothing here reads every run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from core.experiment import RunConfig
from core.report import GIVEN_UP, RUN_COLUMNS, Report, Status
from core.store import frames, labels, reports, runs, search
from core.store.search import Query
from core.store.statements import take_turns

if TYPE_CHECKING:
    import pandas as pd

LISTED_COLUMNS: tuple[str, ...] = (*RUN_COLUMNS, "name", "tags", "created")

_Transaction = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, slots=True)
class Index:
    """Search, names and tags; ``reading`` and ``writing`` begin transactions of the store."""

    reading: _Transaction
    writing: _Transaction

    def find(self, query: Query, limit: int, offset: int = 0) -> tuple[list[str], int]:
        """The run_ids of one page of what ``query`` finds, and how many it finds in all."""
        with self.reading() as connection:
            return search.find(connection, query, limit, offset)

    def page(self, query: Query, limit: int, offset: int = 0) -> tuple[pd.DataFrame, int]:
        """LISTED_COLUMNS of one page of what ``query`` finds, and how many it finds in all."""
        with self.reading() as connection:
            run_ids, total = search.find(connection, query, limit, offset)
            return _listed(connection, run_ids), total

    def listed(self, run_ids: Sequence[str]) -> pd.DataFrame:
        """LISTED_COLUMNS of ``run_ids``, in their order; ``tags`` are sorted lists."""
        with self.reading() as connection:
            return _listed(connection, run_ids)

    def standing(self, run_ids: Iterable[str]) -> dict[str, tuple[Status, float]]:
        """Where each run stands that the store holds, and its seconds of training (or NaN)."""
        with self.reading() as connection:
            return runs.standing(connection, run_ids)

    def progress(self, run_ids: Iterable[str]) -> dict[str, tuple[str, int, float]]:
        """How far each run is that the store holds: status, epochs, moment of its last change.

        What a reader keeps of runs is good as long as this stays the same.
        """
        with self.reading() as connection:
            return runs.progress(connection, run_ids)

    def choices(self) -> dict[str, dict[str, int]]:
        """How many runs have each value of what can be filtered by, each status and each tag."""
        with self.reading() as connection:
            return search.choices(connection) | {"tag": labels.counted(connection)}

    def owned(self, run_ids: Sequence[str], visitor: str) -> set[str]:
        """Those of ``run_ids`` that belong to ``visitor``: nobody else's job asked for them."""
        with self.reading() as connection:
            found = runs.numbers(connection, run_ids)
            mine = search.owned(connection, list(found.values()), visitor)
            return {run_id for run_id, number in found.items() if number in mine}

    def rename(self, run_id: str, name: str) -> None:
        """Give a run a name of its own; an empty one takes it away.

        Raises:
            UnknownRun: the store does not hold it.
            KasseiError: the name is too long.
        """
        with self.writing() as connection:
            labels.rename(connection, run_id, name)

    def tag(
        self, run_ids: Sequence[str], add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> None:
        """Add tags to the runs, and remove others from them.

        Raises:
            UnknownRun: the store does not hold one of the runs.
            KasseiError: a tag is too long, or a run would have too many.
        """
        with self.writing() as connection:
            labels.tag(connection, run_ids, add, remove)

    def take_in(self, trained: Iterable[tuple[RunConfig, str, str, Iterable[Report]]]) -> list[str]:
        """Add runs that were trained elsewhere: config, experiment, engine and reports of each.

        Returns the run_ids of those that were added; a run that is trained, or in training,
        here stays as it is.
        """
        added = []
        rows = list(trained)
        with self.writing() as connection:
            take_turns(connection)
            runs.lock(connection, (config.id_under(engine) for config, _, engine, _ in rows))
            for config, experiment, engine, said in rows:
                run_id = config.id_under(engine)
                known = runs.standing(connection, [run_id])
                if not known or known[run_id][0] in GIVEN_UP:
                    runs.add(connection, [config], experiment, engine)
                    reports.write(connection, said)
                    added.append(run_id)
        return added

    def delete(self, run_ids: Iterable[str]) -> None:
        """Delete all of the runs, or, where one cannot be, none.

        Raises:
            UnknownRun: the store does not hold one of them.
            KasseiError: a job that is queued or running needs one.
        """
        with self.writing() as connection:
            # In the order in which reports are written, as ``runs.lock`` does.
            for run_id in sorted(run_ids):
                runs.remove(connection, run_id)


def _listed(connection: Connection, run_ids: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    names, tags = labels.of_runs(connection, run_ids)
    frame = frames.runs(connection, run_ids)
    created = frames.provenance(connection, run_ids)["created"]
    listed = [tags.get(run_id, []) for run_id in frame["run_id"]]
    return frame.assign(
        name=[names.get(run_id, "") for run_id in frame["run_id"]],
        tags=pd.Series(listed, index=frame.index, dtype=object),
        created=created,
    )
