"""The cases: what is trained, and by how many runs a slow peer is measured."""

from dataclasses import dataclass

from core.experiment import Experiment

EIGHT = ["relu", "leaky_relu", "tanh", "sigmoid", "elu", "selu", "gelu", "silu"]


@dataclass(frozen=True, slots=True)
class Case:
    """An experiment, and a part of it that a peer trains in its stead where it is slow."""

    name: str
    experiment: Experiment
    part: Experiment


CASES = (
    Case(
        "contract",
        Experiment(
            dataset="mnist",
            activation=["relu", "tanh", "sigmoid"],
            learning_rate=0.001,
            seed=[0, 1, 2],
            hidden=[128, 128],
            optimizer="adam",
            epochs=5,
        ),
        Experiment(
            dataset="mnist",
            activation=["relu", "tanh", "sigmoid"],
            learning_rate=0.001,
            seed=0,
            hidden=[128, 128],
            optimizer="adam",
            epochs=5,
        ),
    ),
    Case(
        "mnist",
        Experiment(dataset="mnist", activation=EIGHT, seed=[0, 1, 2], hidden=[128, 128], epochs=5),
        Experiment(dataset="mnist", activation=["relu", "gelu"], hidden=[128, 128], epochs=5),
    ),
    Case(
        "moons",
        Experiment(
            dataset="moons",
            train_samples=500,
            activation=EIGHT,
            learning_rate=[0.001, 0.01, 0.1],
            seed=[0, 1, 2],
            hidden=[16, 16, 16],
            epochs=50,
        ),
        Experiment(
            dataset="moons",
            train_samples=500,
            activation=["relu", "gelu"],
            learning_rate=0.01,
            hidden=[16, 16, 16],
            epochs=50,
        ),
    ),
)
