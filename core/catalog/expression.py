"""Expressions of one variable x: a tree that is evaluated, differentiated and never executed.

One table, ``OPERATIONS``, says of each function and operator what it is in NumPy, in Keras and
in LaTeX, and its derivative. Texts are read in ``notation.py``; nothing here knows networks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import pi
from types import MappingProxyType
from typing import Any

import numpy as np

from core.catalog.activation import Array
from core.catalog.algebra import (
    ONE,
    TWO,
    ZERO,
    Apply,
    Node,
    Number,
    Variable,
    depends,
    minus,
    negative,
    over,
    plus,
    times,
)
from core.catalog.bounded import logistic
from core.catalog.rectified import softplus


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: ``array`` on NumPy arrays, ``tensor(ops, …)`` on Keras tensors.

    ``partials(…)`` are its derivatives by each argument; None where there is none to follow.
    """

    arity: int
    array: Callable[..., Array]
    tensor: Callable[..., Any]
    partials: Callable[..., tuple[Node | None, ...]]
    latex: str


def evaluate(node: Node, z: Array) -> Array:
    """``node`` at x = ``z``, in z's dtype and shape; what is undefined is NaN or infinite."""
    with np.errstate(all="ignore"):
        found = _walk(
            node,
            z,
            lambda value: np.asarray(value, z.dtype),
            lambda name, arguments: OPERATIONS[name].array(*arguments),
        )
        return np.array(np.broadcast_to(found, z.shape), z.dtype)


def evaluate_tensor(node: Node, z: Any) -> Any:
    """``node`` at x = ``z``, a Keras tensor, in its dtype and shape."""
    from keras import ops

    found = _walk(
        node,
        z,
        lambda value: ops.convert_to_tensor(np.asarray(value, np.float64), dtype=z.dtype),
        lambda name, arguments: OPERATIONS[name].tensor(ops, *arguments),
    )
    return found if depends(node) else ops.zeros_like(z) + found


def derivative(node: Node) -> Node:
    """The derivative of ``node`` by x, without what is plainly 0 or 1; 0 at kinks, as relu's."""
    if not isinstance(node, Apply):
        return ONE if isinstance(node, Variable) else ZERO
    if node.name in ("where", "min", "max"):
        *compared, then, other = node.arguments
        follows = "le" if node.name == "min" else "ge"
        condition = compared[0] if compared else Apply(follows, node.arguments)
        then, other = derivative(then), derivative(other)
        return then if then == other else Apply("where", (condition, then, other))
    total: Node = ZERO
    partials = OPERATIONS[node.name].partials(*node.arguments)
    for partial, argument in zip(partials, node.arguments, strict=True):
        # A factor that x does not reach would only bring in what it is undefined at.
        if partial is not None and depends(argument):
            total = plus(total, times(partial, derivative(argument)))
    return total


def _walk(
    node: Node,
    z: Any,
    constant: Callable[[float], Any],
    perform: Callable[[str, list[Any]], Any],
) -> Any:
    """The value of ``node``; parts that a derivative shares are computed once."""
    known: dict[int, Any] = {}

    def value(part: Node) -> Any:
        if isinstance(part, Number):
            return constant(part.value)
        if isinstance(part, Variable):
            return z
        if id(part) not in known:
            if part.name == "power" and (whole := _small_power(part.arguments[1])):
                known[id(part)] = _product(value(part.arguments[0]), whole)
            else:
                known[id(part)] = perform(part.name, [value(one) for one in part.arguments])
        return known[id(part)]

    return value(node)


def _small_power(exponent: Node) -> int:
    """A whole exponent that a few products replace, which cost a tenth of a power; else 0."""
    small = isinstance(exponent, Number) and exponent.value in (1, 2, 3, 4)
    return int(exponent.value) if small and isinstance(exponent, Number) else 0


def _product(base: Any, times: int) -> Any:
    square = base * base if times > 1 else base
    return (square, square, square * base, square * square)[times - 1]


def _call(name: str, *arguments: Node) -> Apply:
    return Apply(name, arguments)


def _raised(a: Node, b: Node) -> Node:
    if b == ONE:
        return a
    return ONE if b == ZERO else _call("power", a, b)


def _power_partials(a: Node, b: Node) -> tuple[Node, Node]:
    less = Number(b.value - 1) if isinstance(b, Number) else minus(b, ONE)
    grows: Node = times(_call("power", a, b), _call("log", a))
    if depends(a):
        # Below 0 there are powers at whole exponents alone, which do not change.
        grows = _call("where", _call("gt", a, ZERO), grows, ZERO)
    return times(b, _raised(a, less)), grows


def _erf(z: Array) -> Array:
    from scipy.special import erf

    return np.asarray(erf(z))


def _of_keras(name: str) -> Callable[..., Any]:
    return lambda ops, *arguments: getattr(ops, name)(*arguments)


def _function(
    array: Callable[[Array], Array],
    keras: str,
    slope: Callable[[Node], Node | None],
    latex: str,
) -> Operation:
    return Operation(1, array, _of_keras(keras), lambda u: (slope(u),), latex)


def _smooth_step(u: Node) -> Node:
    s = _call("sigmoid", u)
    return times(s, minus(ONE, s))


def _followed(*arguments: Node) -> tuple[Node | None, ...]:
    """No slopes: the branch that is taken is followed, by ``derivative`` itself."""
    return (None,) * len(arguments)


def _comparison(array: Callable[..., Array], keras: str, latex: str) -> Operation:
    return Operation(2, array, _of_keras(keras), lambda a, b: (None, None), latex)


_TANH = _function(
    np.tanh, "tanh", lambda u: minus(ONE, _raised(_call("tanh", u), TWO)), r"\tanh({0})"
)

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "add": Operation(2, np.add, lambda ops, a, b: a + b, lambda a, b: (ONE, ONE), "{0} + {1}"),
        "subtract": Operation(
            2, np.subtract, lambda ops, a, b: a - b, lambda a, b: (ONE, Number(-1.0)), "{0} - {1}"
        ),
        "multiply": Operation(
            2, np.multiply, lambda ops, a, b: a * b, lambda a, b: (b, a), r"{0}\,{1}"
        ),
        "divide": Operation(
            2,
            np.divide,
            lambda ops, a, b: a / b,
            lambda a, b: (over(ONE, b), negative(over(a, _raised(b, TWO)))),
            r"\frac{{{0}}}{{{1}}}",
        ),
        "power": Operation(2, np.power, _of_keras("power"), _power_partials, "{{{0}}}^{{{1}}}"),
        "negative": Operation(1, np.negative, lambda ops, a: -a, lambda a: (Number(-1.0),), "-{0}"),
        "exp": _function(np.exp, "exp", lambda u: _call("exp", u), "e^{{{0}}}"),
        "log": _function(np.log, "log", lambda u: over(ONE, u), r"\ln({0})"),
        "log1p": _function(np.log1p, "log1p", lambda u: over(ONE, plus(ONE, u)), r"\ln(1 + {0})"),
        "expm1": _function(np.expm1, "expm1", lambda u: _call("exp", u), r"(e^{{{0}}} - 1)"),
        "sqrt": _function(
            np.sqrt,
            "sqrt",
            lambda u: over(Number(0.5), _call("sqrt", u)),
            r"\sqrt{{{0}}}",
        ),
        "abs": _function(np.abs, "abs", lambda u: _call("sign", u), "|{0}|"),
        "sign": _function(np.sign, "sign", lambda u: None, r"\operatorname{{sign}}({0})"),
        "step": Operation(
            1,
            # What is not a number stays none.
            lambda z: np.maximum(np.sign(z), 0),
            lambda ops, z: ops.relu(ops.sign(z)),
            lambda u: (None,),
            r"\mathbf{{1}}_{{{0} > 0}}",
        ),
        "sin": _function(np.sin, "sin", lambda u: _call("cos", u), r"\sin({0})"),
        "cos": _function(np.cos, "cos", lambda u: negative(_call("sin", u)), r"\cos({0})"),
        "atan": _function(
            np.arctan,
            "arctan",
            lambda u: over(ONE, plus(ONE, _raised(u, TWO))),
            r"\arctan({0})",
        ),
        "sinh": _function(np.sinh, "sinh", lambda u: _call("cosh", u), r"\sinh({0})"),
        "cosh": _function(np.cosh, "cosh", lambda u: _call("sinh", u), r"\cosh({0})"),
        "tanh": _TANH,
        "erf": _function(
            _erf,
            "erf",
            lambda u: times(Number(2 / pi**0.5), _call("exp", negative(_raised(u, TWO)))),
            r"\operatorname{{erf}}({0})",
        ),
        "sigmoid": _function(logistic, "sigmoid", _smooth_step, r"\sigma({0})"),
        "relu": _function(
            lambda z: np.maximum(z, 0),
            "relu",
            lambda u: _call("step", u),
            r"\operatorname{{relu}}({0})",
        ),
        "softplus": _function(
            softplus,
            "softplus",
            lambda u: _call("sigmoid", u),
            r"\operatorname{{softplus}}({0})",
        ),
        "min": Operation(
            2,
            np.minimum,
            _of_keras("minimum"),
            _followed,
            r"\min({0}, {1})",
        ),
        "max": Operation(
            2,
            np.maximum,
            _of_keras("maximum"),
            _followed,
            r"\max({0}, {1})",
        ),
        "where": Operation(
            3,
            np.where,
            _of_keras("where"),
            _followed,
            r"\begin{{cases}} {1} & {0} \\ {2} & \text{{else}} \end{{cases}}",
        ),
        "lt": _comparison(np.less, "less", "{0} < {1}"),
        "le": _comparison(np.less_equal, "less_equal", r"{0} \le {1}"),
        "gt": _comparison(np.greater, "greater", "{0} > {1}"),
        "ge": _comparison(np.greater_equal, "greater_equal", r"{0} \ge {1}"),
    }
)
