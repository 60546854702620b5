"""Every catalog entry has all that a page shows: names, formulas, words, sources."""

import re
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from core.catalog import (
    ACTIVATIONS,
    BIAS_INITIALIZERS,
    KERNEL_INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    OUTPUTS,
    SCHEDULES,
    default_choice,
    parse,
)
from core.catalog.choice import Written

CATALOGS: dict[str, Mapping[str, Any]] = {
    "activation": ACTIVATIONS,
    "output": OUTPUTS,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "initializer": KERNEL_INITIALIZERS,
    "bias initializer": BIAS_INITIALIZERS,
}
each_entry = pytest.mark.parametrize(
    ("kind", "entry"),
    [(kind, entry) for kind, catalog in CATALOGS.items() for entry in catalog.values()],
    ids=lambda value: getattr(value, "name", value),
)

PROMISED = {
    "activation": "linear step sigmoid tanh relu leaky_relu prelu elu selu gelu silu mish softplus"
    " softsign hard_sigmoid relu6",
    "output": "softmax sigmoid linear",
    "loss": "cross_entropy binary_cross_entropy mse mae huber kl_divergence log_cosh hinge focal",
    "optimizer": "sgd momentum nesterov rmsprop adagrad adam adamw nadam lion",
    "schedule": "constant cosine step warm_up",
    "initializer": "glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal"
    " normal uniform orthogonal zeros",
    "bias initializer": "constant zeros normal",
}


@pytest.mark.parametrize("kind", CATALOGS)
def test_catalog_holds_what_the_design_promises(kind: str) -> None:
    assert set(PROMISED[kind].split()) <= set(CATALOGS[kind])


@each_entry
def test_entry_is_listed_under_its_name_and_parses_as_itself(kind: str, entry: Any) -> None:
    assert CATALOGS[kind][entry.name] is entry
    choice = default_choice(entry)
    assert parse(entry.name, CATALOGS[kind], kind) == choice
    assert parse(str(choice), CATALOGS[kind], kind) == choice


@each_entry
def test_entry_has_all_texts(kind: str, entry: Any) -> None:
    assert entry.title
    for sentence in (entry.strengths, entry.weaknesses):
        assert re.fullmatch(r"[A-Z0-9].*\.", sentence), sentence
        assert 12 <= len(sentence) <= 130, sentence
    assert re.search(r", (1[789]|20)\d\d$", entry.reference), entry.reference


@each_entry
def test_formulas_are_balanced_latex(kind: str, entry: Any) -> None:
    for formula in [entry.formula] + ([entry.slope_formula] if kind == "activation" else []):
        braces = formula.replace(r"\{", "").replace(r"\}", "")
        assert braces and braces.count("{") == braces.count("}")
        assert formula.count(r"\left") - formula.count(r"\leftarrow") == formula.count(r"\right")
        begun = re.findall(r"\\begin\{(\w+)\}", formula)
        assert begun == re.findall(r"\\end\{(\w+)\}", formula)


@each_entry
def test_parameters_have_defaults_in_their_range(kind: str, entry: Any) -> None:
    names = [parameter.name for parameter in entry.parameters]
    assert len(set(names)) == len(names)
    for parameter in entry.parameters:
        if isinstance(parameter, Written):
            assert parameter.read(parameter.default) == parameter.default
            continue
        assert parameter.low <= parameter.default <= parameter.high


@each_entry
def test_entry_is_frozen(kind: str, entry: Any) -> None:
    with pytest.raises((AttributeError, TypeError)):
        entry.name = "other"


def test_catalogs_cannot_be_changed() -> None:
    for catalog in CATALOGS.values():
        with pytest.raises(TypeError):
            catalog["own"] = None  # type: ignore[index]


def test_importing_the_catalog_imports_neither_tensorflow_nor_keras_nor_scipy() -> None:
    program = (
        "import sys, core.catalog;"
        "print([name for name in ('tensorflow', 'keras', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
