"""All data sets by name, in the order of menus. A new one is a record in the module of its kind."""

from collections.abc import Mapping

from data.control import NOISE
from data.mnist import MNIST
from data.planar import PLANAR
from data.source import Source
from data.surface import SURFACES
from data.tabular import TABULAR

DATASETS: Mapping[str, Source] = {
    source.name: source for source in (MNIST, *TABULAR, *PLANAR, *SURFACES, NOISE)
}
