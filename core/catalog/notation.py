"""Formulas as text: read by an allow-list into an expression, and written again, plain and LaTeX.

Python's own parser makes the syntax tree, after length, brackets and every word were looked
at; of the tree only what is listed here is taken. Nothing of a text is ever executed.
"""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from math import e, pi

from core.catalog.algebra import Apply, Node, Number, Variable, X, depends
from core.catalog.choice import number_text, shown
from core.catalog.expression import OPERATIONS
from core.errors import InvalidExperiment
from core.language import N_

LONGEST = 200
MOST_PARTS = 100
DEEPEST = 16
# Beyond it float32 has no numbers.
LARGEST = 1e30
EXAMPLE = "x * tanh(softplus(x))"

_CONSTANTS = {"pi": pi, "e": e}
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Pow: "power",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
}
_COMPARISONS = ("lt", "le", "gt", "ge")
_SIGNS = {
    **{"add": " + ", "subtract": " - ", "multiply": " * ", "divide": " / ", "power": "**"},
    **{"lt": " < ", "le": " <= ", "gt": " > ", "ge": " >= "},
}
# How tightly each binds.
_LEVELS = {"add": 1, "subtract": 1, "multiply": 2, "divide": 2, "negative": 3, "power": 4}
_ATOM = 5
FUNCTIONS = tuple(name for name in OPERATIONS if name not in _LEVELS and name not in _COMPARISONS)

_PART = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![a-z0-9_.]))"
    r"|(?P<name>[a-z_][a-z0-9_]*)|(?P<mark>\*\*|<=|>=|[-+*/(),<>])| "
)


@lru_cache(maxsize=512)
def read(text: str) -> Node:
    """The expression that ``text`` says.

    Raises:
        InvalidExperiment: it is too long or too deep, or says anything that is not listed.
    """
    if len(text) > LONGEST:
        raise InvalidExperiment(
            N_("The formula has {count} characters; at most {most} are possible."),
            count=f"{len(text):,}",
            most=LONGEST,
        )
    plain = re.sub(r"\s", " ", text.strip())
    if plain.isascii():
        plain = plain.lower()
    _look_at_parts(plain)
    try:
        tree = ast.parse(plain, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _unreadable(plain, (getattr(error, "offset", None) or 1) - 1) from None
    node = _node(tree, plain)
    if not depends(node):
        raise InvalidExperiment(
            N_("The formula has no x, so it is the same for every input; write {example}, say."),
            example=EXAMPLE,
        )
    return node


def canonical(text: str) -> str:
    """``text`` as it is kept: one spelling for all that differ in spaces and brackets alone."""
    return written(read(text))


def _look_at_parts(text: str) -> None:
    """Refuse what is no formula before any parser sees it."""
    opened: list[int] = []
    count = 0
    for count, (place, mark) in enumerate(_parts(text), start=1):
        if mark == "(":
            opened.append(place)
        elif mark == ")":
            if not opened:
                raise _unreadable(text, place)
            opened.pop()
        if len(opened) > DEEPEST or count > MOST_PARTS:
            raise InvalidExperiment(
                N_(
                    "The formula is too intricate at place {place}: at most {parts} numbers, names"
                    " and signs, and brackets {deep} deep, are possible."
                ),
                place=place + 1,
                parts=MOST_PARTS,
                deep=DEEPEST,
            )
    if opened:
        raise InvalidExperiment(
            N_("The bracket at place {place} of the formula is not closed."), place=opened[-1] + 1
        )
    if not count:
        raise InvalidExperiment(N_("The formula is empty; write {example}, say."), example=EXAMPLE)


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """The place and the text of every number, name and sign; anything else is refused."""
    place = 0
    while place < len(text):
        found = _PART.match(text, place)
        if not found:
            raise _unknown(text[place], place)
        part, begin = found[0], place
        place = found.end()
        if part == " ":
            continue
        if found["name"] and part not in (*FUNCTIONS, *_CONSTANTS, "x"):
            raise _unknown(part, begin)
        if found["number"] and float(part) > LARGEST:
            raise InvalidExperiment(
                N_("The number at place {place} of the formula is larger than {most}."),
                place=begin + 1,
                most=number_text(LARGEST),
            )
        yield begin, part


def _unknown(part: str, place: int) -> InvalidExperiment:
    return InvalidExperiment(
        N_(
            "The formula has {value} at place {place}; valid are x, numbers, + - * / **, brackets"
            " and {valid}."
        ),
        value=shown(part),
        place=place + 1,
        valid=", ".join((*_CONSTANTS, *FUNCTIONS)),
    )


def _unreadable(text: str, place: int) -> InvalidExperiment:
    place = min(max(place, 0), max(len(text) - 1, 0))
    return InvalidExperiment(
        N_("The formula cannot be read at place {place}, near {value}; write it as {example}."),
        place=place + 1,
        value=shown(text[place : place + 12]),
        example=EXAMPLE,
    )


def _node(tree: ast.AST, text: str) -> Node:
    """What of Python's syntax is a formula; anything else is refused."""
    match tree:
        case ast.Constant(int() | float() as value):
            return Number(float(value))
        case ast.Name("x"):
            return X
        case ast.Name(name) if name in _CONSTANTS:
            return Number(_CONSTANTS[name])
        case ast.UnaryOp(ast.USub(), operand):
            return Apply("negative", (_node(operand, text),))
        case ast.UnaryOp(ast.UAdd(), operand):
            return _node(operand, text)
        case ast.BinOp(left, operator, right) if type(operator) in _OPERATORS:
            return Apply(_OPERATORS[type(operator)], (_node(left, text), _node(right, text)))
        case ast.Call(ast.Name(name), arguments, []) if name in FUNCTIONS:
            return _applied(name, arguments, tree, text)
    raise _unreadable(text, getattr(tree, "col_offset", 0))


def _applied(name: str, arguments: list[ast.expr], tree: ast.Call, text: str) -> Node:
    arity = OPERATIONS[name].arity
    many = name in ("min", "max") and len(arguments) > arity
    if len(arguments) != arity and not many:
        raise InvalidExperiment(
            N_("{name} at place {place} of the formula takes as many values as in {example}."),
            name=name,
            place=tree.col_offset + 1,
            example=_example(name),
        )
    if name == "where":
        return Apply(name, (_condition(arguments[0], text), *_nodes(arguments[1:], text)))
    first, *rest = _nodes(arguments, text)
    if arity == 1:
        return Apply(name, (first,))
    node = first
    for argument in rest:
        node = Apply(name, (node, argument))
    return node


def _nodes(trees: list[ast.expr], text: str) -> list[Node]:
    return [_node(tree, text) for tree in trees]


def _condition(tree: ast.expr, text: str) -> Node:
    match tree:
        case ast.Compare(left, [operator], [right]) if type(operator) in _OPERATORS:
            return Apply(_OPERATORS[type(operator)], (_node(left, text), _node(right, text)))
    raise InvalidExperiment(
        N_("where at place {place} of the formula begins with a comparison, as in {example}."),
        place=tree.col_offset + 1,
        example=_example("where"),
    )


def _example(name: str) -> str:
    inside = {"where": "x > 0, x, 0.01 * x", "min": "x, 6", "max": "x, 0"}
    return f"{name}({inside.get(name, 'x')})"


def written(node: Node) -> str:
    """``node`` as text, brackets only where they are needed; ``read`` reads it back."""
    if isinstance(node, Number):
        return next((name for name, value in _CONSTANTS.items() if value == node.value), None) or (
            number_text(node.value)
        )
    if isinstance(node, Variable):
        return "x"
    if node.name == "negative":
        return "-" + _bracketed(node.arguments[0], 3)
    if node.name in _SIGNS:
        left, right = _sides(node)
        return left + _SIGNS[node.name] + right
    return f"{node.name}({', '.join(map(written, node.arguments))})"


def _sides(node: Apply) -> tuple[str, str]:
    level = _LEVELS.get(node.name, 0)
    # Powers are read from the right, everything else from the left.
    lows = (level + 1, level) if node.name == "power" else (level, level + 1)
    left, right = (_bracketed(one, low) for one, low in zip(node.arguments, lows, strict=True))
    return left, right


def _bracketed(node: Node, low: int) -> str:
    text = written(node)
    level = _LEVELS.get(node.name, _ATOM) if isinstance(node, Apply) else _ATOM
    if isinstance(node, Number) and node.value < 0:
        level = _LEVELS["negative"]
    return text if level >= low else f"({text})"


def latex(node: Node) -> str:
    """``node`` in LaTeX."""
    if isinstance(node, Number):
        return r"\pi" if node.value == pi else _number_latex(node.value)
    if isinstance(node, Variable):
        return "x"
    template = OPERATIONS[node.name].latex
    level = _LEVELS.get(node.name, 0)
    # Fractions, roots and arguments of functions hold their parts without brackets.
    lows = [0] * len(node.arguments)
    if node.name == "negative":
        lows = [2]
    elif node.name in ("multiply", "subtract"):
        lows = [level, level + 1]
    elif node.name == "power":
        lows = [_ATOM, 0]
    return template.format(
        *(_latex_within(one, low) for one, low in zip(node.arguments, lows, strict=True))
    )


def _latex_within(node: Node, low: int) -> str:
    text = latex(node)
    level = _ATOM
    if isinstance(node, Apply):
        # A fraction is one thing beside others, though not below an exponent; so is e^u.
        level = {"divide": 4, "exp": 4}.get(node.name, _LEVELS.get(node.name, _ATOM))
        level = {"multiply": 3}.get(node.name, level)
    elif isinstance(node, Number) and (node.value < 0 or "cdot" in text):
        level = 1
    return text if level >= low else rf"\left({text}\right)"


def _number_latex(value: float) -> str:
    text = number_text(value) if value == round(value, 6) else f"{value:.6g}"
    mantissa, _, exponent = text.partition("e")
    return rf"{mantissa}\cdot 10^{{{int(exponent)}}}" if exponent else text
