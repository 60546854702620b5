"""Measuring a case: rounds of programs, one after another, each in a process of its own."""

import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.arithmetic import Spread, agree, scaled, spread
from benchmarks.cases import Case, Opponent, Race, Trial
from benchmarks.processes import ProgramFailed, run
from benchmarks.record import Figure, Outcome, number
from core.document import to_yaml
from core.experiment import Experiment

Say = Callable[[str], None]

_KASSEI = Opponent("kassei", "Kassei, all statistics")


def measure(case: Case, *, quick: bool, rounds: int | None, say: Say) -> Outcome:
    """Measure ``case``; a program that fails is a fault of the outcome, not an exception."""
    rounds = rounds or (1 if quick else case.rounds)
    others, start = machine.Others(), time.perf_counter()
    figures: list[Figure] = []
    faults: list[str] = []
    try:
        if isinstance(case, Race):
            figures, faults = _race(case, quick, rounds, say)
        else:
            figures = _trial(case, quick, rounds, say)
    except ProgramFailed as failed:
        faults.append(str(failed))
    return Outcome(
        case=case.name,
        title=case.title,
        quick=quick,
        rounds=rounds,
        seconds=round(time.perf_counter() - start, 1),
        busy=round(others.share(), 3),
        machine=machine.facts(),
        figures=tuple(figures),
        faults=tuple(faults),
    )


# What a part of a grid's runs should have of all.
_STREWN = ("activation", "learning_rate", "seed")


def places(experiment: Experiment, opponent: Opponent, quick: bool) -> list[int]:
    """The runs that ``opponent`` trains of ``experiment``: evenly strewn over what it has.

    Of each so many one, whose activation, rate and seed were chosen least before: a plain stride
    meets one seed alone where there are as many.
    """
    grid = experiment.grid()
    had = [
        place
        for place, config in enumerate(grid)
        if not opponent.activations or config.activation in opponent.activations
    ]
    every = opponent.quick_every if quick else opponent.every
    met: Counter[tuple[str, object]] = Counter()

    def kinds(place: int) -> list[tuple[str, object]]:
        return [(name, getattr(grid[place], name)) for name in _STREWN]

    def often(place: int) -> tuple[int, int]:
        """How often its activation was chosen, then its rate and seed."""
        activation, *others = (met[kind] for kind in kinds(place))
        return activation, sum(others)

    chosen = []
    for first in range(0, len(had), every):
        group = had[first : first + every]
        chosen.append(min(group, key=often))
        met.update(kinds(chosen[-1]))
    return chosen


def _race(case: Race, quick: bool, rounds: int, say: Say) -> tuple[list[Figure], list[str]]:
    experiment = case.quick if quick else case.full
    peers = (_KASSEI, *case.opponents)
    chosen = {peer.peer: places(experiment, peer, quick) for peer in peers}
    seconds: dict[str, list[float]] = {peer.peer: [] for peer in peers}
    processes: dict[str, list[float]] = {peer.peer: [] for peer in peers}
    accuracies: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "experiment.yaml"
        file.write_text(to_yaml(experiment), encoding="utf-8")
        for _ in range(rounds):
            for peer in peers:
                wanted = chosen[peer.peer]
                wall, found = run("benchmarks.peers", [peer.peer, str(file), json.dumps(wanted)])
                # The runs that were not trained are added to both clocks.
                more = 0.0
                if peer is not _KASSEI:
                    trained = found["trained"]
                    more = scaled(trained, found["seconds"], len(experiment.grid())) - trained
                seconds[peer.peer].append(found["trained"] + more)
                processes[peer.peer].append(wall + more)
                accuracies[peer.peer] = found["accuracies"]
                say(
                    f"{peer.title}: {found['trained'] + more:.1f} s, {wall + more:.1f} of the"
                    f" process; {len(wanted)} runs in {wall:.1f} s"
                )
    tolerance = case.tolerance * (3 if quick else 1)
    return _compared(case.name, tolerance, peers, chosen, (seconds, processes), accuracies)


def _compared(
    name: str,
    tolerance: float,
    peers: Sequence[Opponent],
    chosen: dict[str, list[int]],
    clocks: tuple[dict[str, list[float]], dict[str, list[float]]],
    accuracies: dict[str, list[float]],
) -> tuple[list[Figure], list[str]]:
    """Figures of a race: Kassei's seconds, and the times that each opponent takes.

    ``clocks`` are the seconds by peer, first without imports, then of whole processes.
    """
    seconds, processes = clocks
    ours, runs = accuracies[_KASSEI.peer], len(chosen[_KASSEI.peer])
    figures, faults = [], []
    for peer in peers:
        theirs = spread(accuracies[peer.peer])
        details = {
            "seconds": seconds[peer.peer],
            "processes": processes[peer.peer],
            "runs": len(chosen[peer.peer]),
            "of": runs,
            "accuracy": (theirs.mean, theirs.deviation, theirs.n),
        }
        if peer is _KASSEI:
            process = statistics.median(processes[peer.peer])
            note = f"{process:,.1f} s from a process's start; accuracy {theirs}, {runs} runs"
            figures.append(Figure(peer.title, "s", tuple(seconds[peer.peer]), None, note, details))
            continue
        same = [ours[place] for place in chosen[peer.peer]]
        if not agree(same, accuracies[peer.peer], tolerance):
            faults.append(
                f"{name}: accuracies disagree: {peer.title} {theirs}, Kassei {spread(same)}"
            )
        ratios, of_processes = (
            tuple(their / our for their, our in zip(own[peer.peer], own[_KASSEI.peer], strict=True))
            for own in clocks
        )
        note = _note(seconds[peer.peer], len(chosen[peer.peer]), runs, theirs, spread(same))
        note = f"{number(statistics.median(of_processes))} × of whole processes; {note}"
        figures.append(Figure(peer.title, "×", ratios, peer.bar, note, details))
    return figures, faults


def _note(seconds: Sequence[float], trained: int, runs: int, theirs: Spread, same: Spread) -> str:
    part = "" if trained == runs else f", scaled up from {trained} of {runs} runs"
    median = statistics.median(seconds)
    return f"{median:,.0f} s{part}; accuracy {theirs}, Kassei's of these {same}"


def _trial(case: Trial, quick: bool, rounds: int, say: Say) -> list[Figure]:
    sizes = json.dumps(dict(case.quick if quick else case.full))
    found: list[dict[str, Any]] = []
    for _ in range(rounds):
        _, one = run("benchmarks.trials", [case.name, sizes])
        found.append(one)
        say(", ".join(f"{asked.what} {one[asked.key]:.3g} {asked.unit}" for asked in case.asked))
    notes = found[-1].get("notes", {})
    return [
        Figure(
            asked.what,
            asked.unit,
            tuple(one[asked.key] for one in found),
            asked.bar,
            notes.get(asked.key, ""),
        )
        for asked in case.asked
    ]
