"""The plan of blocks: every run once, in rectangles of runs alike, bounded and repeatable."""

import random
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine import plan
from core.engine.cost import prefers_xla, seconds, training_seconds
from core.experiment import Experiment, RunConfig

FIELDS = st.fixed_dictionaries(
    {
        "activation": st.sampled_from(["relu", "tanh", "prelu(0.25)", "leaky_relu(0.01)"]),
        "loss": st.sampled_from(["cross_entropy", "mse"]),
        "learning_rate": st.sampled_from([0.1, 0.01]),
        "kernel_initializer": st.sampled_from(["he_normal", "zeros"]),
        "optimizer": st.sampled_from(["sgd", "adam(0.9, 0.999)"]),
        "hidden": st.sampled_from([(), (4,), (3000, 40)]),
        "l2": st.sampled_from([0.0, 0.1]),
        "seed": st.integers(0, 3),
    }
)
BASE = RunConfig(dataset="moons", train_samples=64, test_samples=16, epochs=2)
CONFIGS = st.lists(
    FIELDS.map(lambda fields: BASE.model_copy(update=fields)), unique=True, max_size=60
)


@given(CONFIGS)
@settings(max_examples=150)
def test_each_run_is_in_exactly_one_block(configs: list[RunConfig]) -> None:
    planned = Counter(config for block in plan.blocks(configs) for config in block.configs)
    assert planned == Counter(configs)


@given(CONFIGS)
@settings(max_examples=150)
def test_a_block_is_seeds_times_variants_of_runs_alike_within_bounds(
    configs: list[RunConfig],
) -> None:
    for block in plan.blocks(configs):
        assert len(block.configs) == block.seeds * block.variants
        rows = [
            block.configs[at : at + block.variants]
            for at in range(0, len(block.configs), block.variants)
        ]
        assert all(len({config.seed for config in row}) == 1 for row in rows)
        assert len({row[0].seed for row in rows}) == block.seeds
        assert len({tuple(map(_variant, row)) for row in rows}) == 1
        assert len({_shared(config) for config in block.configs}) == 1
        assert len({config.activation.startswith("prelu") for config in block.configs}) == 1
        assert len(block.configs) <= plan.members(block.shape)


@given(CONFIGS, st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_the_company_of_a_run_does_not_depend_on_the_order_of_its_variants(
    configs: list[RunConfig], randomness: random.Random
) -> None:
    # Seeds stand in the order first met; a list of each seed's runs may come in any order.
    by_seed = sorted(configs, key=lambda config: config.seed)
    shuffled = sorted(randomness.sample(by_seed, len(by_seed)), key=lambda config: config.seed)
    assert set(plan.blocks(by_seed)) == set(plan.blocks(shuffled))
    assert plan.blocks(by_seed) == plan.blocks(by_seed)


def test_a_sweep_of_one_network_is_one_block() -> None:
    configs = [
        BASE.model_copy(update={"seed": seed, "activation": activation, "learning_rate": rate})
        for activation in ("relu", "tanh")
        for rate in (0.1, 0.2)
        for seed in range(5)
    ]
    (block,) = plan.blocks(configs)
    assert (block.seeds, block.variants) == (5, 4)


def test_blocks_of_a_large_sweep_are_as_equal_as_can_be() -> None:
    configs = [BASE.model_copy(update={"seed": seed}) for seed in range(1100)]
    sizes = [len(block.configs) for block in plan.blocks(configs)]
    assert sum(sizes) == 1100
    assert max(sizes) - min(sizes) <= 1


def test_a_sweep_of_large_networks_is_cut_to_what_a_block_holds() -> None:
    configs = [
        BASE.model_copy(update={"hidden": (1500, 40), "learning_rate": rate, "seed": seed})
        for rate in (0.1, 0.2)
        for seed in range(10)
    ]
    sizes = [(block.seeds, block.variants) for block in plan.blocks(configs)]
    most = plan.members(configs[0])
    assert 2 < most < 10
    assert all(seeds * variants <= most for seeds, variants in sizes)
    assert sum(seeds * variants for seeds, variants in sizes) == 20


def test_what_one_block_could_hold_is_cut_for_processors_to_share_if_there_is_enough_of_it() -> (
    None
):
    def sizes(hidden: list[int]) -> list[int]:
        experiment = Experiment(dataset="digits", hidden=hidden, seed=[0, 1, 2])
        return [len(block.configs) for block in plan.blocks(experiment.grid())]

    assert sizes([300, 100]) == [1, 1, 1]
    assert sizes([8]) == [3]


def test_blocks_of_all_functions_and_some_rates_have_one_structure() -> None:
    fields = {"dataset": "mnist", "hidden": [64, 64], "learning_rate": [0.1, 0.01, 0.001]}
    experiment = Experiment(**fields, activation=["relu", "tanh", "elu"], seed=[0, 1])
    planned = plan.blocks(experiment.grid())
    assert [(block.seeds, block.variants) for block in planned] == [(1, 3)] * 6
    assert len({block.structure() for block in planned}) == 1


def test_functions_that_no_block_holds_together_are_cut_into_as_few_structures_as_can_be() -> None:
    activations = ["relu", "tanh", "elu", "selu", "gelu", "silu", "sigmoid", "softplus"]
    fields = {"dataset": "mnist", "hidden": [64, 64], "learning_rate": [0.1, 0.01, 0.001]}
    planned = plan.blocks(Experiment(**fields, activation=activations, seed=[0, 1]).grid())
    assert [len(block.configs) for block in planned] == [4] * 12
    assert len({block.structure() for block in planned}) == 2


def test_blocks_of_other_seeds_have_one_structure_and_of_other_variants_not() -> None:
    def block(**fields: Any) -> plan.Block:
        (planned,) = plan.blocks([BASE.model_copy(update=fields)])
        return planned

    assert block(seed=3).structure() == block(seed=8).structure()
    assert block(seed=3).structure() != block(seed=3, activation="tanh").structure()


def test_longer_work_costs_more_and_long_work_is_compiled() -> None:
    short, long = (
        plan.blocks([BASE.model_copy(update={"epochs": epochs})])[0] for epochs in (1, 20_000)
    )
    assert 0 < seconds(short) < seconds(long)
    assert training_seconds(short) < training_seconds(long) < seconds(long)
    assert (prefers_xla(short), prefers_xla(long)) == (False, True)


def _variant(config: RunConfig) -> tuple[object, ...]:
    return tuple(getattr(config, field) for field in plan.VARIANT_FIELDS)


def _shared(config: RunConfig) -> str:
    return config.model_dump_json(exclude={*plan.VARIANT_FIELDS, "seed"})


def test_seeds_share_a_block_only_while_their_samples_fit_in_memory() -> None:
    large = Experiment(dataset="noise(100)", train_samples=900_000, hidden=[8], seed=range(4))
    assert [block.seeds for block in plan.blocks(large.grid())] == [1, 1, 1, 1]
    part = Experiment(dataset="mnist", train_samples=50_000, hidden=[8], seed=range(4))
    assert {block.seeds for block in plan.blocks(part.grid())} == {1}
    whole = Experiment(dataset="mnist", hidden=[8], seed=range(4))
    assert [block.seeds for block in plan.blocks(whole.grid())] == [4]
