"""Fields: what people write becomes one canonical value, or a sentence that says what is valid."""

import math

import numpy as np
import pytest

from core.errors import InvalidExperiment
from core.fields import FIELDS
from core.language import translator
from core.report import CONFIG_COLUMNS


@pytest.mark.parametrize(
    ("field", "written", "value"),
    [
        ("epochs", "5", 5),
        ("epochs", 5.0, 5),
        ("epochs", "1e3", 1000),
        ("epochs", np.int64(7), 7),
        ("seed", 2**32 - 1, 4294967295),
        ("seed", str(2**32 - 1), 4294967295),
        ("learning_rate", "1e-3", 0.001),
        ("learning_rate", " 0.001 ", 0.001),
        ("learning_rate", np.float32(0.5), 0.5),
        ("l1", "-0", 0.0),
        ("noise", "none", None),
        ("noise", None, None),
        ("clip_norm", "", None),
        ("activation", "ReLU", "relu"),
        ("activation", "leaky-relu", "leaky_relu(0.01)"),
        ("activation", "leaky_relu( 1e-2 )", "leaky_relu(0.01)"),
        ("output", "None", None),
        ("loss", "huber(2)", "huber(2)"),
        ("bias_initializer", "0.01", "constant(0.01)"),
        ("bias_initializer", 0, "zeros"),
        ("bias_initializer", "normal(0.1)", "normal(0.1)"),
        ("hidden", "128,128", (128, 128)),
        ("hidden", "[8, 4]", (8, 4)),
        ("hidden", "128-128", (128, 128)),
        ("hidden", [8, "4"], (8, 4)),
        ("hidden", 16, (16,)),
        ("hidden", "none", ()),
        ("hidden", [], ()),
        ("hidden", "1" + ",1" * 63, (1,) * 64),
    ],
)
def test_what_is_written_becomes_one_value(field: str, written: object, value: object) -> None:
    read = FIELDS[field].read(written)
    assert read == value
    assert type(read) is type(value)


def test_zero_has_no_sign() -> None:
    assert math.copysign(1, FIELDS["l1"].read(-0.0)) == 1


NOT_NUMBERS = [math.nan, math.inf, -math.inf, "nan", "inf", True, False, "yes", "", [], {}, "0x5"]
NUMBERS = ["train_samples", "noise", "learning_rate", "batch_size", "epochs", "l1", "l2"]
NUMBERS += ["clip_norm", "seed", "hidden"]
OPTIONAL = {"train_samples", "noise", "clip_norm"}


# Nothing is an answer too: an optional field is left out, an empty list is no hidden layer.
ABSENT = {*((field, "") for field in OPTIONAL), ("hidden", "[]")}
REFUSED = [
    (field, written)
    for field in NUMBERS
    for written in [*NOT_NUMBERS, b"5", 1j]
    if (field, written if isinstance(written, str) else repr(written)) not in ABSENT
]


# The last of them is a number that Python itself refuses to write out.
@pytest.mark.parametrize(
    ("field", "written"), [*REFUSED, *(pytest.param(f, -(10**5000), id=f) for f in NUMBERS)]
)
def test_what_is_no_number_is_refused_by_its_field(field: str, written: object) -> None:
    with pytest.raises(InvalidExperiment, match=f"^{field} must be a (whole )?number"):
        FIELDS[field].read(written)


@pytest.mark.parametrize(
    ("field", "written", "valid"),
    [
        ("epochs", -1, "from 0 to 100000"),
        ("epochs", 1.5, "whole number"),
        ("epochs", 10**9, "from 0 to 100000"),
        ("learning_rate", 0, "above 0"),
        ("learning_rate", -0.1, "above 0"),
        ("clip_norm", 0, "above 0"),
        ("batch_size", 0, "from 1"),
        ("train_samples", 0, "from 1"),
        ("hidden", 10**9, "from 1 to 16384"),
        ("hidden", [0], "from 1 to 16384"),
        ("hidden", "16,,16", "whole number"),
        ("hidden", [[8], [8]], "whole number"),
        ("hidden", [1] * 65, "at most 64"),
        ("seed", 2**32, "from 0 to 4294967295"),
        ("outliers", 1.1, "from 0 to 1"),
        ("noise", -1, "from 0 to 100"),
        ("l2", 1e4, "from 0 to 1000"),
        ("activation", "rellu", "leaky_relu"),
        pytest.param("activation", 10**5000, "leaky_relu", id="endless"),
        ("activation", None, "leaky_relu"),
        ("activation", "relu(1)", "relu takes"),
        ("activation", "leaky_relu(x)", "must be a number"),
        ("activation", "leaky_relu(nan)", "must be a number"),
        ("activation", "leaky_relu(0.1", "not closed"),
        pytest.param("activation", "x" * 10**6, "leaky_relu", id="long"),
        ("loss", "__import__('os')", "cross_entropy"),
        ("bias_initializer", True, "constant"),
        ("bias_initializer", "inf", "constant"),
        ("bias_initializer", 1e30, "-1000 to 1000"),
    ],
)
def test_a_refusal_says_what_is_valid(field: str, written: object, valid: str) -> None:
    with pytest.raises(InvalidExperiment) as caught:
        FIELDS[field].read(written)
    sentence = str(caught.value)
    assert valid in sentence
    assert "\n" not in sentence
    assert len(sentence) < 400
    # The placeholders of the translation fit, whatever the language.
    assert caught.value.told(translator("ja"))


def test_the_fields_are_the_columns_of_runs_in_their_order() -> None:
    assert tuple(FIELDS) == CONFIG_COLUMNS
