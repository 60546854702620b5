"""PyTorch: a plain good loop over tensors in memory; test accuracy every epoch, no statistics."""

from collections.abc import Iterator, Sequence
from typing import Any

from core import Experiment
from core.experiment import RunConfig
from data import load


def ready() -> None:
    """Import PyTorch."""
    import torch  # noqa: F401


def train(experiment: Experiment, places: Sequence[int]) -> Iterator[dict[int, float]]:
    """Train run after run."""
    configs = experiment.grid()
    for place in places:
        yield {place: fit(configs[place])}


def fit(config: RunConfig, **adam: Any) -> float:
    """One run; test accuracy (0-1) after the last epoch. ``adam`` goes to the optimizer."""
    import torch
    from torch import nn

    d = load(
        config.dataset,
        seed=config.seed,
        train_samples=config.train_samples,
        test_samples=config.test_samples,
        noise=config.noise,
    )
    x, y = torch.tensor(d.x_train), torch.tensor(d.y_train).long()
    x_test, y_test = torch.tensor(d.x_test), torch.tensor(d.y_test).long()
    torch.manual_seed(config.seed)
    model = network(config)
    optimizer = torch.optim.Adam(model.parameters(), config.learning_rate, **adam)
    loss = nn.CrossEntropyLoss()
    accuracy = 0.0
    for _ in range(config.epochs):
        # As many updates as Kassei makes: what does not fill a last batch is left out.
        batches = torch.randperm(len(x)).split(config.batch_size)
        for rows in batches[: config.updates_per_epoch]:
            optimizer.zero_grad()
            loss(model(x[rows]), y[rows]).backward()
            optimizer.step()
        with torch.inference_mode():
            accuracy = float((model(x_test).argmax(1) == y_test).float().mean())
    return accuracy


def network(config: RunConfig) -> Any:
    """Linear layers with Glorot's weights and zero biases, as Keras has them."""
    from itertools import pairwise

    from torch import nn

    name, _, given = config.activation.partition("(")
    activations = {
        "relu": nn.ReLU,
        "leaky_relu": lambda: nn.LeakyReLU(float(given.rstrip(")"))),
        "tanh": nn.Tanh,
        "sigmoid": nn.Sigmoid,
        "elu": nn.ELU,
        "selu": nn.SELU,
        "gelu": nn.GELU,
        "silu": nn.SiLU,
    }
    layers: list[Any] = []
    for inputs, outputs in pairwise(config.sizes):
        linear = nn.Linear(inputs, outputs)
        nn.init.xavier_uniform_(linear.weight)
        nn.init.zeros_(linear.bias)
        layers += [linear, activations[name]()]
    return nn.Sequential(*layers[:-1])
