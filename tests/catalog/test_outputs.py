"""Outputs against Keras, and which pairs of loss, output and task make sense."""

import keras
import numpy as np
import pytest
from scipy.special import log_softmax

from core.catalog import LOSSES, OUTPUTS, pairing
from core.catalog.loss import TASKS
from core.errors import InvalidExperiment


@pytest.mark.parametrize("name", OUTPUTS)
def test_output_equals_keras_and_stays_finite(name: str) -> None:
    z = np.array([[-1e4, 0, 1e4], [1e4, 1e4, 1e4], [0.1, -0.2, 0.3]])
    ours = OUTPUTS[name].value(z)
    np.testing.assert_allclose(ours, OUTPUTS[name].keras(keras.ops.array(z)), rtol=1e-6, atol=1e-12)
    if name == "softmax":
        np.testing.assert_allclose(ours.sum(axis=-1), 1)
        np.testing.assert_allclose(np.log(ours[2]), log_softmax(z[2]))


@pytest.mark.parametrize(
    ("loss", "task", "output"),
    [
        ("cross_entropy", "classification", "softmax"),
        ("kl_divergence", "classification", "softmax"),
        ("focal(2)", "classification", "softmax"),
        ("binary_cross_entropy", "classification", "sigmoid"),
        ("hinge", "classification", "linear"),
        ("mse", "classification", "softmax"),
        ("mse", "regression", "linear"),
        ("huber(0.5)", "regression", "linear"),
    ],
)
def test_a_loss_chooses_its_output(loss: str, task: str, output: str) -> None:
    assert pairing(loss, None, task) == output
    assert pairing(loss, output, task) == output


def test_mse_takes_a_sigmoid_when_asked() -> None:
    assert pairing("mse", "sigmoid", "classification") == "sigmoid"


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("task", TASKS)
def test_every_pair_is_taken_or_refused_in_a_sentence(loss: str, output: str, task: str) -> None:
    fitting = LOSSES[loss].outputs.get(task, ())
    assert (task in LOSSES[loss].tasks) == bool(fitting)
    if output in fitting:
        assert pairing(loss, output, task) == output
        return
    with pytest.raises(InvalidExperiment) as refused:
        pairing(loss, output, task)
    told = str(refused.value)
    assert loss in told and task in told and told.endswith(".")
    assert refused.value.told(lambda text: text) == told


@pytest.mark.parametrize(
    ("loss", "output", "task", "told"),
    [
        (
            "cross_entropy",
            None,
            "regression",
            "The loss cross_entropy does not fit a task of regression; valid are mse, mae, huber,"
            " log_cosh.",
        ),
        (
            "cross_entropy",
            "sigmoid",
            "classification",
            "The loss cross_entropy with the output sigmoid makes no sense for classification: it"
            " needs probabilities that add up to 1, from softmax.",
        ),
        (
            "hinge",
            "softmax",
            "classification",
            "it needs margins of either sign: choose the output linear.",
        ),
        ("mse", "softmax", "regression", "only linear can be any number."),
        ("mean", None, "regression", "Unknown loss 'mean'; valid are cross_entropy,"),
        ("mse", "tanh", "classification", "Unknown output 'tanh'; valid are softmax,"),
    ],
)
def test_a_refusal_gives_the_reason(loss: str, output: str | None, task: str, told: str) -> None:
    with pytest.raises(InvalidExperiment) as refused:
        pairing(loss, output, task)
    assert told in str(refused.value)
