"""``claims``: what papers and articles say, put to the shipped runs, or to runs of one's own."""

from collections.abc import Iterator

import click

from core import jobs
from core.analysis.claims import Tables
from core.cli.codes import INTERRUPTED
from core.cli.commands import closest
from core.cli.counts import counted
from core.cli.tables import table
from core.cli.train import STOPPED, trained
from core.document import listed
from core.errors import TrainingFailed
from core.experiment import Experiment
from core.gallery.claims import CLAIMS, Found, shipped
from core.gallery.evidence import VERDICTS, asked, brief, sentence, tally
from core.language import N_
from core.report import Status
from core.sharing import bundle
from core.store import Store


@click.command()
@click.argument("name", nargs=-1)
@click.option(
    "--train",
    "own",
    is_flag=True,
    help="judge by runs of your store; what it lacks of the whole comparison is trained",
)
@click.option("--seed", metavar="VALUE,…", help="of these runs; usual: 0-4, as shipped")
def claims(name: tuple[str, ...], own: bool, seed: str | None) -> int:
    """Put what papers and articles say to the shipped runs: all claims, or each NAME in full."""
    for given in name:
        if given not in CLAIMS:
            raise click.UsageError(f"No such claim {given!r}{closest(given, CLAIMS)}")
    if seed is not None and not own:
        raise click.UsageError("--seed is for --train: the shipped runs have their seeds")
    chosen = [CLAIMS[given] for given in dict.fromkeys(name)] or list(CLAIMS.values())
    read = dict[str, Tables]()
    for entry in dict.fromkeys(claim.entry for claim in chosen):
        tables = _own(entry, seed) if own else shipped(entry)
        if tables is None:
            click.echo(STOPPED, err=True)
            return INTERRUPTED
        read[entry] = tables
    found = [claim.found(read[claim.entry]) for claim in chosen]
    for line in _in_full(found, own=own) if name else _listed(found):
        click.echo(line)
    return 0


def _own(entry: str, seed: str | None) -> Tables | None:
    """The entry's experiment as the store holds it after training; None where that was stopped."""
    experiment = bundle.specification(entry)
    if seed is not None:
        fields = {key: list(value) for key, value in experiment.fields.items()}
        experiment = Experiment(name=experiment.name, **fields | {"seed": listed("seed", seed)})
    with Store.open(jobs.store_url()) as store:
        results, stopped = trained(experiment, store)
        if stopped:
            return None
        ids = results.run_ids
        runs = store.runs(ids)
        if (runs["status"] == Status.FAILED.value).any():
            raise TrainingFailed(
                N_("Some runs of {entry} failed, so that its claims cannot be judged."), entry=entry
            )
        return Tables(runs, store.epochs(ids), store.layers(ids))


def _listed(found: list[Found]) -> Iterator[str]:
    rows = (
        (
            one.claim.name,
            VERDICTS[one.verdict],
            brief(one, str),
            str(one.effect.n),
            one.claim.words,
        )
        for one in found
    )
    yield from table(("claim", "verdict", "effect (95 % interval)", "seeds", "what is said"), rows)
    yield ""
    yield tally((one.verdict for one in found), str)


def _in_full(found: list[Found], *, own: bool) -> Iterator[str]:
    for one in found:
        claim = one.claim
        yield f"{claim.name}: {claim.words} ({claim.source})"
        yield f"  {VERDICTS[one.verdict]}, {counted(one.effect.n, 'seed')}"
        yield f"  {sentence(one, str)}"
        yield f"  {asked(one, str)}"
        if claim.remark:
            yield f"  {claim.remark}"
        name = bundle.specification(claim.entry).name
        yield f"  runs: {name} ({'of your store' if own else f'data/gallery/{claim.entry}'})"
        if not own:
            yield f"  again: python -m core claims {claim.name} --train --seed 0-9"
