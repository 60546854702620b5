"""What each loss and its gradient are, how hard an outlier pulls, and softmax's p - t.

The catalog's own NumPy forms over a residual or a probability, as frames.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.catalog import LOSSES, OUTPUTS, Loss, default_choice

Array = NDArray[np.float64]

# Values that were measured, of which an outlier makes one more: drawn once, near 0.
MEASURED: tuple[float, ...] = (-1.3, -0.9, -0.6, -0.3, -0.1, 0.0, 0.2, 0.5, 0.8, 1.2)
# What a loss of classes is drawn against: the axis of its output.
MARGINS = "linear"


def of_errors() -> list[str]:
    """The losses that compare a number with a target."""
    return [name for name, loss in LOSSES.items() if "regression" in loss.outputs]


def of_classes() -> list[str]:
    """The losses of classification alone."""
    return [name for name in LOSSES if name not in of_errors()]


def against_residual(reach: float = 4.0) -> pd.DataFrame:
    """Losses of errors for residuals y - t: columns loss, at, value, gradient."""
    y = np.linspace(-reach, reach, 241)
    return _frame({name: _both(LOSSES[name], np.zeros((y.size, 1)), y[:, None])
                   for name in of_errors()}, y)  # fmt: skip


def against_probability() -> pd.DataFrame:
    """Losses of classes for the predicted probability of the right class, of two.

    For hinge, whose output is a margin, the right class's margin is 2 p - 1 and the other's
    its opposite: sure and right is 1, undecided 0, sure and wrong -1.
    """
    p = np.linspace(0.01, 0.99, 197)
    t = np.tile([1.0, 0.0], (p.size, 1))
    found = {}
    for name in of_classes():
        loss = LOSSES[name]
        if MARGINS in loss.outputs["classification"]:
            value, gradient = _both(loss, t, np.stack([2 * p - 1, 1 - 2 * p], axis=1))
            # By the probability: the margin moves twice as fast, and the other one back.
            found[name] = (value, 2 * gradient)
        else:
            found[name] = _both(loss, t, np.stack([p, 1 - p], axis=1))
    return _frame(found, p)


def fits(outlier: float) -> pd.DataFrame:
    """The one number that each loss of errors takes for MEASURED and ``outlier``.

    Columns: loss, fit, pull (the outlier's share of all gradients, in absolute size, where the
    answer is the middle of the others).
    """
    t = np.array([*MEASURED, outlier])
    rows = []
    for name in of_errors():
        loss = LOSSES[name]
        params = default_choice(loss).arguments
        gradient = np.abs(loss.gradient(t[:, None], np.zeros((t.size, 1)), *params)).ravel()
        share = gradient[-1] / max(gradient.sum(), 1e-300)
        rows.append({"loss": name, "fit": _least(loss, t, params), "pull": float(share)})
    return pd.DataFrame(rows)


def _least(loss: Loss, t: Array, params: tuple[Any, ...]) -> float:
    """Where the mean loss is least: all of these are convex, so halving finds it."""
    low, high = float(t.min()), float(t.max())
    for _ in range(60):
        middle = (low + high) / 2
        y = np.full((t.size, 1), middle)
        if loss.gradient(t[:, None], y, *params).sum() > 0:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def softmax_parts(logits: Sequence[float], right: int) -> pd.DataFrame:
    """The p = softmax(z), t and the gradient of the cross-entropy by z, of each class.

    Columns: label (1, 2, …), part (p, t, gradient), value. The gradient is the chain rule
    over the catalog's loss and the derivative of softmax, which p - t equals.
    """
    z = np.asarray(logits, np.float64)
    p = OUTPUTS["softmax"].value(z)
    t = np.zeros_like(z)
    t[right] = 1
    by_output = LOSSES["cross_entropy"].gradient(t, p)
    # The derivative of softmax: dp_i / dz_j = p_i (1 if i = j else 0) - p_i p_j.
    by_logit = (np.diag(p) - np.outer(p, p)) @ by_output
    parts: Mapping[str, Array] = {"p": p, "t": t, "gradient": by_logit}
    return pd.DataFrame(
        [
            {"label": str(place + 1), "part": part, "value": float(value)}
            for part, values in parts.items()
            for place, value in enumerate(values)
        ]
    )


def _both(loss: Loss, t: Array, y: Array) -> tuple[Array, Array]:
    """The loss and its derivative by the first output, which the second follows as -1 of it."""
    params = default_choice(loss).arguments
    gradient = loss.gradient(t, y, *params)
    along = gradient[:, 0] - (gradient[:, 1] if gradient.shape[1] > 1 else 0)
    return loss.value(t, y, *params), along


def _frame(found: Mapping[str, tuple[Array, Array]], at: Array) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"loss": name, "at": at, "value": value, "gradient": gradient})
        for name, (value, gradient) in found.items()
    ]
    return pd.concat(parts, ignore_index=True)
