"""What papers, courses and articles say, each put to shipped runs that anyone can repeat.

A claim holds or not of the data, networks and optimizer of its runs; its remark says where these
are not those of its source.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from core.analysis.claims import Effect, Fading, Gain, Level, Measure, Sooner, Tables, Verdict
from core.analysis.comparison import headline
from core.language import N_
from core.metrics import METRICS, Metric
from core.sharing import bundle


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim.

    Attributes:
        name: on the command line and in links.
        words: what is claimed, a marked sentence.
        source: who says so, and when.
        entry: the shipped results that it is put to, an entry of the gallery.
        measure: what of them it asks for.
        remark: what to keep in mind, a marked sentence; perhaps none.
    """

    name: str
    words: str
    source: str
    entry: str
    measure: Measure
    remark: str = ""

    def found(self, tables: Tables) -> "Found":
        """What the shipped runs, or others of the same experiment, say to it."""
        effect = self.measure.effect(tables)
        verdict = effect.verdict(self.measure.asked)
        return Found(self, effect, METRICS[headline(tables.runs)], verdict)


@dataclass(frozen=True, slots=True)
class Found:
    """What runs that are judged by ``metric`` say to a claim."""

    claim: Claim
    effect: Effect
    metric: Metric
    verdict: Verdict


def shipped(entry: str, root: Path = bundle.GALLERY) -> Tables:
    """The shipped runs of an entry.

    Raises:
        BundleUnavailable: they cannot be read.
    """
    held = bundle.read(entry, root)
    return Tables(held.runs, held.epochs, held.layers)


_ACTIVATIONS = (
    Claim(
        "relu-before-tanh",
        N_("ReLU learns faster than tanh."),
        "Krizhevsky, Sutskever & Hinton 2012",
        "mnist-activations",
        Sooner("relu", "tanh", 0.97),
        N_("The source measured a convolutional network on photographs, and a factor of six."),
    ),
    Claim(
        "tanh-before-sigmoid",
        N_("Tanh learns faster than sigmoid."),
        "LeCun, Bottou, Orr & Müller 1998",
        "mnist-activations",
        Sooner("tanh", "sigmoid", 0.97),
    ),
    Claim(
        "zero-centred",
        N_("An activation that is centred at zero learns faster: tanh before ReLU."),
        "LeCun, Bottou, Orr & Müller 1998",
        "zero-centred",
        Sooner("tanh", "relu", 0.95),
        N_(
            "The source compares tanh with the sigmoid. Here with plain SGD; with Adam on MNIST, "
            "ReLU is the faster one."
        ),
    ),
    Claim(
        "elu-before-relu",
        N_("ELU learns faster than ReLU."),
        "Clevert, Unterthiner & Hochreiter 2016",
        "mnist-activations",
        Sooner("elu", "relu", 0.97),
        N_("The source measured deeper networks."),
    ),
    Claim(
        "gelu-above-relu",
        N_("GELU ends more accurate than ReLU."),
        "Hendrycks & Gimpel 2016",
        "mnist-activations",
        Gain("gelu", "relu"),
    ),
    Claim(
        "silu-above-relu",
        N_("SiLU (Swish) ends more accurate than ReLU."),
        "Ramachandran, Zoph & Le 2017",
        "mnist-activations",
        Gain("silu", "relu"),
    ),
    Claim(
        "leaky-above-relu",
        N_("Leaky ReLU ends more accurate than ReLU."),
        "Xu, Wang, Chen & Li 2015",
        "mnist-activations",
        Gain("leaky_relu", "relu"),
        N_("The source found much larger slopes below zero the best; here it is 0.01."),
    ),
)

_DEPTH = (
    Claim(
        "nonlinear",
        N_("Where no straight line separates classes, a network needs a nonlinear activation."),
        "Goodfellow, Bengio & Courville 2016",
        "two-spirals",
        Gain("relu", "linear"),
    ),
    Claim(
        "sigmoid-vanishes",
        N_("Through ten sigmoid layers the gradient vanishes: a tenth is left at most."),
        "Hochreiter 1991; Bengio, Simard & Frasconi 1994",
        "vanishing-depth",
        Fading("32×10 · sigmoid", "delta_rms", 10, 1, 0, asked=10),
        N_("Before training, from Glorot's initial weights."),
    ),
    Claim(
        "relu-keeps",
        N_("Through ten ReLU layers the gradient stays: a tenth is left at least."),
        "Glorot, Bordes & Bengio 2011",
        "vanishing-depth",
        Fading("32×10 · relu", "delta_rms", 1, 10, 0, asked=0.1),
        N_(
            "Before training, from Glorot's initial weights, which are too small for ReLU: each "
            "layer loses some of the signal. He's initial weights keep it."
        ),
    ),
    Claim(
        "deeper-above",
        N_("Ten layers end more accurate than two."),
        "Simonyan & Zisserman 2015",
        "vanishing-depth",
        Gain("32×10 · relu", "32-32 · relu"),
        N_("The source compared 11 to 19 layers, most convolutional, on a million photographs."),
    ),
)

_RATES = (
    Claim(
        "relu-dies",
        N_("At a too large learning rate, as much as 40 % of the ReLU units can die."),
        "CS231n, Stanford 2016",
        "dying-relu",
        Level("relu · lr 0.1", "dead_fraction", 20, asked=0.4),
        N_("Adam at 0.1, a hundred times its usual learning rate."),
    ),
    Claim(
        "leaky-lives",
        N_("Where ReLU units die, Leaky ReLU ends more accurate."),
        "Maas, Hannun & Ng 2013",
        "dying-relu",
        Gain("leaky_relu · lr 0.1", "relu · lr 0.1"),
        N_("The source, which proposed it, found hardly a difference in recognizing speech."),
    ),
    Claim(
        "larger-rate",
        N_("A ten times larger learning rate learns faster, as long as it is stable."),
        "Smith & Topin 2019",
        "learning-rates",
        Sooner("lr 0.1", "lr 0.01", 0.95),
    ),
)

_LOSSES = (
    Claim(
        "entropy-before-mse",
        N_("A classifier learns faster by cross-entropy than by squared error."),
        "Solla, Levin & Fleisher 1988",
        "classification-losses",
        Sooner("cross_entropy", "mse", 0.97),
    ),
    Claim(
        "entropy-above-mse",
        N_("A classifier ends more accurate by cross-entropy than by squared error."),
        "Golik, Doetsch & Ney 2013",
        "classification-losses",
        Gain("cross_entropy", "mse"),
    ),
    Claim(
        "mae-above-mse",
        N_("With outliers, absolute error fits better than squared error."),
        "Hastie, Tibshirani & Friedman 2009",
        "outliers",
        Gain("mae", "mse"),
    ),
    Claim(
        "huber-above-mse",
        N_("With outliers, Huber's loss fits better than squared error."),
        "Huber 1964",
        "outliers",
        Gain("huber", "mse"),
    ),
)

_WEIGHTS = (
    Claim(
        "he-before-glorot",
        N_("With ReLU, He's initial weights learn faster than Glorot's."),
        "He, Zhang, Ren & Sun 2015",
        "initial-weights",
        Sooner("he_normal", "glorot_uniform", 0.95),
        N_("The source measured 22 and 30 layers; these are five."),
    ),
    Claim(
        "he-keeps",
        N_("From He's initial weights, ReLU layers keep the gradient: half is left at least."),
        "He, Zhang, Ren & Sun 2015",
        "initial-weights",
        Fading("he_normal", "delta_rms", 1, 5, 0, asked=0.5),
        N_("Before training, through five layers. Glorot's initial weights leave a quarter."),
    ),
    Claim(
        "zeros-fail",
        N_("From initial weights of zero a network does not learn."),
        "Goodfellow, Bengio & Courville 2016",
        "initial-weights",
        Gain("he_normal", "zeros", asked=0.5),
    ),
)

# Titles of groups, in the order of the page.
THEMES: Mapping[str, tuple[Claim, ...]] = MappingProxyType(
    {
        N_("Activations"): _ACTIVATIONS,
        N_("Depth"): _DEPTH,
        N_("Learning rates"): _RATES,
        N_("Losses"): _LOSSES,
        N_("Initial weights"): _WEIGHTS,
    }
)
CLAIMS: Mapping[str, Claim] = MappingProxyType(
    {claim.name: claim for claims in THEMES.values() for claim in claims}
)
