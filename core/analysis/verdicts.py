"""Verdicts on layers in words: a row of ``analysis.diagnosis`` as a sentence with its numbers."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from core.analysis.diagnosis import Verdict
from core.language import N_, Translate
from core.metrics import number

TITLES: Mapping[Verdict, str] = {
    Verdict.EXPLODING: N_("exploding"),
    Verdict.VANISHING: N_("vanishing"),
    Verdict.DYING: N_("dying"),
    Verdict.SATURATED: N_("saturated"),
    Verdict.OFF_CENTRE: N_("not zero-centred"),
    Verdict.HEALTHY: N_("healthy"),
    Verdict.UNKNOWN: N_("no statistics"),
}


def told(row: Mapping[Any, Any], _: Translate) -> str:
    """A row of ``diagnose`` as a sentence with its numbers."""
    verdict = Verdict(row["verdict"])
    layer, last = int(row["layer"]), int(row["last"])
    if verdict == Verdict.UNKNOWN:
        if row["diverged"]:
            return _("no statistics at this epoch: its runs had diverged")
        if row["waiting"]:
            return _("no statistics at this epoch yet")
        if row["stopped"]:
            return _("no statistics at this epoch: its runs had ended")
        return _("no statistics at this epoch")
    sentence = _(_sentence(verdict, forward=bool(row["forward"]), single=last < 2)).format(
        layer=layer,
        first=1,
        last=last,
        times=_span(row, lambda value: number(value, 2)),
        part=_span(row, _part),
        share=_span(row, lambda value: f"{100 * value:.0f}") + " %",
    )
    if verdict == Verdict.HEALTHY:
        return sentence
    shown = _("{finding} ({seeds} of {n} seeds)")
    return shown.format(finding=sentence, seeds=row["seeds"], n=row["n"])


def _sentence(verdict: Verdict, *, forward: bool, single: bool) -> str:
    if verdict == Verdict.HEALTHY:
        return (
            N_("healthy: nothing beyond the thresholds")
            if single
            else N_("healthy: layer {first}'s signal is {times} times layer {last}'s")
        )
    if forward:
        return {
            Verdict.VANISHING: N_(
                "vanishing: the spread of layer {last}'s activations is {part} of layer {first}'s"
            ),
            Verdict.EXPLODING: N_(
                "exploding: the spread of layer {last}'s activations is {times} times layer "
                "{first}'s"
            ),
        }[verdict]
    return {
        Verdict.VANISHING: N_("vanishing: layer {first}'s signal is {part} of layer {last}'s"),
        Verdict.EXPLODING: N_("exploding: layer {first}'s signal is {times} times layer {last}'s"),
        Verdict.DYING: N_(
            "dying: {share} of layer {layer}'s units pass no gradient for any training sample"
        ),
        Verdict.SATURATED: N_(
            "saturated: {share} of layer {layer}'s activations are where f is nearly flat"
        ),
        Verdict.OFF_CENTRE: N_(
            "not zero-centred: layer {layer}'s mean activation is {times} times its spread"
        ),
    }[verdict]


def _part(times: float) -> str:
    return "0" if math.isinf(times) else f"1/{number(times, 2)}"


def _span(row: Mapping[Any, Any], text: Callable[[float], str]) -> str:
    """``4000`` or, where seeds differ visibly, ``4000 (3100–5200)``."""
    least, most = text(float(row["least"])), text(float(row["most"]))
    middle = text(float(row["value"]))
    return middle if least == most else f"{middle} ({least}–{most})"
