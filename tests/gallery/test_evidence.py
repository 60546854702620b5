"""Claims and the shipped runs: verdicts, what is said of them, and what remarks say."""

import math

import pytest

from core.analysis.claims import Effect, Fading, Gain, Sooner, Verdict
from core.gallery.claims import CLAIMS, Found, shipped
from core.gallery.entries import ENTRIES
from core.gallery.evidence import brief, line, sentence, tally
from core.language import translator
from core.metrics import METRICS

HOLDS = {
    *("relu-before-tanh", "tanh-before-sigmoid", "zero-centred", "nonlinear", "sigmoid-vanishes"),
    *("relu-dies", "leaky-lives", "larger-rate", "entropy-before-mse", "mae-above-mse"),
    *("huber-above-mse", "he-keeps", "zeros-fail"),
}
FAILS = {"elu-before-relu", "relu-keeps", "deeper-above"}
ENTRY_TABLES = {name: shipped(name) for name in ENTRIES}


def _found(name: str) -> Found:
    return CLAIMS[name].found(ENTRY_TABLES[CLAIMS[name].entry])


@pytest.mark.parametrize("name", CLAIMS)
def test_every_claim_has_five_seeds_an_exact_effect_and_the_verdict_that_is_known(
    name: str,
) -> None:
    found = _found(name)
    assert found.effect.n == 5
    assert found.effect.bound == "exact"
    assert found.effect.low < found.effect.value < found.effect.high
    expected = Verdict.HOLDS if name in HOLDS else Verdict.FAILS if name in FAILS else Verdict.OPEN
    assert found.verdict is expected


def test_remarks_that_speak_of_results_hold() -> None:
    # "He's initial weights keep it", "Glorot's initial weights leave a quarter"
    tables = ENTRY_TABLES["initial-weights"]
    kept = Fading("he_normal", "delta_rms", 1, 5, 0, asked=1).effect(tables)
    assert 0.8 < kept.low < 1 < kept.high < 1.25
    left = Fading("glorot_uniform", "delta_rms", 1, 5, 0, asked=1).effect(tables)
    assert 0.2 < left.low < 0.25 < left.high < 0.3
    # "with Adam on MNIST, ReLU is the faster one"
    faster = Sooner("relu", "tanh", 0.97).effect(ENTRY_TABLES["mnist-activations"])
    assert faster.verdict(1) is Verdict.HOLDS
    # "Adam at 0.1, a hundred times its usual learning rate"; "here it is 0.01"
    runs = ENTRY_TABLES["dying-relu"].runs
    assert set(runs["optimizer"]) == {"adam(0.9, 0.999)"}
    assert runs["learning_rate"].max() == pytest.approx(100 * 0.001)
    assert "leaky_relu(0.01)" in set(ENTRY_TABLES["mnist-activations"].runs["activation"])


def test_effects_are_told_in_their_units_in_both_languages() -> None:
    english, japanese = translator("en"), translator("ja")
    sooner = _found("relu-before-tanh")
    assert brief(sooner, english) == "×1.29 (1.02 – 1.63)"
    assert line(sooner, english) == "×1"
    assert sentence(sooner, english) == (
        "To 97 %, tanh takes 1.29 times the epochs of relu, 95 % interval 1.02 to 1.63."
    )
    gain = _found("leaky-lives")
    assert brief(gain, japanese).startswith("+46.89 ポイント (+18.08 – ")
    assert sentence(gain, japanese).startswith("最終的なテスト正解率、leaky_relu · lr 0.1 − relu")
    assert line(_found("zeros-fail"), english) == "50 points"
    # R² has no points.
    assert brief(_found("mae-above-mse"), english) == "+1.09 (+0.762 – +1.41)"
    assert "95 % interval +0.762 to +1.41" in sentence(_found("mae-above-mse"), english)
    assert line(_found("relu-dies"), english) == "40 %"
    assert brief(_found("relu-dies"), english) == "64.3 % (62.5 % – 66.0 %)"
    assert "of layer 10 is 5.2×10⁵ times" in sentence(_found("sigmoid-vanishes"), english)


@pytest.mark.parametrize(("bound", "told"), [("least", "≥ ×6.00"), ("most", "≤ ×6.00")])
def test_a_bound_is_told_as_one_without_an_interval(bound: str, told: str) -> None:
    effect = Effect(6.0, math.nan, math.nan, 5, bound)
    known = _found("relu-before-tanh")
    found = Found(known.claim, effect, known.metric, Verdict.OPEN)
    assert brief(found, str) == told
    assert "there is no interval" in sentence(found, str)
    nothing = Found(
        known.claim, Effect(math.nan, math.nan, math.nan, 0), known.metric, Verdict.OPEN
    )
    assert brief(nothing, str) == "–"


def test_the_tally_counts_each_verdict() -> None:
    told = tally([Verdict.HOLDS, Verdict.OPEN, Verdict.HOLDS, Verdict.FAILS], str)
    assert told == "Of 4 claims 2 hold, 1 do not, and 1 are not decided."


def test_labels_of_claims_are_configurations_of_their_entry() -> None:
    for claim in CLAIMS.values():
        if isinstance(claim.measure, Gain):
            with pytest.raises(ValueError, match="not enough values"):
                Gain("nobody", claim.measure.other).effect(ENTRY_TABLES[claim.entry])
    assert {claim.entry for claim in CLAIMS.values()} == set(ENTRIES)
    assert METRICS["test_accuracy"].share
