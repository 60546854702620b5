"""Synthetic regression: plane, hill, sine; with noise, and a share of outliers in training.

Noise is normal and moves the targets of both parts. Outliers are training targets raised
by 3 to 6: all to one side, so that they pull a mean (mse) and spare a median (mae). Targets
stay in their own units. Nothing is standardised here.
"""

from collections.abc import Callable

import numpy as np

from core.language import N_
from data.source import REGRESSION, Drawn, Settings, Source
from data.split import Doubles, Stream, stream

# Inputs (n, 1) or (n, 2) to exact targets (n,).
Surface = Callable[[Doubles], Doubles]
Part = tuple[Doubles, Doubles]

OUTLIER_LOW = 3.0
OUTLIER_HIGH = 6.0


def plane(x: Doubles) -> Doubles:
    """(x₁ + x₂) / 2: linear, so that no activation is needed."""
    return np.asarray(x.mean(axis=1))


def hill(x: Doubles) -> Doubles:
    """exp(-(x₁² + x₂²)): one round hill of height 1."""
    return np.asarray(np.exp(-(x**2).sum(axis=1)))


def sine(x: Doubles) -> Doubles:
    """sin(x): two whole waves over the range of the inputs."""
    return np.sin(x[:, 0])


def drawing(surface: Surface, features: int, reach: float) -> Callable[[Settings, int], Drawn]:
    """The ``draw`` of a source: inputs uniform in [-reach, reach)."""

    def part(count: int, noise: float, seed: int, points: Stream, jitter: Stream) -> Part:
        x = reach * (2 * stream(seed, points).random((count, features)) - 1)
        return x, surface(x) + noise * stream(seed, jitter).standard_normal(count)

    def draw(settings: Settings, seed: int) -> Drawn:
        noise, count = settings.noise or 0.0, settings.train_samples
        x, y = part(count, noise, seed, Stream.TRAIN, Stream.TRAIN_NOISE)
        test = part(settings.test_samples, noise, seed, Stream.TEST, Stream.TEST_NOISE)
        generator = stream(seed, Stream.OUTLIERS)
        # A larger share keeps the outliers of a smaller one: the order is drawn, then cut.
        wrong = np.zeros(count, bool)
        wrong[generator.permutation(count)[: round((settings.outliers or 0.0) * count)]] = True
        raised = y + generator.uniform(OUTLIER_LOW, OUTLIER_HIGH, count)
        return Drawn(x, np.where(wrong, raised, y), *test, outlier=wrong)

    return draw


def _source(
    surface: Surface, title: str, description: str, features: int, reach: float, citation: str
) -> Source:
    return Source(
        name=surface.__name__,
        title=title,
        description=description,
        task=REGRESSION,
        shape=(features,),
        kind="plane" if features == 2 else "line",
        draw=drawing(surface, features, reach),
        citation=citation,
        noise=0.1,
        outliers=True,
    )


SURFACES: tuple[Source, ...] = (
    _source(
        plane,
        N_("Plane"),
        N_("A linear target of two inputs: a straight answer, to see what outliers do."),
        2,
        1.0,
        "Smilkov, Carter et al., TensorFlow Playground, 2016",
    ),
    _source(
        hill,
        N_("Hill"),
        N_("One smooth hill over two inputs, flat far from its top."),
        2,
        2.0,
        "Smilkov, Carter et al., TensorFlow Playground, 2016",
    ),
    _source(
        sine,
        N_("Sine"),
        N_("Two waves over one input: the fitted curve can be seen whole."),
        1,
        2 * np.pi,
        "Bishop, Pattern Recognition and Machine Learning, section 1.1, 2006",
    ),
)
