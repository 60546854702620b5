"""Serving a store: taking its lease, reaching Dask, training; and all of it again when it is lost.

Whatever goes away comes back, or is waited for, and what is wrong meanwhile is told.
"""

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import suppress

from core.errors import KasseiError, LeaseLost, StoreUnavailable, TrainerUnavailable, as_message
from core.jobs.bounds import bounds
from core.jobs.connection import check_address, connected
from core.jobs.identity import code_version, is_gone, own_name
from core.jobs.pulse import Pulse
from core.jobs.trainer import Trainer
from core.language import N_
from core.report import Status
from core.store import Store

_AGAIN_SECONDS = 1.0


def serve(
    store: Store,
    scheduler: str | None,
    ended: Callable[[], bool],
    told: Callable[[str], None] = lambda _: None,
) -> None:
    """Train the store's jobs until ``ended``, whenever no other trainer does.

    ``told`` is called with a message of what is wrong, as ``core.errors.as_message`` makes it,
    and with an empty one when that is over.

    Raises:
        TrainerUnavailable: the address is none; the jobs that wait are failed with that sentence.
    """
    version, name, pause = code_version(), own_name(), threading.Event()
    while not ended():
        try:
            lease = store.take_lease(name, version, is_gone)
        except StoreUnavailable as error:
            told(as_message(error))
            pause.wait(_AGAIN_SECONDS)
            continue
        if lease is None:
            told("")
            pause.wait(_AGAIN_SECONDS)
            continue
        pulse = Pulse(lease, scheduler or "", told)
        try:
            _train(store, scheduler, pulse, ended)
        except LeaseLost:
            # The other trainer goes on from what is written.
            continue
        finally:
            pulse.end()
            with suppress(LeaseLost, StoreUnavailable):
                lease.release()


def _train(store: Store, scheduler: str | None, pulse: Pulse, ended: Callable[[], bool]) -> None:
    pause = threading.Event()
    if scheduler is not None:
        _check(scheduler, store, pulse)
    while not ended():
        try:
            with connected(scheduler, bounds().memory) as client:
                pulse.tell()
                trainer = Trainer(client, store, pulse, bounds())
                while client.status == "running" and not ended():
                    trainer.step()
            if not ended():
                pulse.tell(trouble=_lost(scheduler))
        except TrainerUnavailable as error:
            pulse.tell(workers=0, trouble=error)
        except (OSError, CancelledError):
            # What Dask raises where a connection ends in the middle of a question.
            pulse.tell(workers=0, trouble=_lost(scheduler))
        if not ended():
            pause.wait(_AGAIN_SECONDS)


def _check(scheduler: str, store: Store, pulse: Pulse) -> None:
    try:
        check_address(scheduler)
    except TrainerUnavailable as error:
        # It will be none in an hour, too: who waits for a job would wait for ever. But for what
        # programs train by themselves.
        for entry in store.queue():
            if not entry.held:
                pulse.lease.finish(entry.id, Status.FAILED, as_message(error))
        raise


def _lost(scheduler: str | None) -> KasseiError:
    return TrainerUnavailable(
        N_("The Dask scheduler at {address} was lost."), address=scheduler or "127.0.0.1"
    )
