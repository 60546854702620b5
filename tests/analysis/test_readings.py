"""Sentences about predictions say what the numbers are, and no more than the test allows."""

import numpy as np
import pandas as pd

from core.analysis import predictions, readings
from core.metrics import METRICS


def _differ(one: int, other: int) -> predictions.Disagreement:
    labels = np.zeros(200, int)
    first, second = labels.copy(), labels.copy()
    second[:one], first[one : one + other] = 1, 1
    return predictions.disagreement(first, second, labels)


def test_a_difference_is_called_chance_unless_the_test_excludes_it() -> None:
    said = readings.disagreement(_differ(12, 8), "relu", "tanh", str)
    assert said.startswith("relu alone is right 12 times, tanh alone 8 times; both are wrong 0")
    assert "explains such a difference" in said
    assert "hardly explains" in readings.disagreement(_differ(30, 8), "relu", "tanh", str)
    assert "McNemar" not in readings.disagreement(_differ(0, 0), "relu", "tanh", str)


def test_the_most_frequent_mistake_is_a_share_of_its_class() -> None:
    truth, answers = np.array([0] * 10 + [1] * 100), np.array([0] * 9 + [1] + [1] * 97 + [0] * 3)
    table = predictions.confusion({"relu": [(answers, truth)]}, ["a", "b"])
    said = readings.frequent_mistake(table, str)
    assert "relu takes 10 % of the samples of class a for b" in said
    perfect = predictions.confusion({"relu": [(truth, truth)]}, ["a", "b"])
    assert readings.frequent_mistake(perfect, str).startswith("No sample")


def test_a_tie_is_called_one_and_of_equals_none_is_best() -> None:
    metric = METRICS["test_accuracy"]
    said = readings.best_and_worst({"relu": 0.9, "tanh": 0.900_001, "elu": 0.5}, metric, 3, str)
    assert "best for tanh, relu, a tie (90.00 %)" in said
    assert "worst for elu (50.00 %)" in said
    said = readings.best_and_worst({"relu": 1.0, "tanh": 1.0}, metric, 3, str)
    assert "the same for all: 100.00 %" in said
    assert "best" not in said


def test_best_and_worst_follow_what_the_metric_means() -> None:
    values = {"relu": 0.9, "tanh": 0.8, "elu": float("nan")}
    said = readings.best_and_worst(values, METRICS["test_accuracy"], 3, str)
    assert "best for relu (90.00 %) and worst for tanh (80.00 %)" in said
    assert "best for tanh" in readings.best_and_worst(values, METRICS["test_loss"], 3, str)
    assert readings.best_and_worst({"relu": 0.9}, METRICS["test_accuracy"], 3, str) == ""


def test_the_shift_of_outliers_is_measured_where_there_are_none() -> None:
    def frame(shift: float) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "residual": [4.0, 0.0, -shift, -shift, -shift],
                "part": ["train", "train", "test", "test", "test"],
                "outlier": [True, False, False, False, False],
            }
        )

    said = readings.outliers({"mse": frame(0.5), "mae": frame(0.1)}, str)
    assert "answers of mae least, by 0.100, and those of mse most, by 0.500" in said
    assert readings.outliers({"mse": frame(0.5).assign(outlier=False)}, str) == ""
