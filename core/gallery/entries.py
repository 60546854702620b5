"""The entries of the gallery, in the order of the landing page; the first is shown there whole."""

from collections.abc import Mapping
from types import MappingProxyType

from core.gallery.entry import Entry
from core.language import N_

_ENTRIES = (
    Entry(
        "mnist-activations",
        N_("Which activation learns MNIST fastest?"),
        right=N_(
            "Activations whose slope is near 1 over half of their inputs learn in few epochs."
        ),
        wrong=N_("Sigmoid comes along too, but several epochs later."),
        why=N_(
            "The slope of the sigmoid is 0.25 at most: the signal that goes back through it gets "
            "smaller at every layer, and the first weights move less."
        ),
        look=N_("Compare the epochs to the target, and the backpropagated signal layer by layer."),
        baseline="relu",
        target=0.97,
        statistics=("mean", "std", "delta_rms", "saturated_fraction"),
    ),
)

ENTRIES: Mapping[str, Entry] = MappingProxyType({entry.name: entry for entry in _ENTRIES})
