"""Where labels go beside the ends of lines so that none covers another."""

from collections.abc import Sequence


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places near ``wanted``, in the same order, at least ``gap`` apart within [low, high].

    The places move as little as possible in least squares: with w_i = place_i - i * gap the
    task is isotonic regression, solved by pooling adjacent violators (Ayer et al. 1955).
    All lengths in one unit, pixels say. Where there is no room for all, the gap shrinks.
    """
    count = len(wanted)
    if count > 1:
        gap = min(gap, (high - low) / (count - 1))
    order = sorted(range(count), key=lambda index: wanted[index])
    pools: list[tuple[float, int]] = []
    for rank, index in enumerate(order):
        mean, size = wanted[index] - rank * gap, 1
        while pools and pools[-1][0] >= mean:
            left, many = pools.pop()
            mean, size = (left * many + mean * size) / (many + size), many + size
        pools.append((mean, size))
    flat = [mean for mean, size in pools for _ in range(size)]
    room = high - (count - 1) * gap
    places = [0.0] * count
    for rank, index in enumerate(order):
        places[index] = min(max(flat[rank], low), max(room, low)) + rank * gap
    return places
