"""Functions: every entry is on the page, a formula is drawn or refused, the link holds it all."""

from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from core.catalog import ACTIVATIONS, LOSSES
from core.errors import BundleUnavailable
from pages.shared import caches
from pages.shared.markdown import escaped

from .conftest import opened

_functions = partial(opened, "Functions")


def _told(app: AppTest) -> str:
    return " ".join(str(one.value) for one in [*app.markdown, *app.latex, *app.caption])


def test_every_activation_of_the_catalog_is_in_the_menu_the_table_and_the_curves() -> None:
    app = _functions()
    assert not app.exception
    named = [name for name in ACTIVATIONS if name != "formula"]
    assert app.selectbox(key="function").options == named
    assert app.dataframe[0].value["function"].tolist() == named
    assert set(caches.function_curves(tuple(named), 5)["activation"]) == set(named)


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "formula"])
def test_an_activation_in_the_link_is_shown_with_its_formulas(name: str) -> None:
    app = _functions(function=name)
    assert not app.exception
    assert app.selectbox(key="function").value == name
    shown = [one.value for one in app.latex]
    assert any(ACTIVATIONS[name].formula in text for text in shown)
    assert any(ACTIVATIONS[name].slope_formula in text for text in shown)


def test_costs_are_the_shipped_ones_with_machine_and_rounds_and_missing_ones_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = _functions()
    numbers = app.dataframe[0].value.set_index("function")["cost of f and f′"]
    assert numbers["relu"] == "1.0 ×"
    assert float(numbers["mish"].split()[0]) > 2
    told = _told(app)
    costs = caches.activation_costs()
    assert costs.machine["processor"] in told
    assert f"medians of {costs.frame['n'].max()} rounds" in told

    def gone() -> None:
        raise BundleUnavailable("The measured costs of activations cannot be read: {reason}.",
                                reason="gone")  # fmt: skip

    monkeypatch.setattr(caches, "activation_costs", gone)
    app = _functions()
    assert not app.exception
    assert escaped("cannot be read: gone") in app.info[0].value
    assert set(app.dataframe[0].value["cost of f and f′"]) == {"–"}


def test_a_formula_in_the_link_is_drawn_with_its_derivative() -> None:
    app = _functions(formula="x * sin(x)", function="formula")
    assert not app.exception
    assert not app.warning
    assert any(r"x\,\sin(x)" in one.value for one in app.latex)
    assert any(r"\sin(x) + x\,\cos(x)" in one.value for one in app.latex)
    assert app.dataframe[0].value["function"].tolist()[-1] == "x·sin(x)"


@pytest.mark.parametrize(
    "text", ["__import__('os')", "x +", "((((", "<script>x</script>", "9**9**9"]
)
def test_a_formula_that_is_none_is_one_sentence_and_the_rest_stays(text: str) -> None:
    app = _functions()
    app.text_input(key="formula").set_value(text).run()
    assert not app.exception
    assert len(app.warning) == 1
    # Somebody types: there need not be a link.
    assert "link" not in app.warning[0].value
    assert app.text_input(key="formula").value == text
    assert len(app.dataframe) == 2


def test_a_formula_that_is_typed_is_the_function_in_bold_until_another_is_chosen() -> None:
    app = _functions()
    app.text_input(key="formula").set_value("x * sin(x)").run()
    assert app.selectbox(key="function").value == "formula"
    assert any(r"\sin(x) + x\,\cos(x)" in one.value for one in app.latex)
    app.selectbox(key="function").set_value("tanh").run()
    assert app.query_params["function"] == "tanh"
    assert app.selectbox(key="function").value == "tanh"


def test_a_formula_that_is_no_number_somewhere_says_so() -> None:
    app = _functions(formula="log(x)", function="formula")
    assert not app.exception
    assert "diverges" in _told(app)


@pytest.mark.parametrize("name", ["sigmoid", "step", "relu"])
def test_depth_is_told_in_numbers(name: str) -> None:
    app = _functions(part="depth", function=name, weights="he_normal", lang="ja")
    assert not app.exception
    assert "50 層を経ると勾配は" in _told(app)


def test_every_loss_is_shown_with_its_formula() -> None:
    app = _functions(part="losses")
    assert not app.exception
    shown = {one.value.strip("$\n ") for one in app.latex}
    assert {loss.formula for loss in LOSSES.values()} <= shown
    app.slider(key="outlier").set_value(20.0).run()
    assert "mae 0" in _told(app)


def test_scores_of_softmax_are_those_of_the_link_and_move() -> None:
    app = _functions(part="softmax", z1="0", z2="0", z3="0", **{"class": "2"})
    assert not app.exception
    assert "33.3 %" in _told(app)
    app.slider(key="z2").set_value(10.0).run()
    assert "100.0 %" in _told(app)
    assert app.query_params["z2"] in ("10", ["10"])


def test_nonsense_in_the_link_is_a_sentence_and_the_page_stays() -> None:
    app = _functions(part="x", function="y", reach="zz", z1="inf", formula="eval(x)")
    assert not app.exception
    assert app.warning
    assert app.dataframe
