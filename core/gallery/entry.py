"""What an entry of the gallery asks and teaches: a record of marked sentences.

Its data are a bundle of the same name (``core.sharing.bundle``). The sentences explain; what
the runs show is computed from them and stands beside.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One comparison of the gallery.

    Attributes:
        name: of the bundle, and in links.
        question: the title.
        right: what goes right.
        wrong: what goes wrong.
        why: the reason, in a sentence or two.
        look: what to look for.
        baseline: the configuration that others are compared with, as its label.
        target: the value of the headline metric whose epochs are counted.
        statistics: the columns of the layer table that its summary shows.
    """

    name: str
    question: str
    right: str
    wrong: str
    why: str
    look: str
    baseline: str
    target: float
    statistics: tuple[str, ...] = ()
