"""``python -m benchmarks.activation_cost``: nanoseconds an element of every activation.

Each activation's layer is applied as the engine applies it, to pre-activations in float32 of
24 networks, batch 128 and 128 units, in one processor thread; on the way forward, and forward
and back. Both ways of running a pass are measured: compiled by XLA, and as a plain graph. All
of them take turns in every round, so that a ratio of one round has one machine's mood. Writes
``data/activation_costs.json``, which the page Functions shows.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import click

from benchmarks import machine
from core.analysis.costs import FILE, GRAPHS, PARTS
from core.catalog import ACTIVATIONS
from core.catalog.choice import default_choice
from core.catalog.formula import FORMULA
from core.engine.start import start

# Pre-activations of MNIST's hidden layer: what the engine has at once in a pass.
SHAPE = (24, 128, 128)
# So many different inputs take turns: no compiler can take the work out of the loop.
_INPUTS = 4

Call = Callable[[], float]


def measure(
    names: list[str], *, shape: tuple[int, ...], passes: int, rounds: int
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Nanoseconds an element by activation, graph and part, a number a round."""
    import tensorflow as tf

    inputs = tf.random.stateless_normal((_INPUTS, *shape), seed=(0, 0))
    back = tf.random.stateless_normal(shape, seed=(0, 1))
    calls = {
        (name, graph, part): _call(name, graph, part, inputs, back, passes)
        for name in names
        for graph in GRAPHS
        for part in PARTS
    }
    for call in calls.values():
        call()
    elements = int(tf.size(back)) * passes
    found: dict[str, dict[str, dict[str, list[float]]]] = {
        name: {graph: {part: [] for part in PARTS} for graph in GRAPHS} for name in names
    }
    for _ in range(rounds):
        for (name, graph, part), call in calls.items():
            found[name][graph][part].append(round(call() / elements * 1e9, 5))
    return found


def _call(name: str, graph: str, part: str, inputs: Any, back: Any, passes: int) -> Call:
    """A call that makes ``passes`` passes and returns the seconds that they took."""
    import tensorflow as tf

    record = ACTIVATIONS[name]
    layer = record.layer(*default_choice(record).arguments)
    # A learned slope is one of its weights, made when it sees its first input.
    layer(inputs[0])

    def forward(z: Any) -> tuple[Any, ...]:
        return (layer(z),)

    def both(z: Any) -> tuple[Any, ...]:
        weights = [variable.value for variable in layer.trainable_variables]
        with tf.GradientTape() as tape:
            tape.watch(z)
            a = layer(z)
        gradients = tape.gradient(
            a, [z, *weights], back, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        return (a, *gradients)

    one = forward if part == "forward" else both

    def loop() -> tuple[Any, ...]:
        def body(done: Any, *_: Any) -> tuple[Any, ...]:
            return (done + 1, *one(inputs[done % _INPUTS]))

        first = one(inputs[0])
        return tuple(tf.while_loop(lambda done, *_: done < passes, body, (1, *first)))

    compiled = tf.function(loop, jit_compile=graph == "compiled", autograph=False)

    def timed() -> float:
        began = time.perf_counter()
        compiled()[1].numpy()
        return time.perf_counter() - began

    return timed


def document(
    found: Mapping[str, Any], shape: tuple[int, ...], rounds: int, busy: float
) -> dict[str, Any]:
    """What the file holds: the machine, what was measured on it, and every round."""
    return {
        "machine": machine.facts(),
        "busy": round(busy, 3),
        "dtype": "float32",
        "shape": list(shape),
        "threads": 1,
        "rounds": rounds,
        "nanoseconds": found,
    }


@click.command()
@click.option("--rounds", default=31, help="how often everything is measured")
@click.option("--passes", default=32, help="passes in one call")
def main(rounds: int, passes: int) -> None:
    """Measure what activations cost."""
    os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = "1"
    start()
    names = [name for name in ACTIVATIONS if name != FORMULA.name]
    others = machine.Others()
    found = measure(names, shape=SHAPE, passes=passes, rounds=rounds)
    content = document(found, SHAPE, rounds, others.share())
    FILE.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    click.echo(f"Written to {FILE}; others used {content['busy']:.0%} of the processors meanwhile")


if __name__ == "__main__":
    main()
