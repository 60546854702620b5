"""Names and tags that people give to runs, so that they find them again.

Plain functions on a connection inside the caller's transaction. Who may label which run is
not known here.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, func, insert, select

from core.errors import KasseiError
from core.language import N_
from core.store.runs import numbers, unknown
from core.store.statements import plain, upsert
from core.store.tables import NAMES, TAGS

MAX_NAME = 200
MAX_TAG = 40
MAX_TAGS = 20


def rename(connection: Connection, run_id: str, name: str) -> None:
    """Give a run a name of its own; an empty one takes it away.

    Raises:
        UnknownRun: the store does not hold it.
        KasseiError: the name is too long.
    """
    number = _numbers(connection, [run_id])[run_id]
    text = one_line(name)
    if len(text) > MAX_NAME:
        raise KasseiError(
            N_("A name may have at most {most} characters, not {count}."),
            most=MAX_NAME,
            count=len(text),
        )
    if text:
        upsert(connection, NAMES, [(number, text)])
    else:
        connection.execute(delete(NAMES).where(NAMES.c.run == number))


def tag(
    connection: Connection, run_ids: Sequence[str], add: Iterable[str], remove: Iterable[str]
) -> None:
    """Add tags to the runs, and remove others from them.

    Raises:
        UnknownRun: the store does not hold one of the runs.
        KasseiError: a tag is too long, or a run would have too many.
    """
    found = _numbers(connection, run_ids)
    gone = [one_line(text) for text in remove]
    if gone:
        connection.execute(delete(TAGS).where(TAGS.c.run.in_(found.values()), TAGS.c.tag.in_(gone)))
    _add(connection, found.values(), _tags(add))


def of_runs(
    connection: Connection, run_ids: Sequence[str]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The names and the tags (sorted) of the runs that have any, by run_id."""
    ids = {number: run_id for run_id, number in numbers(connection, run_ids).items()}
    named = select(NAMES.c.run, NAMES.c.name).where(NAMES.c.run.in_(ids))
    names = {ids[number]: name for number, name in connection.execute(named)}
    tagged = select(TAGS.c.run, TAGS.c.tag).where(TAGS.c.run.in_(ids)).order_by(TAGS.c.tag)
    tags: dict[str, list[str]] = {}
    for number, text in connection.execute(tagged):
        tags.setdefault(ids[number], []).append(text)
    return names, tags


def counted(connection: Connection, limit: int = 100) -> dict[str, int]:
    """The most frequent tags, with how many runs have each."""
    count = func.count()
    query = select(TAGS.c.tag, count).group_by(TAGS.c.tag).order_by(count.desc(), TAGS.c.tag)
    rows = connection.execute(query.limit(limit))
    return {str(text): int(runs) for text, runs in rows}


def one_line(text: str) -> str:
    """``text`` as it is kept: one line, and only what a database and a page can show."""
    shown = "".join(mark if mark.isprintable() else " " for mark in plain(text))
    return " ".join(shown.split())


def _tags(texts: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(text for text in map(one_line, texts) if text))
    for text in wanted:
        if len(text) > MAX_TAG:
            raise KasseiError(
                N_("The tag {tag} is longer than {most} characters."), tag=text, most=MAX_TAG
            )
    return wanted


def _add(connection: Connection, runs: Iterable[int], tags: Sequence[str]) -> None:
    chosen = list(runs)
    rows = [{"run": number, "tag": text} for number in chosen for text in tags]
    if not rows:
        return
    # What a run has already is written anew rather than asked for first.
    connection.execute(delete(TAGS).where(TAGS.c.run.in_(chosen), TAGS.c.tag.in_(tags)))
    connection.execute(insert(TAGS), rows)
    many = select(func.count()).where(TAGS.c.run.in_(chosen)).group_by(TAGS.c.run)
    if max(connection.execute(many).scalars(), default=0) > MAX_TAGS:
        raise KasseiError(N_("A run may have at most {most} tags."), most=MAX_TAGS)


def _numbers(connection: Connection, run_ids: Sequence[str]) -> dict[str, int]:
    found = numbers(connection, run_ids)
    missing = [run_id for run_id in run_ids if run_id not in found]
    if missing:
        raise unknown(missing)
    # In the order in which runs are deleted: see ``runs.lock``.
    return {run_id: found[run_id] for run_id in sorted(found)}
