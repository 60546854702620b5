"""The leaderboard: the best first, and every state in words."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from pandas.testing import assert_frame_equal

from core.analysis.comparison import paired_differences
from core.analysis.convergence import convergence, epochs_to_target
from core.analysis.leaderboard import headings, leaderboard, plain_cells
from core.metrics import METRICS

Make = Callable[..., pd.DataFrame]
ACCURACY = METRICS["test_accuracy"]


def plain(text: str) -> str:
    return text


def _board(runs: Make, epochs: Make) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = runs(
        [
            ({"activation": "tanh", "seed": 0}, 0.90),
            ({"activation": "tanh", "seed": 1}, 0.92),
            ({"activation": "relu", "seed": 0}, 0.95),
            ({"activation": "relu", "seed": 1}, 0.97),
            ({"activation": "step", "seed": 0}, np.nan, "diverged"),
            ({"activation": "step", "seed": 1}, np.nan, "failed"),
        ]
    )
    history = epochs(frame, [[0.1, 0.9], [0.1, 0.92], [0.1, 0.95], [0.1, 0.97], [0.1], [0.1]])
    return leaderboard(frame, history, ACCURACY, "relu", 0.92).rows, frame


def test_the_best_mean_is_first_with_its_difference_and_its_speed(runs: Make, epochs: Make) -> None:
    board, _ = _board(runs, epochs)
    assert board["configuration"].tolist() == ["relu", "tanh", "step"]
    tanh = board.set_index("configuration").loc["tanh"]
    assert round(tanh["difference"], 6) == -0.05
    assert (tanh["reached"], tanh["ended"]) == (1, 2)


def test_its_parts_are_those_that_the_sentences_need(runs: Make, epochs: Make) -> None:
    frame = runs([({"activation": a, "seed": s}, 0.9) for a in ("relu", "tanh") for s in (0, 1)])
    history = epochs(frame, [[0.1, 0.9]] * 4)
    board = leaderboard(frame, history, ACCURACY, "relu", 0.8)
    assert_frame_equal(board.differences, paired_differences(frame, "relu", "test_accuracy"))
    assert_frame_equal(board.reached, convergence(epochs_to_target(history, frame, 0.8), frame))


def test_every_state_reads_as_intended(runs: Make, epochs: Make) -> None:
    board, _ = _board(runs, epochs)
    titles = ("configuration", "test accuracy", "against relu, points", "until 92 %")
    assert headings(ACCURACY, "relu", "92 %", plain) == titles
    assert plain_cells(board, ACCURACY, "relu", plain) == [
        ("relu", "96.00 % ±12.71", "baseline", "epoch 1 · 1.0\u00a0s"),
        ("tanh", "91.00 % ±12.71", "−5.00 ±0.00", "not reached (1/2)"),
        ("step", "1 of 2 diverged, 1 of 2 failed", "–", "not reached (0/1)"),
    ]
    assert board["clear"].tolist() == [False, True, False]


def test_runs_without_a_result_are_training(runs: Make, epochs: Make) -> None:
    frame = runs([({"activation": "relu"}, np.nan, "running")])
    board = leaderboard(frame, epochs(frame, [[0.1]]), ACCURACY, "relu", 0.9).rows
    assert plain_cells(board, ACCURACY, "relu", plain) == [("relu", "training", "baseline", "–")]


def test_stopped_runs_are_stopped_and_not_training(runs: Make, epochs: Make) -> None:
    frame = runs(
        [
            ({"activation": "relu", "seed": 0}, np.nan, "cancelled"),
            ({"activation": "relu", "seed": 1}, np.nan, "cancelled"),
            ({"activation": "tanh", "seed": 0}, 0.9),
            ({"activation": "tanh", "seed": 1}, np.nan, "cancelled"),
            ({"activation": "step", "seed": 0}, np.nan, "cancelled"),
            ({"activation": "step", "seed": 1}, np.nan, "queued"),
        ]
    )
    board = leaderboard(frame, epochs(frame, [[0.1]] * 6), ACCURACY, "relu", 0.9).rows
    assert [cells[1] for cells in plain_cells(board, ACCURACY, "relu", plain)] == [
        "90.00 % (1 of 2 stopped)", "2 of 2 stopped", "1 of 2 stopped, training",
    ]  # fmt: skip
