"""The tree of an expression of one variable x, and sums and products of trees, kept short.

What a function's name means, and how a tree is evaluated, is in ``expression.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class Variable:
    """x, the pre-activation."""


@dataclass(frozen=True, slots=True)
class Apply:
    """An operation, by its name in OPERATIONS, on its arguments."""

    name: str
    arguments: tuple[Node, ...]


Node: TypeAlias = Number | Variable | Apply

X, ZERO, ONE, TWO = Variable(), Number(0.0), Number(1.0), Number(2.0)


def depends(node: Node) -> bool:
    """Whether x occurs in ``node``."""
    if isinstance(node, Apply):
        return any(depends(argument) for argument in node.arguments)
    return isinstance(node, Variable)


def plus(a: Node, b: Node) -> Node:
    """The sum of both."""
    if a == ZERO or b == ZERO:
        return b if a == ZERO else a
    if isinstance(b, Apply) and b.name == "negative":
        return minus(a, b.arguments[0])
    return Apply("add", (a, b))


def minus(a: Node, b: Node) -> Node:
    """The first less the second."""
    if b == ZERO:
        return a
    return negative(b) if a == ZERO else Apply("subtract", (a, b))


def times(a: Node, b: Node) -> Node:
    """The product of both, a number first."""
    if ZERO in (a, b):
        return ZERO
    if ONE in (a, b):
        return b if a == ONE else a
    for one, other, left in ((a, b, True), (b, a, False)):
        if isinstance(one, Apply) and one.name == "negative":
            inner = one.arguments[0]
            return negative(times(inner, other) if left else times(other, inner))
    if isinstance(b, Number):
        if isinstance(a, Number):
            return Number(a.value * b.value)
        return times(b, a)
    if isinstance(a, Number) and isinstance(b, Apply) and b.name == "multiply":
        first, rest = b.arguments
        if isinstance(first, Number):
            return times(Number(a.value * first.value), rest)
    return Apply("multiply", (a, b))


def negative(a: Node) -> Node:
    """The opposite."""
    if isinstance(a, Apply) and a.name == "negative":
        return a.arguments[0]
    return ZERO if a == ZERO else Apply("negative", (a,))


def over(a: Node, b: Node) -> Node:
    """The first over the second."""
    return ZERO if a == ZERO else Apply("divide", (a, b))
