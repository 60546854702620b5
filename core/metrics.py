"""What a run is judged by, and how its numbers are written: 97.74 %, +0.06, 2.1×10⁻⁴.

Analysis and charts share this vocabulary. It knows no frame and no page.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import Phrase
from core.language import N_, Translate


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured column: its title, which way is better, whether it is a share (0 to 1)."""

    column: str
    title: str
    higher_is_better: bool
    share: bool = False

    def text(self, value: float) -> str:
        """``value`` as a reader sees it: ``97.74 %`` for shares, else three digits."""
        if not math.isfinite(value):
            return "–"
        return f"{100 * value:.2f} %" if self.share else number(value)

    def goal(self, value: float) -> str:
        """A round ``value`` to rise to: ``97 %``, ``0.9``."""
        return f"{100 * value:g} %" if self.share else f"{value:g}"

    def spread(self, half_width: float) -> str:
        """Half an interval in the unit of ``text``: ``±0.08``."""
        if not math.isfinite(half_width):
            return ""
        return f"±{100 * half_width:.2f}" if self.share else f"±{number(half_width)}"

    def difference(self, value: float) -> str:
        """A signed difference, shares in percentage points: ``+0.06``, ``−0.13``."""
        if not math.isfinite(value):
            return "–"
        text = f"{abs(100 * value):.2f}" if self.share else number(abs(value))
        return text if float(text.partition("×")[0]) == 0 else ("−" if value < 0 else "+") + text


_METRICS = (
    Metric("test_accuracy", N_("test accuracy"), True, share=True),
    Metric("train_accuracy", N_("training accuracy"), True, share=True),
    Metric("test_loss", N_("test loss"), False),
    Metric("train_loss", N_("training loss"), False),
    Metric("test_r2", N_("test R²"), True),
    Metric("train_r2", N_("training R²"), True),
    Metric("test_mae", N_("mean absolute error (test)"), False),
)

METRICS: Mapping[str, Metric] = {metric.column: metric for metric in _METRICS}

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 3) -> str:
    """``value`` with ``digits`` significant digits; the tiny and the huge as powers of ten."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    sign, size = ("−" if value < 0 else ""), abs(value)
    if size == 0:
        return "0"
    rounded = float(f"{size:.{digits - 1}e}")
    power = math.floor(math.log10(rounded))
    if -3 <= power < 5:
        return sign + f"{rounded:.{max(digits - 1 - power, 0)}f}"
    mantissa, _, exponent = f"{size:.1e}".partition("e")
    shown = str(int(exponent)).translate(_SUPERSCRIPTS)
    return f"{sign}{mantissa.removesuffix('.0')}×10{shown}"


def measured(seconds: float) -> str:
    """A time that was measured: small networks need milliseconds, which are not nothing.

    Number and unit stay in one line.
    """
    brief = 0 <= seconds < 0.0995
    shown = f"{number(1000 * seconds, 2)} ms" if brief else duration(seconds)
    return shown.replace(" ", "\N{NO-BREAK SPACE}")


def p_value(value: float) -> str:
    """The p of a test with three decimals; never 0, which no test gives."""
    if math.isnan(value):
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def duration(seconds: float, translate: Translate = str) -> str:
    """A time as people say it: ``0.04 s``, ``38 s``, ``2 min 10 s``, ``3 h 05 min``."""
    return lasting(seconds).told(translate)


def lasting(seconds: float) -> Phrase:
    """The same for a sentence that is translated later."""
    if not math.isfinite(seconds):
        return Phrase("–")
    whole = round(seconds)
    if whole >= 3600:
        parts = {"hours": whole // 3600, "minutes": f"{whole % 3600 // 60:02d}"}
        return Phrase(N_("{hours} h {minutes} min"), parts)
    if whole >= 60:
        parts = {"minutes": whole // 60, "seconds": f"{whole % 60:02d}"}
        return Phrase(N_("{minutes} min {seconds} s"), parts)
    digits = 2 if seconds < 0.995 else 1 if seconds < 9.95 else 0
    return Phrase(N_("{seconds} s"), {"seconds": f"{seconds:.{digits}f}"})
