"""Which blocks train an experiment's runs, and where each goes on from.

What a store's states allow is gone on from: a run that is longer than one that ended, and one
that was stopped. Everything else begins at its start.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from core.engine.company import company
from core.engine.plan import Block, blocks
from core.engine.snapshots import carried_epochs
from core.experiment import RunConfig
from core.report import Status
from core.store import Store

GoOn = Callable[[str, Sequence[str], int, Collection[int] | None], bytes | None]


@dataclass(frozen=True, slots=True)
class Planned:
    """A block to be trained; ``after`` is the epoch that it goes on from, None for its start."""

    block: Block
    after: int | None = None

    @property
    def run_ids(self) -> tuple[str, ...]:
        """The block's runs, in its order."""
        return tuple(config.run_id for config in self.block.configs)


def plan(configs: Sequence[RunConfig], free: Collection[str], store: Store) -> list[Planned]:
    """The blocks that train those of ``configs`` whose run_ids are ``free``.

    First those that go on in the company that they had in the whole experiment, beside members
    that have diverged since; then those of the runs that are left.
    """
    wanted = set(free)
    whole = [b for b in blocks(configs) if any(c.run_id in wanted for c in b.configs)]
    going = _with_states(whole, store)
    if len(wanted) == len(configs):
        return going
    mixed = {run_id for planned in going for run_id in planned.run_ids} - wanted
    diverged = _diverged(mixed, store)
    chosen = [p for p in going if p.after is not None and wanted | diverged >= set(p.run_ids)]
    wanted -= {run_id for planned in chosen for run_id in planned.run_ids}
    rest = blocks(config for config in configs if config.run_id in wanted)
    known = {planned.run_ids: planned for planned in going}
    left = [known.get(tuple(c.run_id for c in block.configs)) or Planned(block) for block in rest]
    new = [planned.block for planned in left if planned.run_ids not in known]
    others = {planned.run_ids: planned for planned in _with_states(new, store)}
    return [*chosen, *(others.get(planned.run_ids, planned) for planned in left)]


def plan_job(
    job_id: str, configs: Sequence[RunConfig], claimed: Collection[str], store: Store
) -> tuple[list[Block], list[tuple[str, ...]]]:
    """The blocks that a job trains itself: all but runs that others have ``claimed``.

    First what it planned before a trainer was lost, in the same company. Also the rounds to be
    noted of what is planned now: a block each where one goes on, else all that is cut again.
    """
    by_id = {config.run_id: config for config in configs}
    free, again = store.untrained(job_id).difference(claimed), list[Block]()
    for together in store.planned(job_id).values():
        cut = blocks(config for run_id, config in by_id.items() if run_id in together)
        again += [block for block in cut if any(c.run_id in free for c in block.configs)]
    free -= {config.run_id for block in again for config in block.configs}
    new = plan(configs, free, store) if free else []
    rounds = [one.run_ids for one in new]
    if rounds and all(one.after is None for one in new):
        rounds = [tuple(run_id for run_ids in rounds for run_id in run_ids)]
    return [*again, *(one.block for one in new)], rounds


def start_of(block: Block, go_on: GoOn) -> bytes | None:
    """What ``block`` begins after, by ``go_on`` of a store's states; None is its start."""
    config, run_ids = block.shape, [config.run_id for config in block.configs]
    return go_on(company(block), run_ids, config.epochs, carried_epochs(config))


def catch_up(waiting: Sequence[Block], store: Store, go_on: GoOn) -> None:
    """Give runs that will not be trained the epochs that their training would have gone on from.

    Who has trained half of them longer would else see less of the others than before.
    """
    for planned in _with_states(waiting, store):
        if planned.after is not None:
            start_of(planned.block, go_on)


def is_kept(configs: Sequence[RunConfig], store: Store) -> bool:
    """Whether ``store`` has a state of these runs, from which some company could go on."""
    return any(store.states.standing(map(company, blocks(configs))).values())


def _with_states(planned: Sequence[Block], store: Store) -> list[Planned]:
    """Each block with the furthest state that it can go on from."""
    companies = [company(block) for block in planned]
    held = store.states.standing(companies) if companies else {}
    return [
        Planned(block, next((e for e in held.get(key, ()) if e < block.shape.epochs), None))
        for block, key in zip(planned, companies, strict=True)
    ]


def _diverged(run_ids: Collection[str], store: Store) -> set[str]:
    if not run_ids:
        return set()
    standing = store.index.standing(run_ids)
    return {run_id for run_id, (status, _) in standing.items() if status is Status.DIVERGED}
