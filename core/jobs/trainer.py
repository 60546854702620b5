"""The trainer: takes jobs from the store, gives their blocks turns on Dask's workers, writes.

It is the one writer of reports, and writes under a lease alone. Visitors take turns of about
a second. Where Dask is, is ``core.jobs.connection``'s; whose turn it is, ``core.jobs.turns``'s.
"""

import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import inf

from distributed import Client

from core.document import from_yaml
from core.engine.processors import processors
from core.errors import KasseiError, StoreUnavailable, UnknownRun, as_message
from core.jobs.bounds import OVERDUE, Bounds, check, holds, overdue
from core.jobs.crew import Crew, Given, fetched
from core.jobs.estimate import pace
from core.jobs.planning import catch_up, plan_job, start_of
from core.jobs.pulse import Pulse
from core.jobs.turns import Begun, Outcome, Turns, Work, deadly
from core.report import RunEnd, Status
from core.store import Store

TURN_SECONDS = 1.0
# Between two looks at the line of jobs; an idle one, and one at whether a file was written.
_LOOK_SECONDS, _IDLE_SECONDS, _GLANCE_SECONDS = 0.2, 0.4, 0.1
# A store that is away, or a disk that is full, is tried again so often.
_RETRY_SECONDS = 0.5
# Blocks that stand in a worker's memory at once; of one job those that have no epoch to show yet.
_MOST_STANDING, _MOST_FRESH = 8, 2
# Outcomes that may wait to be written before no more turns are given.
_MOST_UNWRITTEN = 4
# A job that is stopped ends so soon, even if it is not known yet where its blocks stand.
_LEAVE_SECONDS = 3.0

_log = logging.getLogger(__name__)


class Trainer:
    """All jobs of a store under way, on the workers of one client, as long as the lease holds."""

    def __init__(self, client: Client, store: Store, pulse: Pulse, limits: Bounds) -> None:
        self._store, self._pulse, self._lease, self._limits = store, pulse, pulse.lease, limits
        self._woken = threading.Event()
        self._crew = Crew(client, limits.memory, self._woken.set)
        self._turns = Turns()
        self._unwritten: deque[Outcome] = deque()
        self._mark: object = None

    def step(self) -> None:
        """One look at everything; waits a moment if nothing has happened.

        Raises:
            LeaseLost: another trainer has taken over.
        """
        self._woken.clear()
        try:
            self._blame(self._crew.look())
            for work in self._turns.works:
                # One that waited for its turn on a worker that is gone.
                if work.worker and not work.given and work.worker not in self._crew.here:
                    work.lose()
            for given in self._crew.done():
                self._conclude(given)
            self._take_leave()
            if self._turns.begun or self._crew.leaving or self._is_written():
                self._follow()
            self._give_turns()
            self._write()
        except StoreUnavailable as error:
            # Nothing is lost: what was trained waits here, and training with it.
            self._pulse.tell(trouble=error)
            self._mark = None
            self._woken.wait(_RETRY_SECONDS)
            return
        self._pulse.tell(workers=len(self._crew.ready), trouble=self._crew.trouble)
        self._crew.end_stuck()
        idle = _IDLE_SECONDS if self._mark is None else _GLANCE_SECONDS
        self._woken.wait(_LOOK_SECONDS if self._turns.begun else idle)

    def _is_written(self) -> bool:
        """Whether anybody may have written to the store since the last time this was asked.

        The pulse writes all the time: what another wrote in the same moment is not missed long.
        """
        before, self._mark = self._mark, self._store.mark()
        return self._mark is None or self._mark != before

    def _follow(self) -> None:
        """Begin jobs, stop those that are asked to, end those that are done."""
        line = [entry for entry in self._store.queue() if not entry.held]
        for job in list(self._turns.begun.values()):
            if job.job_id not in {entry.id for entry in line}:
                self._drop(job)
        for entry in line:
            begun = self._turns.begun.get(entry.id)
            if entry.stop_asked:
                self._stop(entry.id)
            elif begun and (failure := self._failure(begun)):
                # Of its runs those that other jobs need are trained by these.
                self._lease.finish(entry.id, Status.FAILED, as_message(failure))
                self._drop(begun)
            elif begun is None and (entry.place == 0 or self._has_room(entry.visitor)):
                self._begin(entry.id)
        for job in list(self._turns.begun.values()):
            if not self._turns.needed(job):
                self._end(job)

    def _has_room(self, visitor: str) -> bool:
        """Whether another job of ``visitor`` may begin: one each, more where workers idle."""
        begun, workers = self._turns.begun.values(), max(1, len(self._crew.ready))
        mine = [job for job in begun if job.visitor == visitor]
        busy = all(work.given for job in mine for work in self._turns.needed(job))
        return len(begun) < _MOST_STANDING * workers and (
            not mine or (busy and len(self._crew.free()) > 0)
        )

    def _begin(self, job_id: str) -> None:
        """Plan a job: what it planned before a trainer was lost, then what nobody trains yet."""
        job = self._store.job(job_id)
        if self._left_behind() & set(job.run_ids):
            # Where they stand is known in a moment.
            return
        begun = Begun(job_id, job.visitor, frozenset(job.run_ids), busy=job.busy)
        # What has begun was let in: how long it takes is watched from then on.
        limits = replace(self._limits, seconds=inf) if job.started else self._limits
        try:
            if failure := deadly(tries=job.tries):
                raise failure
            experiment = from_yaml(job.document)
            check(experiment, limits, self._store, pace(self._store))
        except StoreUnavailable:
            raise
        except KasseiError as error:
            self._lease.finish(job_id, Status.FAILED, as_message(error))
            return
        claimed = self._turns.claimed().keys()
        blocks, rounds = plan_job(job_id, experiment.grid(), claimed, self._store)
        if not self._lease.begin(job_id, *rounds):
            return
        begun.works = [Work(block, job_id) for block in blocks]
        self._turns.begun[job_id] = begun

    def _end(self, job: Begun) -> None:
        """End a job that waits for no block; what another job gave up is planned again."""
        del self._turns.begun[job.job_id]
        if self._store.untrained(job.job_id):
            self._begin(job.job_id)
            return
        failure = self._store.failure(job.job_id)
        self._lease.finish(job.job_id, Status.FAILED if failure else Status.FINISHED, failure)

    def _drop(self, job: Begun) -> None:
        """Give up a job's blocks; those whose runs another job needs, that one plans anew."""
        for work in job.works:
            work.dropped = True
            self._crew.forget(work)
        del self._turns.begun[job.job_id]

    def _take_leave(self) -> None:
        """See what workers say of the blocks that they were to give up."""
        for work, turns in self._crew.left():
            self._unwritten += [
                Outcome(work, turn.reports, turn.seconds, ended=False, state=turn.state)
                for turn in turns
                if not turn.lost
            ]
            # A job may wait for this alone.
            self._mark = None

    def _stop(self, job_id: str) -> None:
        """Give up a job's blocks; end it once it is written where they stand, or a little later."""
        works = job.works if (job := self._turns.begun.get(job_id)) else []
        waiting = [work.block for work in works if not work.name]
        catch_up(waiting, self._store, partial(self._lease.go_on, job_id))
        self._turns.begun.pop(job_id, None)
        for work in works:
            if work.name:
                self._crew.leave(work)
        late = time.monotonic() - _LEAVE_SECONDS
        leaving = [one.work for one in self._crew.leaving if one.since > late]
        leaving += [outcome.work for outcome in self._unwritten if not outcome.work.dropped]
        if all(work.job_id != job_id for work in leaving):
            self._lease.finish(job_id, Status.CANCELLED)

    def _left_behind(self) -> set[str]:
        """The runs of stopped jobs whose last turns are not written yet."""
        mine = self._turns.works
        works = [*(one.work for one in self._crew.leaving), *(o.work for o in self._unwritten)]
        left = [work for work in works if work not in mine and not work.dropped]
        return {config.run_id for work in left for config in work.block.configs}

    def _give_turns(self) -> None:
        given = True
        while given and len(self._unwritten) < _MOST_UNWRITTEN:
            given = any(map(self._give, self._crew.free()))

    def _give(self, address: str) -> bool:
        """Give a worker a turn; False if there is none for it."""
        beside = self._crew.turns_on(address)
        for visitor, work in self._turns.candidates(address):
            begins, start = work.name is None, None
            # A suspect is alone with its worker: others would die with it, and be suspected.
            if beside and any(map(self._turns.is_suspected, [work, *beside])):
                return False
            if begins and not self._fits(address, work):
                continue
            if begins:
                start = start_of(work.block, partial(self._lease.go_on, work.job_id))
                work.worker, work.name = address, uuid.uuid4().hex
            work.given = True
            self._crew.give(address, work, TURN_SECONDS, begins=begins, start=start)
            self._turns.had_turn(visitor)
            return True
        return False

    def _fits(self, address: str, work: Work) -> bool:
        """Whether a worker has room for another block beside those that stand there."""
        standing = [other for other in self._turns.works if other.worker == address]
        fresh = sum(other.job_id == work.job_id and other.epoch < 1 for other in standing)
        few = len(standing) < _MOST_STANDING and fresh < _MOST_FRESH
        return few and (not standing or holds([o.block for o in [*standing, work]], self._limits))

    def _conclude(self, given: Given) -> None:
        work = given.work
        work.given = False
        try:
            turn = fetched(given.future)
        except Exception as error:
            self._fail(work, error)
            return
        if turn.lost:
            # One that lives, and was only not heard in time, would keep the block for ever.
            self._crew.forget(work)
            work.lose()
            return
        # If it has ended no more turns, while its end waits to be written.
        work.given = turn.ended
        self._unwritten.append(Outcome(work, turn.reports, turn.seconds, turn.ended, turn.state))

    def _blame(self, lost: Sequence[Given]) -> None:
        """Workers died in these turns: their blocks begin anew, each job is suspected once."""
        dead, ended = {one.address for one in lost}, [o.work for o in self._unwritten if o.ended]
        for work in self._turns.works:
            if work.worker in dead and work not in ended:
                work.lose()
        for job_id, _ in {(one.work.job_id, one.address) for one in lost}:
            if job := self._turns.begun.get(job_id):
                job.deaths += 1

    def _failure(self, job: Begun) -> KasseiError | None:
        """Why a job may not go on, if so it is; it is busy in several turns at once."""
        late = job.busy > OVERDUE * self._limits.seconds * processors()
        return deadly(deaths=job.deaths) or (overdue(self._limits) if late else None)

    def _fail(self, work: Work, error: BaseException) -> None:
        message = as_message(error)
        if not isinstance(error, KasseiError):
            # Not foreseen: whoever keeps this running will want to know where.
            _log.error("a block of job %s failed", work.job_id, exc_info=error)
        work.given = True
        ends = [RunEnd(c.run_id, Status.FAILED, message=message) for c in work.block.configs]
        self._unwritten.append(Outcome(work, tuple(ends), 0.0, ended=True))

    def _write(self) -> None:
        """Write what was trained, in the order it came; what fails stays to be written."""
        while self._unwritten:
            outcome = self._unwritten[0]
            work, job = outcome.work, self._turns.begun.get(outcome.work.job_id)
            if not work.dropped:
                self._record(outcome)
                if job:
                    job.saw(work, outcome.reports)
                self._pulse.trained(outcome.reports)
            if job and work in job.works:
                job.busy += outcome.seconds
                if outcome.ended:
                    job.works.remove(work)
            self._unwritten.popleft()

    def _record(self, outcome: Outcome) -> None:
        work = outcome.work
        try:
            self._lease.record(work.job_id, outcome.seconds, outcome.reports, outcome.state)
        except UnknownRun:
            # Deleted since its job was stopped; of a job under way that cannot be.
            if work.job_id in self._turns.begun:
                raise
        if work.job_id not in self._turns.begun:
            # Its job, or another of the same runs, waits for no more than this.
            self._mark = None
            self._woken.set()
