"""All data sets by name, in the order of menus. Adding one is adding its record here."""

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
