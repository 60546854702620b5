"""A formula of the user's own as an activation: f, f' from its own derivative, and its layer.

``formula(x * tanh(softplus(x)))`` is the choice, canonical in its brackets; one expression
gives NumPy, Keras and LaTeX. The formula is the record's one parameter.
"""

from functools import cache, lru_cache
from math import inf
from typing import Any

import numpy as np

from core.catalog.activation import Activation, Array
from core.catalog.algebra import Node
from core.catalog.choice import Written
from core.catalog.expression import derivative, evaluate, evaluate_tensor
from core.catalog.notation import EXAMPLE, canonical, latex, read
from core.language import N_

REACH = 10.0
_GRID = np.linspace(-REACH, REACH, 8001)
_FAR = np.geomspace(REACH, 1e4, 400)
_FARTHER = np.geomspace(1e4, 1e8, 50)
# A slope that is so much larger from 10⁴ to 10⁸ than before grows without bound.
_GROWN = 1.5
# So much larger between two points of the grid than on them: as that of sqrt(abs(x)) at 0.
_SPIKE = 20.0
# LaTeX of more characters is no formula that a reader could read.
LONGEST_LATEX = 500
LONGEST_LABEL = 28


@lru_cache(maxsize=256)
def slope_of(text: str) -> Node:
    """The derivative of the formula ``text``, as an expression."""
    return derivative(read(text))


def value(z: Array, text: str) -> Array:
    """The formula ``text`` at x = ``z``."""
    return evaluate(read(text), z)


def slope(z: Array, text: str) -> Array:
    """Its derivative there."""
    return evaluate(slope_of(text), z)


@lru_cache(maxsize=256)
def steepest(text: str) -> float:
    """The largest abs(f'), on a grid from -10 to 10, a finer one at its best, and far beyond.

    1, the slope of a straight line, where it has no bound: a share of nothing would call
    everything flat, as 5 % of exp's slope at 10 did.
    """
    slopes = _sizes(_GRID, text)
    step = _GRID[1] - _GRID[0]
    best = _GRID[int(slopes.argmax())]
    finer = np.clip(np.linspace(best - step, best + step, 2001), -REACH, REACH)
    looked, spike, *far = (
        max(_sizes(z, text).max() for z in part)
        for part in ((_GRID,), (finer,), (_FAR, -_FAR), (_FARTHER, -_FARTHER))
    )
    near = max(looked, spike, far[0])
    bounded = max(near, far[1]) < inf and spike <= _SPIKE * looked and far[1] <= _GROWN * near
    return float(max(near, far[1])) if bounded else 1.0


def _sizes(z: Array, text: str) -> Array:
    slopes = np.abs(slope(z, text))
    return np.where(np.isnan(slopes), 0, slopes)


@lru_cache(maxsize=256)
def bounds(text: str) -> tuple[float, float]:
    """The least and the greatest finite f for z up to 10⁴; infinite where it grows on to 10⁸."""
    near = _finite(value(np.concatenate([-_FAR[::-1], _GRID, _FAR]), text))
    far = _finite(value(np.concatenate([-_FARTHER, _FARTHER]), text))
    if not near.size:
        return -inf, inf
    low, high = float(near.min()), float(near.max())
    room = 0.01 * max(high - low, 1.0)
    if not far.size:
        # exp, say: finite near 0, and beyond every number long before.
        far = near
    grown = value(np.array([-1e8, 1e8]), text)
    high = inf if far.max() > high + room or (grown == inf).any() else high
    low = -inf if far.min() < low - room or (grown == -inf).any() else low
    return low, high


def _finite(values: Array) -> Array:
    return np.asarray(values[np.isfinite(values)])


def slope_on_tensors(text: str) -> Any:
    """The function from a tensor z to f'(z)."""
    node = slope_of(text)
    return lambda z: evaluate_tensor(node, z)


@cache
def _layer_class() -> Any:
    import keras

    @keras.saving.register_keras_serializable("kassei")
    class Formula(keras.layers.Layer):
        """A formula as a layer, trained by its own derivative.

        Automatic differentiation of ``where(x > 0, sqrt(x), 0)`` is NaN below 0, for it
        multiplies the branch not taken by 0; f' is what the formula means.
        """

        def __init__(self, formula: str, **settings: Any) -> None:
            super().__init__(**settings)
            self.formula = canonical(formula)

        def call(self, z: Any) -> Any:
            node, slope = read(self.formula), slope_of(self.formula)

            @keras.ops.custom_gradient
            def function(z: Any) -> Any:
                def gradient(*given: Any, upstream: Any = None) -> Any:
                    change = given[0] if upstream is None else upstream
                    return change * evaluate_tensor(slope, z)

                return evaluate_tensor(node, z), gradient

            return function(z)

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "formula": self.formula}

    return Formula


def _layer(text: str) -> Any:
    return _layer_class()(text)


FORMULA = Activation(
    name="formula",
    title=N_("Formula"),
    formula=r"f(x)",
    slope_formula=r"f'(x)",
    parameters=(Written("f", EXAMPLE, canonical),),
    value=value,
    slope=slope,
    slope_on_tensors=slope_on_tensors,
    layer=_layer,
    steepest=steepest,
    bounds=bounds,
    strengths=N_("Whatever you can write: plotted, differentiated and trained as the others are."),
    weaknesses=N_(
        "Nobody has tested it before you: watch its slopes and what grows without bound."
    ),
    reference="Ramachandran, Zoph & Le, Searching for Activation Functions, 2017",
    # Without a theme; charts draw it in black on light pages, in white on dark ones.
    colour="#808080",
)


@lru_cache(maxsize=64)
def activation(text: str) -> Activation:
    """The record of one formula, without parameters, as the other activations have theirs.

    Raises:
        InvalidExperiment: ``text`` is no formula.
    """
    own = canonical(text)
    return Activation(
        name="formula",
        title=own,
        formula=f"f(x) = {latex(read(own))}",
        slope_formula=f"f'(x) = {_short(latex(slope_of(own)))}",
        value=lambda z: value(z, own),
        slope=lambda z: slope(z, own),
        slope_on_tensors=lambda: slope_on_tensors(own),
        layer=lambda: _layer(own),
        steepest=lambda: steepest(own),
        bounds=lambda: bounds(own),
        strengths=FORMULA.strengths,
        weaknesses=FORMULA.weaknesses,
        reference=FORMULA.reference,
        colour=FORMULA.colour,
    )


def label(choice: str) -> str:
    """``formula(x * tanh(x))`` as charts and tables name it: ``x·tanh(x)``; other choices as is.

    Cut where it is long. Without the asterisks, which Markdown would take as its own.
    """
    name, _, rest = choice.partition("(")
    if name != FORMULA.name or not rest:
        return choice
    text = rest.removesuffix(")").replace("**", "^").replace(" * ", "·")
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"


def _short(formula: str) -> str:
    return formula if len(formula) <= LONGEST_LATEX else r"\ldots"
