"""``python -m benchmarks.many_runs``: a store of 10,000 runs, and how long pages take with it.

The store is generated once and kept at FILE. Searches are timed, then a visitor changes one
control after another. At the end, the memory of this process.
"""

import os
import time
from pathlib import Path

import click
import psutil

from benchmarks.clocks import Times, timed
from benchmarks.controls import visit, visit_charts
from benchmarks.sweeps import fill
from core.report import Status
from core.store import Query, Store


def searches() -> dict[str, Query]:
    """What a visitor asks for, one control after another."""
    return {
        "everything": Query(),
        "one word": Query(words="relu"),
        "three words": Query(words="moons tanh adam"),
        "a word that nothing says": Query(words="zzz"),
        "two choices": Query(fields={"dataset": ("moons",), "activation": ("tanh", "gelu")}),
        "a status": Query(statuses=(Status.DIVERGED,)),
        "a tag": Query(tags=("tag 3",)),
        "best first": Query(sort="test_accuracy"),
        "by learning rate": Query(sort="learning_rate", descending=False),
        "by activation": Query(sort="activation", descending=False),
        "all at once": Query(
            words="sweep gelu", fields={"dataset": ("spiral",)}, sort="test_loss", descending=False
        ),
    }


@click.command()
@click.argument("file", type=click.Path(path_type=Path), default=".kassei/many.sqlite")
@click.option("--runs", default=10_000)
@click.option("--rounds", default=20)
def main(file: Path, runs: int, rounds: int) -> None:
    """Generate the store at FILE if it is not there, and measure."""
    url = os.environ.get("KASSEI_STORE") or f"sqlite:///{file.absolute()}"
    with Store.open(url) as store:
        start = time.perf_counter()
        if store.index.find(Query(), 1)[1] < runs:
            fill(store, runs)
            print(f"generated in {time.perf_counter() - start:.0f} s")
        every = Times([], [])
        for name, query in searches().items():
            found = timed(lambda query=query: store.index.page(query, 25, 25), rounds)
            every += found
            print(f"store · {name}: {found}", flush=True)
        counted = timed(store.index.choices, rounds)
        print(f"store · counts for the filters: {counted}")
        print(f"store · every search: {every}")
        picked = store.index.find(Query(), 40)[0]
    os.environ["KASSEI_STORE"] = url
    every = visit_charts(rounds) + visit(picked, rounds)
    print(f"every control of every page: {every}")
    print(f"memory {psutil.Process().memory_info().rss / 2**20:.0f} MB")


if __name__ == "__main__":
    main()
