"""At which epochs a run's weights are kept: small networks often, large ones at the end."""

from core.experiment import RunConfig

# 12 snapshots of so many weights are 780 kB: a decision surface by epoch, cheaply.
_SMALL_PARAMETERS = 16_384
_SNAPSHOTS = 12


def kept_epochs(config: RunConfig) -> frozenset[int]:
    """The epochs of ``config`` after which its weights are kept; the last is always one.

    Of small networks at most 12, from 0 to the last, denser early, where most changes.
    """
    last = config.epochs
    if config.parameters > _SMALL_PARAMETERS:
        return frozenset({last})
    if last < _SNAPSHOTS:
        return frozenset(range(last + 1))
    # Even steps on a square-root scale: 0, 1, 4, 9, … shares of 121.
    steps = _SNAPSHOTS - 1
    return frozenset(round(last * (step / steps) ** 2) for step in range(_SNAPSHOTS))


def carried_epochs(longer: RunConfig) -> frozenset[int] | None:
    """Of which epochs ``longer`` takes over the weights of a shorter run; None: of all.

    Those that it keeps itself, and of a small network every one: others that it would have
    kept cannot be made any more.
    """
    return kept_epochs(longer) if longer.parameters > _SMALL_PARAMETERS else None
