"""Where lines end."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def last_points(labels: Sequence[str], along: NDArray[Any]) -> NDArray[np.intp]:
    """The index of the last point ``along`` an axis of each label's line, in the axis's order."""
    # Later points of a label take the place of earlier ones, and its rank.
    last: dict[str, int] = {}
    order = np.argsort(along, kind="stable")
    for index in order.tolist():
        last.pop(labels[index], None)
        last[labels[index]] = index
    return np.array(list(last.values()), dtype=np.intp)
