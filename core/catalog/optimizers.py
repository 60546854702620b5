"""The catalog of optimizers, in the order of menus: each builds a Keras optimizer.

Every hyperparameter is pinned here, so that another Keras with other defaults trains the
same. g is the gradient, eta the learning rate, theta the weights, epsilon = 1e-7.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.catalog.choice import Parameter, catalog_of
from core.language import N_

_EPSILON = 1e-7
# One short of 1, where an average would keep its first value for ever.
_MOST = 0.999999
_BETA_1 = Parameter("beta_1", 0.9, 0.0, _MOST)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Optimizer:
    """One optimizer.

    Attributes:
        name, title, formula: as in files and menus, as people write it, in LaTeX.
        build: ``build(learning_rate, *params, global_clipnorm=None)`` makes the Keras
            optimizer; ``global_clipnorm`` bounds the norm of all gradients together.
        decay: ``decay(*params)`` is the coefficient of the decay that Keras applies apart
            from the update, weight -= weight * coefficient * learning rate; 0 for none.
        strengths, weaknesses, reference: one marked sentence each, and the source.
    """

    name: str
    title: str
    formula: str
    build: Callable[..., Any] = field(repr=False)
    decay: Callable[..., float] = field(repr=False, default=lambda *params: 0.0)
    strengths: str
    weaknesses: str
    reference: str
    parameters: tuple[Parameter, ...] = ()


def _sgd(momentum: float, nesterov: bool, rate: float, clip: float | None) -> Any:
    import keras

    return keras.optimizers.SGD(
        rate, momentum=float(momentum), nesterov=nesterov, weight_decay=None, global_clipnorm=clip
    )


def _build_sgd(rate: float, *, global_clipnorm: float | None = None) -> Any:
    return _sgd(0.0, False, rate, global_clipnorm)


def _build_momentum(rate: float, momentum: float, *, global_clipnorm: float | None = None) -> Any:
    return _sgd(momentum, False, rate, global_clipnorm)


def _build_nesterov(rate: float, momentum: float, *, global_clipnorm: float | None = None) -> Any:
    return _sgd(momentum, True, rate, global_clipnorm)


def _build_rmsprop(rate: float, rho: float, *, global_clipnorm: float | None = None) -> Any:
    import keras

    return keras.optimizers.RMSprop(
        rate,
        rho=rho,
        momentum=0.0,
        epsilon=_EPSILON,
        centered=False,
        weight_decay=None,
        global_clipnorm=global_clipnorm,
    )


def _build_adagrad(rate: float, start: float, *, global_clipnorm: float | None = None) -> Any:
    import keras

    return keras.optimizers.Adagrad(
        rate,
        initial_accumulator_value=start,
        epsilon=_EPSILON,
        weight_decay=None,
        global_clipnorm=global_clipnorm,
    )


def _build_adam(
    rate: float, beta_1: float, beta_2: float, *, global_clipnorm: float | None = None
) -> Any:
    import keras

    return keras.optimizers.Adam(
        rate,
        beta_1=beta_1,
        beta_2=beta_2,
        epsilon=_EPSILON,
        amsgrad=False,
        weight_decay=None,
        global_clipnorm=global_clipnorm,
    )


def _build_adamw(rate: float, decay: float, *, global_clipnorm: float | None = None) -> Any:
    import keras

    return keras.optimizers.AdamW(
        rate,
        weight_decay=decay,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=_EPSILON,
        amsgrad=False,
        global_clipnorm=global_clipnorm,
    )


def _build_nadam(
    rate: float, beta_1: float, beta_2: float, *, global_clipnorm: float | None = None
) -> Any:
    import keras

    return keras.optimizers.Nadam(
        rate,
        beta_1=beta_1,
        beta_2=beta_2,
        epsilon=_EPSILON,
        weight_decay=None,
        global_clipnorm=global_clipnorm,
    )


def _build_lion(
    rate: float, beta_1: float, beta_2: float, *, global_clipnorm: float | None = None
) -> Any:
    import keras

    return keras.optimizers.Lion(
        rate, beta_1=beta_1, beta_2=beta_2, weight_decay=None, global_clipnorm=global_clipnorm
    )


OPTIMIZERS: Mapping[str, Optimizer] = catalog_of(
    Optimizer(
        name="sgd",
        title="SGD",
        formula=r"\theta \leftarrow \theta - \eta\, g",
        build=_build_sgd,
        strengths=N_("The plain step down the slope: nothing to store, nothing hidden."),
        weaknesses=N_("Slow in narrow valleys, and its learning rate must be chosen with care."),
        reference="Robbins & Monro, A Stochastic Approximation Method, 1951",
    ),
    Optimizer(
        name="momentum",
        title=N_("Momentum"),
        formula=r"m \leftarrow \mu m - \eta\, g, \quad \theta \leftarrow \theta + m",
        parameters=(Parameter("momentum", 0.9, 0.0, _MOST),),
        build=_build_momentum,
        strengths=N_("Gathers speed along a valley and evens out swings across it."),
        weaknesses=N_("Overshoots; its steps are up to 1 / (1 - momentum) times those of SGD."),
        reference="Polyak, Some Methods of Speeding up the Convergence of Iteration Methods, 1964",
    ),
    Optimizer(
        name="nesterov",
        title="Nesterov",
        formula=r"m \leftarrow \mu m - \eta\, g, \quad \theta \leftarrow \theta + \mu m - \eta\, g",
        parameters=(Parameter("momentum", 0.9, 0.0, _MOST),),
        build=_build_nesterov,
        strengths=N_("Momentum that looks ahead, and so overshoots less."),
        weaknesses=N_("With noisy gradients it gains little over momentum."),
        reference="Sutskever, Martens, Dahl & Hinton, On the Importance of Initialization and"
        " Momentum in Deep Learning, 2013",
    ),
    Optimizer(
        name="rmsprop",
        title="RMSprop",
        formula=r"v \leftarrow \rho v + (1 - \rho)\, g^2, \quad"
        r" \theta \leftarrow \theta - \eta\, \frac{g}{\sqrt{v + \epsilon}}",
        parameters=(Parameter("rho", 0.9, 0.0, _MOST),),
        build=_build_rmsprop,
        strengths=N_("Gives each weight a step of like size, whatever its gradient's scale."),
        weaknesses=N_("Its first steps are about 1 / sqrt(1 - rho) times too large."),
        reference="Tieleman & Hinton, Lecture 6.5: RMSprop, 2012",
    ),
    Optimizer(
        name="adagrad",
        title="Adagrad",
        formula=r"v \leftarrow v + g^2, \quad"
        r" \theta \leftarrow \theta - \eta\, \frac{g}{\sqrt{v + \epsilon}}",
        parameters=(Parameter("start", 0.1, 0.0, 1e6),),
        build=_build_adagrad,
        strengths=N_("Large steps for weights that are seldom used: good for sparse data."),
        weaknesses=N_("Its steps only ever shrink, so long training comes to a halt."),
        reference="Duchi, Hazan & Singer, Adaptive Subgradient Methods, 2011",
    ),
    Optimizer(
        name="adam",
        title="Adam",
        formula=r"m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \quad"
        r" v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2, \quad \theta \leftarrow \theta -"
        r" \eta\, \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}\, \frac{m}{\sqrt{v} + \epsilon}",
        parameters=(_BETA_1, Parameter("beta_2", 0.999, 0.0, _MOST)),
        build=_build_adam,
        strengths=N_("Momentum and a scale for each weight: its defaults work on many problems."),
        weaknesses=N_("Two numbers to store for each weight; SGD sometimes generalises better."),
        reference="Kingma & Ba, Adam: A Method for Stochastic Optimization, 2015",
    ),
    Optimizer(
        name="adamw",
        title="AdamW",
        formula=r"\theta \leftarrow \theta - \eta \lambda \theta, \quad \text{then Adam}",
        parameters=(Parameter("decay", 0.004, 0.0, 10.0),),
        build=_build_adamw,
        decay=lambda decay: decay,
        strengths=N_("Adam whose weights decay at the same rate, whatever their gradients."),
        weaknesses=N_("The decay is one more number to choose, and biases decay as well."),
        reference="Loshchilov & Hutter, Decoupled Weight Decay Regularization, 2019",
    ),
    Optimizer(
        name="nadam",
        title="Nadam",
        formula=r"\hat m = \frac{\mu_{t+1} m}{1 - \prod_{i=1}^{t+1} \mu_i} +"
        r" \frac{(1 - \mu_t)\, g}{1 - \prod_{i=1}^{t} \mu_i}, \quad"
        r" \mu_t = \beta_1 (1 - \tfrac{1}{2}\, 0.96^t), \quad"
        r" \theta \leftarrow \theta - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}",
        parameters=(_BETA_1, Parameter("beta_2", 0.999, 0.0, _MOST)),
        build=_build_nadam,
        strengths=N_("Adam with Nesterov's look ahead: often a little faster at first."),
        weaknesses=N_("The schedule of its momentum is fixed and hard to reason about."),
        reference="Dozat, Incorporating Nesterov Momentum into Adam, 2016",
    ),
    Optimizer(
        name="lion",
        title="Lion",
        formula=r"\theta \leftarrow \theta - \eta\, \operatorname{sign}(\beta_1 m +"
        r" (1 - \beta_1)\, g), \quad m \leftarrow \beta_2 m + (1 - \beta_2)\, g",
        # Keras refuses a beta_1 of 0, which would be the sign of the gradient alone.
        parameters=(
            Parameter("beta_1", 0.9, 0.000001, _MOST),
            Parameter("beta_2", 0.99, 0.0, _MOST),
        ),
        build=_build_lion,
        strengths=N_("Stores one number for each weight, half of what Adam does."),
        weaknesses=N_(
            "Each step moves each weight by the full rate: it wants a rate 3-10 times less."
        ),
        reference="Chen et al., Symbolic Discovery of Optimization Algorithms, 2023",
    ),
)
