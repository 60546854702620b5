"""How many blocks, and statistics of their epochs, are computed side by side here."""

import os

# More blocks at once are more compiled code and more arrays in memory.
_MOST = 4


def processors() -> int:
    """The processors that training makes use of, each by a thread: this process's, at most four."""
    # Not every system says which of its processors are this process's.
    own = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ()
    return min(_MOST, len(own) or os.cpu_count() or 1)
