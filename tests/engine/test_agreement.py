"""Every catalog entry trains in a stack as it does by ``keras.Model.fit``.

Runs with all kinds of neighbours are trained in few stacks, and each entry's run once more
alone by Keras. A run tries several entries at once; its name in a failure says which.
"""

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import pytest

from core.catalog import (
    ACTIVATIONS,
    BIAS_INITIALIZERS,
    KERNEL_INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
)
from core.experiment import RunConfig

SEEDS = (0, 7)
# Not the defaults: parameters must arrive.
SAID = {
    "leaky_relu": "leaky_relu(0.2)",
    "elu": "elu(0.7)",
    "prelu": "prelu(0.1)",
    # Dead between -0.5 and 0.5, which no interval tells.
    "formula": "formula(relu(x - 0.5) + sin(x) * relu(-x - 0.5))",
    "huber": "huber(0.3)",
    "focal": "focal(1.5)",
    "normal": "normal(0.3)",
    "uniform": "uniform(0.4)",
    "constant": "constant(0.05)",
}
PAIRS = [
    (loss, output)
    for loss, record in LOSSES.items()
    for output in record.outputs.get("classification", ())
]
REGRESSION = [loss for loss, record in LOSSES.items() if "regression" in record.outputs]
ELEMENTWISE = [name for name, record in ACTIVATIONS.items() if not record.learned]
LEARNED = [name for name, record in ACTIVATIONS.items() if record.learned]


def said(name: str) -> str:
    return SAID.get(name, name)


def classifiers() -> Iterator[dict[str, Any]]:
    """Variants in which every activation, loss with its outputs, and initializer occurs."""
    initial = zip(cycle(KERNEL_INITIALIZERS), cycle(BIAS_INITIALIZERS), strict=False)
    others = zip(initial, cycle((0.1, 0.03, 0.3)), strict=False)
    many = max(len(ELEMENTWISE), len(PAIRS), len(KERNEL_INITIALIZERS))
    parts = zip(range(many), cycle(ELEMENTWISE), cycle(PAIRS), others, strict=False)
    for _, activation, (loss, output), ((kernel, bias), rate) in parts:
        yield {
            "activation": said(activation),
            "loss": said(loss),
            "output": output,
            "kernel_initializer": said(kernel),
            "bias_initializer": said(bias),
            "learning_rate": rate,
        }


CLASSIFIERS = list(classifiers())
# Losses that occur again after others, and activations likewise, have to find their places.
NEIGHBOURS = [
    {"activation": activation, "loss": loss}
    for activation in ("gelu", "relu", "tanh")
    for loss in ("cross_entropy", "focal(1.5)", "hinge")
]
# How each optimizer is tried: with one of the schedules, penalties and clippings each, so
# that every one of them meets an optimizer with and without moments.
SETTINGS: dict[str, dict[str, Any]] = {
    "sgd": {"learning_rate": 0.3, "clip_norm": 0.2},
    "momentum": {"learning_rate": 0.03, "schedule": "cosine(0.1)"},
    "nesterov": {"learning_rate": 0.03, "schedule": "step(0.5, 4)", "l1": 0.001},
    "rmsprop": {"schedule": "warm_up(0.3)"},
    "adagrad": {"learning_rate": 0.1, "l2": 0.003},
    "adam": {"l1": 0.001, "l2": 0.001, "clip_norm": 0.5},
    "adamw": {"schedule": "cosine", "optimizer": "adamw(0.3)"},
    "nadam": {"clip_norm": 0.3},
    "lion": {"learning_rate": 0.001, "schedule": "step", "l2": 0.01},
}


def name(fields: dict[str, Any]) -> str:
    return "-".join(str(value) for value in fields.values())


def test_the_cases_have_every_entry_of_the_catalogs() -> None:
    def tried(field: str) -> set[str]:
        return {fields[field].partition("(")[0] for fields in CLASSIFIERS}

    assert tried("activation") == set(ELEMENTWISE)
    assert tried("kernel_initializer") == set(KERNEL_INITIALIZERS)
    assert tried("bias_initializer") == set(BIAS_INITIALIZERS)
    assert {(fields["loss"].partition("(")[0], fields["output"]) for fields in CLASSIFIERS} == set(
        PAIRS
    )
    assert set(SETTINGS) == set(OPTIMIZERS)
    schedules = {
        fields.get("schedule", "constant").partition("(")[0] for fields in SETTINGS.values()
    }
    assert schedules == set(SCHEDULES)


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "xla"])
def xla(request: pytest.FixtureRequest) -> bool:
    """Whether stacks are compiled by XLA: both ways, with one reference run for the two."""
    return bool(request.param)


@pytest.fixture(scope="module")
def classified(xla: bool, config: Any, stacked: Any) -> dict[RunConfig, Any]:
    """All classifiers with both seeds, trained as one stack."""
    variants = [*CLASSIFIERS, *NEIGHBOURS]
    configs = [config(**fields, seed=seed) for fields in variants for seed in SEEDS]
    return dict(zip(configs, stacked(configs, xla, xla_reports=xla), strict=True))


@pytest.mark.parametrize("place", range(len(CLASSIFIERS)), ids=[name(c) for c in CLASSIFIERS])
def test_a_classifier_in_mixed_company_trains_as_alone_in_keras(
    place: int,
    config: Any,
    classified: dict[RunConfig, Any],
    referred: Callable[[RunConfig], Any],
    agree: Callable[..., None],
) -> None:
    run = config(**CLASSIFIERS[place], seed=SEEDS[place % 2])
    agree(classified[run], referred(run), run)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_optimizer_over_members_of_other_rates_is_keras_s_own(
    optimizer: str, xla: bool, config: Any, stacked: Any, referred: Any, agree: Any
) -> None:
    fields = {"hidden": [10], "optimizer": optimizer, "learning_rate": 0.01, **SETTINGS[optimizer]}
    slower = fields | {"learning_rate": fields["learning_rate"] / 10, "activation": "relu"}
    variants = [fields | {"activation": "tanh"}, slower]
    configs = [config(**variant, seed=seed) for seed in SEEDS for variant in variants]
    runs = stacked(configs, xla)
    # Seed 7's tanh: neither the first nor the last member.
    agree(runs[2], referred(configs[2]), configs[2])


@pytest.mark.parametrize("activation", LEARNED)
def test_learned_slopes_are_trained_as_keras_s_own(
    activation: str, xla: bool, config: Any, stacked: Any, referred: Any, agree: Any
) -> None:
    variants = [{"activation": said(activation)}, {"activation": activation, "learning_rate": 0.3}]
    configs = [config(**fields, seed=seed) for seed in SEEDS for fields in variants]
    runs = stacked(configs, xla, xla_reports=xla)
    agree(runs[2], referred(configs[2]), configs[2])


@pytest.mark.parametrize("depth", range(len(REGRESSION)))
def test_every_loss_of_regression_and_depth_trains_as_alone_in_keras(
    depth: int, xla: bool, config: Any, stacked: Any, referred: Any, agree: Any
) -> None:
    fields = {"hidden": [9, 7, 8, 6][:depth], "dataset": "diabetes", "learning_rate": 0.03}
    configs = [
        config(**fields, loss=said(loss), activation=activation, seed=seed)
        for loss, activation in zip(REGRESSION, cycle(("relu", "tanh", "silu")), strict=False)
        for seed in SEEDS
    ]
    # By depth another loss, so that each is compared once, among all of the others.
    chosen = 2 * depth + 1
    agree(stacked(configs, xla)[chosen], referred(configs[chosen]), configs[chosen])


def test_a_network_of_64_layers_trains_as_alone_in_keras(
    config: Any, stacked: Any, referred: Any, agree: Any
) -> None:
    deep = config(
        hidden=[6] * 64,
        activation="tanh",
        kernel_initializer="orthogonal",
        epochs=1,
        train_samples=64,
        test_samples=64,
    )
    run = stacked([deep])[0]
    agree(run, referred(deep), deep)
    # Orthogonal layers of tanh pass a gradient through 64 layers, so all of it was compared.
    assert run.epochs[0].layers[0].gradient_norm > 1e-6
