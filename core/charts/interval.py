"""One interval beside the value that is asked for, as HTML: it crosses that line, or does not.

Numbers in, markup out. It takes the colour of the text around it.
"""

import html
import math

# Half of the width, in percent, that the farther end of an interval takes.
_REACH = 44.0
_LEAST_WIDTH = 1.0


def interval_html(
    value: float, low: float, high: float, asked: float, *, log: bool, label: str, line: str
) -> str:
    """A dot at ``value`` on a bar from ``low`` to ``high``, and a dashed line at ``asked``.

    Without finite ends there is no bar, without a finite value nothing but the line.

    Args:
        log: whether equal ratios are equally wide, of numbers above 0.
        label: what is heard in place of the picture.
        line: what stands below the line.
    """
    places = {name: _offset(number, asked, log) for name, number in
              (("value", value), ("low", low), ("high", high))}  # fmt: skip
    known = [abs(offset) for offset in places.values() if math.isfinite(offset)]
    scale = _REACH / max(max(known, default=1.0), 1e-300)
    parts = [_part("left:50%;top:0;height:20px;border-left:1px dashed currentColor")]
    if math.isfinite(places["low"]) and math.isfinite(places["high"]):
        start = 50 + scale * places["low"]
        width = max(_LEAST_WIDTH, scale * (places["high"] - places["low"]))
        bar = f"left:{start:.2f}%;width:{width:.2f}%;top:8px;height:4px;border-radius:2px"
        parts.append(_part(f"{bar};background:currentColor;opacity:0.55"))
    if math.isfinite(places["value"]):
        dot = f"left:{50 + scale * places['value']:.2f}%;top:5px;width:10px;height:10px"
        parts.append(_part(f"{dot};margin-left:-5px;border-radius:50%;background:currentColor"))
    below = "left:50%;top:21px;transform:translateX(-50%);font-size:0.75rem;opacity:0.78"
    parts.append(_part(f"{below};white-space:nowrap", html.escape(line)))
    return (
        f'<div role="img" aria-label="{html.escape(label)}" '
        f'style="position:relative;height:38px;width:100%;min-width:120px">{"".join(parts)}</div>'
    )


def _offset(number: float, asked: float, log: bool) -> float:
    """How far right of the line a number lies, in units of its scale; NaN where it lies nowhere."""
    if not log:
        return number - asked
    return math.log(number / asked) if number > 0 and math.isfinite(number) else math.nan


def _part(style: str, text: str = "") -> str:
    return f'<div aria-hidden="true" style="position:absolute;{style}">{text}</div>'
