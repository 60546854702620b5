"""What can be chosen, one record an entry: mathematics in NumPy, words, and the Keras builder.

Imports NumPy alone; a record's builders import Keras when they are called. Each catalog
maps names to records in the order of menus; ``choice.parse`` reads ``leaky_relu(0.01)``.
"""

from core.catalog.activation import Activation
from core.catalog.activations import ACTIVATIONS
from core.catalog.choice import Choice, Entry, Parameter, default_choice, parse
from core.catalog.initializers import BIAS_INITIALIZERS, KERNEL_INITIALIZERS, Initializer
from core.catalog.loss import Loss
from core.catalog.losses import LOSSES, pairing
from core.catalog.optimizers import OPTIMIZERS, Optimizer
from core.catalog.outputs import OUTPUTS, Output
from core.catalog.schedules import SCHEDULES, Schedule

__all__ = [
    "ACTIVATIONS",
    "BIAS_INITIALIZERS",
    "KERNEL_INITIALIZERS",
    "LOSSES",
    "OPTIMIZERS",
    "OUTPUTS",
    "SCHEDULES",
    "Activation",
    "Choice",
    "Entry",
    "Initializer",
    "Loss",
    "Optimizer",
    "Output",
    "Parameter",
    "Schedule",
    "default_choice",
    "pairing",
    "parse",
]
