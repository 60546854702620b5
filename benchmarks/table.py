"""Outcomes as a table of text."""

from collections.abc import Iterable, Sequence

from benchmarks.machine import sentence
from benchmarks.record import BUSY, Figure, Outcome, number


def table(outcomes: Iterable[Outcome]) -> str:
    """All figures: median, range of the rounds, bar, whether it is reached, how it came about."""
    lines: list[str] = []
    told = ""
    for outcome in outcomes:
        facts = sentence(dict(outcome.machine))
        if facts != told:
            lines += [facts, ""]
            told = facts
        lines += [*_case(outcome), ""]
    return "\n".join(lines)


def _case(outcome: Outcome) -> list[str]:
    size = "quick: smaller, the bars are not for it; " if outcome.quick else ""
    rounds = f"{outcome.rounds} round{'s' if outcome.rounds > 1 else ''}"
    head = f"{outcome.case}: {outcome.title} ({size}{rounds}, {outcome.seconds:.0f} s)"
    rows = [_row(figure) for figure in outcome.figures]
    widths = [max(len(row[place]) for row in rows) for place in range(5)] if rows else []
    lines = [head, *(_line(row, widths) for row in rows)]
    if outcome.busy > BUSY:
        lines.append(f"  BUSY: others used {outcome.busy:.0%} of the processors meanwhile")
    return lines + [f"  FAULT: {fault}" for fault in outcome.faults]


def _row(figure: Figure) -> tuple[str, str, str, str, str, str]:
    values = figure.values
    between = f"{number(min(values))} to {number(max(values))}" if len(values) > 1 else ""
    bar = figure.bar.text(figure.unit) if figure.bar else ""
    reached = {None: "", True: "reached", False: "NOT REACHED"}[figure.reached]
    median = f"{number(figure.median)} {figure.unit}"
    return figure.what, median, between, bar, reached, figure.note


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    what, median, *rest, note = row
    cells = [what.ljust(widths[0]), median.rjust(widths[1])]
    cells += [cell.ljust(width) for cell, width in zip(rest, widths[2:], strict=True)]
    return ("  " + "  ".join([*cells, note])).rstrip()
