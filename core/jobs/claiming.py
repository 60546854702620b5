"""Training beside others on one store: a program takes the runs that nobody else trains."""

import threading
from collections.abc import Callable, Iterator

from core.errors import KasseiError, as_message
from core.jobs.identity import is_gone
from core.language import N_
from core.store import Store

_LOOK_SECONDS = 0.5


def shares(
    store: Store, claim: str, stop: Callable[[], bool], told: Callable[[str], None]
) -> Iterator[set[str]]:
    """The run_ids of ``claim`` to train now, again and again until all have ended.

    What others train is waited for; what they give up is taken.
    """
    pause, waiting = threading.Event(), 0
    while not stop():
        mine = store.claims.take(claim, is_gone)
        left = 0 if mine else len(store.untrained(claim))
        if left != waiting:
            waiting = left
            told(as_message(_theirs(left)) if left else "")
        if mine:
            yield mine
        elif left:
            pause.wait(_LOOK_SECONDS)
        else:
            return


def _theirs(runs: int) -> KasseiError:
    return KasseiError(
        N_(
            "Others train on this store what is wanted here (runs: {runs}); their results are"
            " waited for."
        ),
        runs=runs,
    )
