"""The control: normal inputs with random labels, in which there is nothing to learn.

What a network does on it (test accuracy at chance, statistics of layers at initialization)
shows what the data of other sets contribute. Inputs are drawn in float32: they can be many.
"""

import numpy as np

from core.catalog.choice import Parameter
from core.language import N_
from data.source import Drawn, Floats, Labels, Settings, Source, Task
from data.split import Stream, stream

CLASSES = 10
MAX_FEATURES = 10_000


def draw(settings: Settings, seed: int) -> Drawn:
    """N(0, 1) inputs (n, features) and labels that are independent of them."""

    def inputs(count: int, purpose: Stream) -> Floats:
        shape = (count, settings.features)
        return stream(seed, purpose).standard_normal(shape, dtype=np.float32)

    def labels(count: int, purpose: Stream) -> Labels:
        return stream(seed, purpose).integers(CLASSES, size=count, dtype=np.int32)

    train, test = settings.train_samples, settings.test_samples
    return Drawn(
        inputs(train, Stream.TRAIN),
        labels(train, Stream.TRAIN_NOISE),
        inputs(test, Stream.TEST),
        labels(test, Stream.TEST_NOISE),
    )


NOISE = Source(
    name="noise",
    title=N_("Noise"),
    description=N_(
        "Normal inputs with random labels, a control: whatever is learned here is learned by heart."
    ),
    task=Task("classification", CLASSES),
    shape=(100,),
    kind="noise",
    draw=draw,
    citation="Zhang et al., Understanding deep learning requires rethinking generalization, 2017",
    url="https://arxiv.org/abs/1611.03530",
    parameters=(Parameter("features", 100, 1, MAX_FEATURES, whole=True),),
    class_names=tuple(str(label) for label in range(CLASSES)),
)
