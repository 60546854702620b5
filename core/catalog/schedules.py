"""The catalog of learning-rate schedules: the rate of each update as a share of the base rate.

A schedule knows the number of updates and nothing else of training.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil

import numpy as np
from numpy.typing import NDArray

from core.catalog.choice import Parameter, catalog_of
from core.language import N_

Factors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Schedule:
    """One schedule.

    Attributes:
        name, title, formula: as in files and menus, as people write it, in LaTeX: the factor
            of update t = 0 ... T - 1.
        factors: ``factors(updates, *params)`` are the factors of all updates, float32 (updates,).
        needs_end: whether an update's factor depends on T, how many there will be: then a run
            cannot go on longer than it was meant to.
        strengths, weaknesses, reference: one marked sentence each, and the source.
    """

    name: str
    title: str
    formula: str
    factors: Callable[..., Factors] = field(repr=False)
    strengths: str
    weaknesses: str
    reference: str
    needs_end: bool = True
    parameters: tuple[Parameter, ...] = ()


def _constant(updates: int) -> Factors:
    return np.ones(updates, np.float32)


def _cosine(updates: int, end: float) -> Factors:
    done = np.arange(updates) / max(updates, 1)
    return (end + (1 - end) * (1 + np.cos(np.pi * done)) / 2).astype(np.float32)


def _step(updates: int, factor: float, parts: float) -> Factors:
    # Whole numbers throughout: a part must not begin late by a rounding error.
    part = np.arange(updates) * int(parts) // max(updates, 1)
    return (factor ** part.astype(np.float64)).astype(np.float32)


def _warm_up(updates: int, share: float) -> Factors:
    warming = max(ceil(share * updates), 1)
    return np.minimum(np.arange(1, updates + 1) / warming, 1).astype(np.float32)


SCHEDULES: Mapping[str, Schedule] = catalog_of(
    Schedule(
        name="constant",
        title=N_("Constant"),
        formula=r"1",
        factors=_constant,
        needs_end=False,
        strengths=N_("One rate for all of training: what differs is not the schedule."),
        weaknesses=N_("A rate that is right at first is often too large at the end."),
        reference="Robbins & Monro, A Stochastic Approximation Method, 1951",
    ),
    Schedule(
        name="cosine",
        title=N_("Cosine"),
        formula=r"e + (1 - e)\,\frac{1 + \cos(\pi t / T)}{2}",
        parameters=(Parameter("end", 0.0, 0.0, 1.0),),
        factors=_cosine,
        strengths=N_("High rates first and a gentle landing, with nothing to choose."),
        weaknesses=N_("Depends on the number of epochs: a run cannot simply go on longer."),
        reference="Loshchilov & Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017",
    ),
    Schedule(
        name="step",
        title=N_("Steps down"),
        formula=r"q^{\lfloor n t / T \rfloor}",
        parameters=(
            Parameter("factor", 0.1, 0.0, 1.0),
            Parameter("parts", 3.0, 1.0, 100.0, whole=True),
        ),
        factors=_step,
        strengths=N_("Drops the rate when progress at the last one is used up."),
        weaknesses=N_("When and by how much are two numbers to choose."),
        reference="He, Zhang, Ren & Sun, Deep Residual Learning for Image Recognition, 2016",
    ),
    Schedule(
        name="warm_up",
        title=N_("Warm-up"),
        formula=r"\min\left(1,\ \frac{t + 1}{\lceil s T \rceil}\right)",
        parameters=(Parameter("share", 0.1, 0.0, 1.0),),
        factors=_warm_up,
        strengths=N_("Small first steps, while statistics and gradients are still wild."),
        weaknesses=N_("Spends updates at low rates, and does not lower the rate at the end."),
        reference="Goyal et al., Accurate, Large Minibatch SGD, 2017",
    ),
)
