"""The catalog of activations, in the order of menus: by family, as their colours are.

A new activation is one record in its family's module; menus, command line, Functions
page and tests follow.
"""

from collections.abc import Mapping

from core.catalog.activation import Activation
from core.catalog.bounded import BOUNDED
from core.catalog.choice import catalog_of
from core.catalog.formula import FORMULA
from core.catalog.gated import GATED
from core.catalog.rectified import RECTIFIED

ACTIVATIONS: Mapping[str, Activation] = catalog_of(*BOUNDED, *RECTIFIED, *GATED, FORMULA)
