"""Formulas: one tree in NumPy, Keras, LaTeX and slopes."""

import math
import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.catalog import ACTIVATIONS
from core.catalog.algebra import Apply, Node, Number, Variable, X, depends
from core.catalog.expression import OPERATIONS, derivative, evaluate, evaluate_tensor
from core.catalog.formula import activation, bounds, slope, slope_on_tensors, steepest, value
from core.catalog.notation import FUNCTIONS, LONGEST, canonical, latex, read, written

UNARY = [name for name in FUNCTIONS if OPERATIONS[name].arity == 1]
BINARY = ["add", "subtract", "multiply", "divide", "min", "max"]
COMPARISONS = ["lt", "le", "gt", "ge"]
FORMULAS = 10_000


def drawn(random: random.Random, depth: int) -> Node:
    """An expression at random, of at most ``depth`` operations one inside another."""
    kind = random.random()
    if depth == 0 or kind < 0.15:
        return X if random.random() < 0.7 else Number(round(random.uniform(0, 4), 2))
    if kind < 0.5:
        return Apply(random.choice(UNARY), (drawn(random, depth - 1),))
    if kind < 0.6:
        return Apply("power", (drawn(random, depth - 1), Number(random.choice((2, 3, 0.5, 1.5)))))
    if kind < 0.65:
        return Apply("negative", (drawn(random, depth - 1),))
    if kind < 0.72:
        condition = Apply(random.choice(COMPARISONS), (X, drawn(random, depth - 1)))
        return Apply("where", (condition, drawn(random, depth - 1), drawn(random, depth - 1)))
    sides = (drawn(random, depth - 1), drawn(random, depth - 1))
    return Apply(random.choice(BINARY), sides)


def formulas(count: int, seed: int) -> list[Node]:
    """``count`` random expressions in which x occurs."""
    source, found = random.Random(seed), list[Node]()
    while len(found) < count:
        node = drawn(source, source.randint(1, 4))
        if depends(node) and len(written(node)) <= LONGEST:
            found.append(node)
    return found


def shaken(node: Node, z: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """``node`` by a second implementation, each operation's result off by a few 1e-13.

    Where this differs from the value, float64 does not determine the value.
    """
    if isinstance(node, Number):
        return np.full_like(z, node.value)
    if isinstance(node, Variable):
        return z.copy()
    parts = [shaken(part, z, random) for part in node.arguments]
    if node.name in COMPARISONS:
        # What rounding decides is neither true nor false.
        undecided = undecidable(parts[0] - parts[1])
        return np.where(undecided, np.nan, OPERATIONS[node.name].array(*parts))
    if node.name == "where":
        result = np.where(parts[0] == 1, parts[1], np.where(parts[0] == 0, parts[2], np.nan))
    else:
        result = np.asarray(OPERATIONS[node.name].array(*parts))
    if node.name in ("sign", "step"):
        result = np.where(undecidable(parts[0]), np.nan, result)
    # What went through infinity may come back as any number: erf(exp(exp(exp(x)))).
    result = np.where(np.abs(result) < 1e100, result, np.nan)
    return result * (1 + 1e-13 * random.choice([-1.0, 1.0], z.shape))


def undecidable(gap: np.ndarray) -> np.ndarray:
    """Whether ``gap`` is 0 but for rounding."""
    return np.asarray((gap != 0) & (np.abs(gap) < 1e-10))


def determined(node: Node, z: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Where all parts are finite and rounding moves ``found`` by less than 1e-8 of its size."""
    random = np.random.default_rng(0)
    with np.errstate(all="ignore"):
        gaps = [np.abs(shaken(node, z, random) - found) for _ in range(2)]
        sure = np.max(gaps, axis=0) <= 1e-8 * np.maximum(1, np.abs(found))
    return np.asarray(np.isfinite(found) & (np.abs(found) < 1e100) & sure)


def close(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Whether two values differ by at most 1e-6: absolutely to 1, beyond by their size."""
    return np.asarray(np.abs(one - other) <= 1e-6 * np.maximum(1, np.abs(other)))


def test_numpy_equals_keras_on_ten_thousand_random_formulas() -> None:
    z = np.concatenate([np.linspace(-6, 6, 30), np.random.default_rng(1).normal(0, 2, 34)])
    tensor, compared, finite = tf.constant(z), 0, 0
    for node in formulas(FORMULAS, seed=7):
        found = evaluate(node, z)
        on_tensors = evaluate_tensor(node, tensor).numpy()
        where = determined(node, z, found)
        finite += np.count_nonzero(np.isfinite(found))
        compared += np.count_nonzero(where)
        assert close(on_tensors[where], found[where]).all(), written(node)
    # What rounding alone decides is little of what there is to compare.
    assert compared > 0.95 * finite > 0.5 * FORMULAS * z.size


def test_the_derivative_is_that_of_automatic_differentiation() -> None:
    z = np.random.default_rng(3).normal(0, 2, 32)
    compared = 0
    for node in formulas(600, seed=11):
        tensor = tf.constant(z)
        with tf.GradientTape() as tape:
            tape.watch(tensor)
            result = evaluate_tensor(node, tensor)
        automatic = tape.gradient(
            result, tensor, unconnected_gradients=tf.UnconnectedGradients.ZERO
        ).numpy()
        slopes = derivative(node)
        found = evaluate(slopes, z)
        # Automatic differentiation is not a number where a branch not taken is none, and a
        # formula that is no number has no slope.
        where = determined(slopes, z, found) & determined(node, z, evaluate(node, z))
        where &= np.isfinite(automatic)
        compared += np.count_nonzero(where)
        assert close(automatic[where], found[where]).all(), written(node)
    assert compared > 9_000


def test_a_random_formula_is_read_back_from_its_text_as_itself() -> None:
    for node in formulas(1_000, seed=5):
        text = written(node)
        assert read(text) == node, text
        assert canonical(text) == text
        formula = latex(node)
        assert formula.count("{") == formula.count("}")
        assert formula.count(r"\left") == formula.count(r"\right")


def test_what_is_undefined_is_not_finite_and_warns_nobody() -> None:
    z = np.array([-1.0, 0.0, 1.0], np.float32)
    assert np.isnan(value(z, "log(x)")[0])
    assert value(z, "x**9**9")[2] == 1
    assert value(2 * z, "x + 9**9**9")[0] == math.inf
    assert value(z, "1e30 * x * 1e30")[2] == math.inf


def test_the_layer_trains_by_the_derivative_of_what_the_formula_means() -> None:
    z = tf.constant([[-4.0, -1.0, 0.0, 1.0, 4.0]])
    layer = ACTIVATIONS["formula"].layer("where(x > 0, sqrt(x), 0)")
    with tf.GradientTape() as tape:
        tape.watch(z)
        result = layer(z)
    # Automatic differentiation gives NaN below 0.
    np.testing.assert_allclose(tape.gradient(result, z)[0], [0, 0, 0, 0.5, 0.25])


def test_a_formula_without_any_slope_has_a_connected_gradient_of_zeros() -> None:
    layer = ACTIVATIONS["formula"].layer("where(x > 0, 1, 0)")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), layer])
    model.compile(optimizer="sgd", loss="mse")
    x = np.ones((4, 2), np.float32)
    assert np.isfinite(model.fit(x, x[:, :1], verbose=0).history["loss"]).all()


def test_slopes_on_tensors_are_those_in_numpy() -> None:
    z = np.linspace(-4, 4, 101)
    text = "relu(x - 1) + relu(-x - 1)"
    found = slope_on_tensors(text)(tf.constant(z)).numpy()
    np.testing.assert_array_equal(found, slope(z, text))
    assert not found[np.abs(z) < 1].any()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("x * tanh(softplus(x))", "mish"),
        ("x * sigmoid(x)", "silu"),
        ("x / 2 * (1 + erf(x / sqrt(2)))", "gelu"),
        ("max(0, x)", "relu"),
        ("where(x > 0, x, exp(x) - 1)", "elu"),
        ("min(max(x, 0), 6)", "relu6"),
        ("tanh(x)", "tanh"),
        ("log1p(exp(x))", "softplus"),
    ],
)
def test_a_known_activation_written_as_a_formula_is_that_activation(text: str, name: str) -> None:
    z = np.linspace(-8, 8, 999)
    record, own = ACTIVATIONS[name], activation(text)
    params = (1.0,) if name == "elu" else ()
    np.testing.assert_allclose(own.value(z), record.value(z, *params), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(own.slope(z), record.slope(z, *params), rtol=1e-6, atol=1e-9)
    assert steepest(text) == pytest.approx(record.steepest(*params), rel=1e-4)
    assert bounds(text) == pytest.approx(record.bounds(*params), abs=1e-5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + sin(x)", 2),
        ("x**2 / (1 + abs(x))", 1),
        ("(exp(x) - exp(-x)) / (exp(x) + exp(-x))", 1),
        ("tanh(1000 * (x - 0.001))", 1000),
        *((text, 1) for text in ("exp(x)", "x**3", "x * sin(x)", "x * log(1 + x**2)", "log(x)")),
        *((text, 1) for text in ("sqrt(abs(x))", "log(abs(x))", "max(x, 0)**2")),
    ],
)
def test_the_steepest_slope_is_the_supremum_or_1_where_there_is_no_bound(
    text: str, expected: float
) -> None:
    assert steepest(text) == pytest.approx(expected, rel=1e-3)
