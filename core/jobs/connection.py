"""A connection to Dask: to the scheduler at an address, or to one of the trainer's own.

The trainer's own has one worker, with a thread for each processor that training makes use of,
on the loopback interface, behind TLS credentials that live as long as it does. What is trained
is not known here.
"""

import logging
import multiprocessing
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import dask
from distributed import Client, LocalCluster, Security

from core.engine.processors import processors
from core.errors import TrainerUnavailable, reason
from core.jobs.quiet import CONFIG, quiet
from core.language import N_

_CONNECT_SECONDS = 10
# A process that was killed is gone in milliseconds, unless the system itself is stuck.
_DEATH_SECONDS = 5
# Blocks take what they go on from with them, some megabytes.
_LARGE = {"distributed.admin.large-graph-warning-threshold": "1GB"}
_ADDRESS = re.compile(r"(tcp|tls|ws|wss)://\S+:\d{1,5}")
_ENCRYPTED = ("tls://", "wss://")
_CREDENTIALS = tuple(
    f"DASK_DISTRIBUTED__COMM__TLS__{name}" for name in ("CA_FILE", "CLIENT__KEY", "CLIENT__CERT")
)


def check_address(scheduler: str) -> None:
    """Refuse what is no address of a scheduler: Dask itself takes half a minute over it.

    Raises:
        TrainerUnavailable: it is none.
    """
    if not _ADDRESS.fullmatch(scheduler):
        raise TrainerUnavailable(
            N_("{address} is not the address of a Dask scheduler; valid is {example}."),
            address=scheduler,
            example="tls://scheduler.example:8786",
        )


@contextmanager
def connected(scheduler: str | None, most_memory: int) -> Iterator[Client]:
    """A client of the scheduler at the address, or of a local one with one worker.

    The local worker may have ``most_memory`` bytes.

    Raises:
        TrainerUnavailable: it is no address, or no scheduler answers there; or the local one
            cannot start.
    """
    # Dask tells of every task that fails, at length; the trainer tells what went wrong itself.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with dask.config.set(_LARGE), _reached(scheduler, most_memory) as client:
        yield client


@contextmanager
def _reached(scheduler: str | None, most_memory: int) -> Iterator[Client]:
    if scheduler is None:
        with _local(most_memory) as client:
            yield client
        return
    check_address(scheduler)
    try:
        # TLS credentials of a remote scheduler come from Dask's own configuration.
        credentials = Security().get_connection_args("client")["ssl_context"]
        if credentials is None and scheduler.startswith(_ENCRYPTED):
            raise TrainerUnavailable(
                N_(
                    "{address} asks for certificates, and this side names none: set"
                    " {variables} to their files, as docs/many-machines.md shows."
                ),
                address=scheduler,
                variables=", ".join(_CREDENTIALS),
            )
        client = Client(scheduler, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError, TypeError) as error:
        raise TrainerUnavailable(
            N_("No Dask scheduler answers at {address} ({reason})."),
            address=scheduler,
            reason=reason(error),
        ) from error
    with client:
        yield client


@contextmanager
def _local(most_memory: int) -> Iterator[Client]:
    with ExitStack() as stack:
        try:
            cluster, client = _start(stack, most_memory)
        except (OSError, TimeoutError, RuntimeError, ValueError, ImportError) as error:
            raise TrainerUnavailable(
                N_(
                    "The local Dask cluster cannot start ({reason}): see that there is memory, room"
                    " on the disk and a loopback interface, then try again."
                ),
                reason=reason(error),
            ) from error
        try:
            yield client
        finally:
            _end_workers(cluster)


def _end_workers(cluster: LocalCluster) -> None:
    """Kill the workers and wait for their ends: there is nothing in them to save.

    Asked to close, one in the middle of a long computation would be waited for; one that is
    dead but not waited for outlives this process as an entry of the system's table.
    """
    for nanny in cluster.workers.values():
        nanny.auto_restart = False
    workers = multiprocessing.active_children()
    for worker in workers:
        worker.kill()
    for worker in workers:
        worker.join(_DEATH_SECONDS)


def _start(stack: ExitStack, most_memory: int) -> tuple[LocalCluster, Client]:
    security = Security.temporary()
    stack.enter_context(dask.config.set(CONFIG))
    cluster = stack.enter_context(
        LocalCluster(
            n_workers=1,
            threads_per_worker=processors(),
            processes=True,
            host="127.0.0.1",
            protocol="tls",
            security=security,
            # Any free port: with None Dask takes 8787, and warns where another trainer has it.
            dashboard_address="127.0.0.1:0",
            memory_limit=most_memory,
            scheduler_sync_interval="60s",
            silence_logs=logging.CRITICAL,
        )
    )
    client = stack.enter_context(Client(cluster, security=security))
    quiet(client)
    return cluster, client
